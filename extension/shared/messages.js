/**
 * What the extension's own parts say to each other. Types only.
 *
 * The offscreen document knows which captures run; the service worker may die at any time and
 * learns it anew from the first `captures` message on the port that the document opens to it.
 */

/** @typedef {import('./protocol.js').ToHost} ToHost */
/** @typedef {import('./protocol.js').ToExtension} ToExtension */
/** @typedef {import('./protocol.js').Captions} Captions */
/** @typedef {import('./protocol.js').Line} Line */
/** @typedef {import('./protocol.js').Options} Options */
/** @typedef {import('./captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../transcript/changes.js').TranscriptChanges} TranscriptChanges */
/** @typedef {import('../transcript/kept.js').KeptChanges} KeptChanges */
/** @typedef {import('../transcript/kept.js').KeptSource} KeptSource */
/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */
/** @typedef {import('./remote.js').RemoteState} RemoteState */
/** @typedef {import('./settings.js').Position} Position */
/** @typedef {import('./settings.js').SitePositions} SitePositions */
/** @typedef {import('./settings.js').SiteSettings} SiteSettings */
/** @typedef {import('./translation_rules.js').Wish} Wish */

/**
 * What a key can be bound to; the names are those of the manifest's commands.
 * @typedef {'toggle' | 'mode' | 'bigger' | 'smaller' | 'hide' | 'copy' | 'step'} Command
 */

/**
 * Why captions do not run, and what helps.
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} message for the user; empty: the extension has a text of its own for the code
 * @property {string} hint
 */

/**
 * What a session is doing. `connecting` and `reconnecting`: without the host; `ending`: the last
 * words are on their way.
 * @typedef {'connecting' | 'loading' | 'listening' | 'lagging' | 'reconnecting' | 'ending'} PhaseName
 */

/**
 * What the user should hear once.
 * @typedef {object} News
 * @property {string} key of the user's text
 * @property {string} detail for the text's placeholder
 */

/**
 * @typedef {object} Phase
 * @property {PhaseName} name
 * @property {number} lagMs audio that waits to be captioned
 * @property {number} skippedMs audio left out so far
 * @property {News} [news] about the model
 */

/**
 * Whether what the user says is captioned as well. Wanted and not to be had: it is not allowed,
 * there is none (any more), another program holds it, or the host refused.
 * @typedef {'off' | 'starting' | 'on' | 'not_allowed' | 'missing' | 'busy' | 'failed'} MicrophoneState
 */

/**
 * How a page has fallen silent: somebody paused its media, or nobody sees them and what could be
 * heard is heard no more; such media may be paused, or muted in their player.
 * @typedef {'paused' | 'silenced'} Halt
 */

/**
 * Whether sound and picture are to be as late as captions; not in a meeting, where people answer.
 * @typedef {'off' | 'on' | 'meeting'} StepWish
 */

/**
 * Whether they are, or what keeps them from it: a meeting, the microphone that is captioned, a
 * picture that is protected. `seconds`: by how much; `picture`: whether there is one.
 * @typedef {object} StepState
 * @property {'on' | 'meeting' | 'microphone' | 'protected'} name
 * @property {number} seconds
 * @property {boolean} picture
 */

/**
 * How the translations of a tab are.
 * @typedef {object} TranslationState
 * @property {string | null} target the language that was chosen
 * @property {'host' | 'browser'} by who translates
 * @property {Problem | null} problem why there are none at present
 * @property {{ source: string, target: string } | null} pair that the browser has to get first
 * @property {number | null} delayMs from a text to its translation
 * @property {number} unread lines that were not read out, because the voice was behind
 * @property {'no_voice' | 'failed' | null} voice why nothing is read out
 */

/**
 * @typedef {object} CaptureState
 * @property {string} session
 * @property {number} tabId
 * @property {Phase} phase
 * @property {string | null} language spoken, as far as the host knows
 * @property {string | null} model that is in use
 * @property {Halt | null} halted its page plays no more, though it could
 * @property {boolean} stale lines from before the target language was changed are still in another
 * @property {string | null} smallerModel to go on with, where captions come late for good
 * @property {Problem | null} modelProblem why it is not the model or device that was asked for
 * @property {MicrophoneState} microphone
 * @property {boolean | null} [pageNames] whether the page of a meeting shows names; null: it is none, or
 *   nobody knows
 * @property {StepState | null} step null: sound and picture are not to wait for captions
 * @property {RemoteState | null} remote null: this machine captions, as it should
 * @property {TranslationState} translation
 * @property {string | null} saved id of the transcript on disk that this one's is, or goes on with;
 *   null: it is not saved
 */

/**
 * How loud a tab is, from 0 (no sound) to 1.
 * @typedef {{ tabId: number, level: number }} Level
 */

/**
 * What a captured tab shows.
 * @typedef {{ site: string, title: string }} Page
 */

/**
 * What the user changes in a transcript: a line's text (null: as it was recognised), whether it is
 * bookmarked, its note (empty: none), the name of a speaker (empty: none), that a speaker is another
 * one, that those who were taken for one are several, or who has said a line (null: as it was heard).
 * `undo` takes back the last change of speakers.
 * @typedef {{ kind: 'correct', id: string, text: string | null }
 *   | { kind: 'bookmark', id: string, bookmarked: boolean }
 *   | { kind: 'note', id: string, note: string }
 *   | { kind: 'rename', speaker: string, name: string }
 *   | { kind: 'merge', speaker: string, into: string }
 *   | { kind: 'separate', speaker: string }
 *   | { kind: 'assign', id: string, speaker: string | null }
 *   | { kind: 'undo' }} TranscriptEdit
 */

/**
 * A tab's transcript to whoever reads it: all of it, then what changes.
 * @typedef {{ type: 'transcript', tabId: number, transcript: Transcript }
 *   | { type: 'transcript-changes', tabId: number, changes: TranscriptChanges }} TranscriptReport
 */

/**
 * Where a tab's media are. From then on they go on at that rate until the next one comes.
 * @typedef {{ type: 'playhead', tabId: number, media: string | null, at: number, rate: number,
 *     wall: number }} PlayheadReport
 */

/**
 * A transcript that the user has saved cannot be written any more: the disk is full.
 * @typedef {{ type: 'unsaved', tabId: number, id: string }} UnsavedReport
 */

/**
 * The user has clicked on a speaker over the page, and wants to say who that is.
 * @typedef {{ type: 'who', tabId: number, line: number, speaker: string }} SpeakerReport
 */

/**
 * To who reads a transcript.
 * @typedef {TranscriptReport | PlayheadReport | UnsavedReport | SpeakerReport} ReaderReport
 */

/**
 * What the offscreen document reports of transcripts. `recall`: it has met a medium of which an
 * earlier capture may have kept something; `keep`: what is to be kept of media.
 * @typedef {TranscriptReport
 *   | PlayheadReport
 *   | { type: 'recall', tabId: number, key: string }
 *   | { type: 'keep', tabId: number, kept: KeptChanges[] }
 *   | UnsavedReport} TranscriptNews
 */

/**
 * From the service worker to the offscreen document. `recalled`: what an earlier capture has kept of
 * a medium; `begin`: keep the transcript on disk if the one with the id `after` is, with which it goes
 * on, and with `knownVoices` recognise and remember voices; `save`: keep it on disk; `transcripts`: the tabs whose transcript is read, and whose is read from its beginning.
 * @typedef {{ type: 'begin', session: string, tabId: number, streamId: string, options: Options,
 *     visible: boolean, microphone: boolean, muted: boolean, page: Page, step: StepWish,
 *     translation: Wish, after: string | null, knownVoices: boolean }
 *   | { type: 'reopen', session: string, tabId: number, streamId: string, muted: boolean }
 *   | { type: 'microphone', tabId: number, on: boolean }
 *   | { type: 'configure', tabId: number, options: Options, step: StepWish, translation: Wish }
 *   | { type: 'end', tabId: number }
 *   | { type: 'copy', tabId: number }
 *   | { type: 'retranslate', tabId: number }
 *   | ({ type: 'look-up', tabId: number } & LookedUp)
 *   | { type: 'media', tabId: number, frame: number, paused: boolean | null,
 *       playhead: Playhead | null, picture?: Picture }
 *   | { type: 'edit', tabId: number, edit: TranscriptEdit }
 *   | { type: 'remember', tabId: number, speaker: string, name: string }
 *   | { type: 'speaking', tabId: number, name: string | null, found: boolean | null }
 *   | { type: 'save', tabId: number, saved: boolean }
 *   | { type: 'recalled', tabId: number, kept: KeptSource }
 *   | { type: 'transcripts', tabIds: number[], whole: number | null }
 *   | { type: 'audible', tabId: number, audible: boolean }
 *   | { type: 'muted', tabId: number, muted: boolean }
 *   | { type: 'leave-page', tabId: number }
 *   | { type: 'meter', wanted: boolean }
 *   | { type: 'abandon', tabIds: number[] }
 *   | { type: 'show', tabId: number }
 *   | { type: 'visible', tabIds: number[] }
 *   | { type: 'host', ready: boolean }
 *   | { type: 'from-host', message: ToExtension }} OffscreenCommand
 */

/**
 * What the offscreen document reports of captures.
 * @typedef {{ type: 'captures', captures: CaptureState[] }
 *   | { type: 'levels', levels: Level[] }
 *   | { type: 'begun', session: string, problem: Problem | null }
 *   | { type: 'interrupted', session: string, tabId: number }
 *   | { type: 'to-host', message: ToHost }
 *   | { type: 'overlay', tabId: number, message: SessionMessage }} CaptureReport
 */

/**
 * By how much a page's picture is to be delayed; null: not at all.
 * @typedef {{ type: 'delay', tabId: number, delayMs: number | null }} DelayReport
 */

/**
 * From that document to the service worker.
 * @typedef {CaptureReport | TranscriptNews | DelayReport} OffscreenReport
 */

/**
 * Whether the main medium has a picture, and one that can be copied.
 * @typedef {'none' | 'copied' | 'protected'} Picture
 */

/**
 * How a page's media are: whether they are paused (null: nobody knows), where the main one is, and
 * its picture.
 * @typedef {{ paused: boolean | null, playhead: Playhead | null, picture?: Picture }} MediaReport
 */

/**
 * From the offscreen document, through the service worker, to the captions of a tab.
 * A snapshot makes the overlay follow its session; what belongs to others it ignores. The captions
 * are those of all channels, numbered on their own. `replay`: show exactly these finished lines, in
 * step with the picture; null: what is said is shown again, from a sample on. `meaning`: of a word
 * that the user has asked for. `names`: what speakers are called.
 * @typedef {{ type: 'snapshot', session: string, model: CaptionModel, phase: Phase,
 *     microphone: MicrophoneState }
 *   | Captions
 *   | { type: 'phase', session: string, phase: Phase }
 *   | { type: 'microphone', session: string, microphone: MicrophoneState }
 *   | { type: 'copied', session: string }
 *   | { type: 'remote', session: string, remote: RemoteState | null }
 *   | { type: 'step', session: string, step: StepState | null }
 *   | ({ type: 'meaning', session: string, word: string } & Meaning)
 *   | { type: 'names', session: string, names: Record<string, string> }
 *   | { type: 'replay', session: string, lines: Line[] | null, since: number }
 *   | { type: 'end', session: string }} SessionMessage
 */

/**
 * From the service worker to the captions of a tab: before their first snapshot and whenever the
 * settings change; `hide` hides the captions for now, or shows them again.
 * @typedef {{ type: 'settings', settings: SiteSettings, positions: SitePositions }
 *   | { type: 'hide' }} WorkerMessage
 */

/** @typedef {SessionMessage | WorkerMessage} OverlayMessage */

/**
 * From the service worker to the overlay in the page: open a frame for captions, by whose secret the
 * worker will know it, or (`no-frame`) draw them in the page itself, and what is to be drawn there;
 * `seek`: have the main medium go to a place, if it is that one; `delay`: show its picture that
 * much later, or as it comes.
 * @typedef {{ type: 'frame', secret: string } | { type: 'no-frame' }
 *   | { type: 'delay', delayMs: number | null }
 *   | { type: 'seek', media: string, at: number } | OverlayMessage} PlaceMessage
 */

/**
 * A word of the captions that the user has asked for.
 * @typedef {object} LookedUp
 * @property {string} word
 * @property {string | null} language of it; null: not known
 * @property {string | null} into of a translation's word: the language of its line
 */

/**
 * @typedef {object} Meaning
 * @property {string | null} meaning null: there is none
 * @property {string | null} why the code of what is in the way; null: nothing that is known
 */

/**
 * From the frame of captions to the service worker: the user asks for the meaning of a word, or wants
 * to say who speaks (`line`: its id among those that are shown).
 * @typedef {({ type: 'look-up' } & LookedUp)
 *   | { type: 'who', line: number, speaker: string }} FrameMessage
 */

/**
 * From the overlay to the service worker: the user has dragged it (null: back to its own place);
 * the page's media were paused, or play on (null: what is heard is none that it sees), and where the
 * main one is; a frame of another site was loaded in it; who speaks in a meeting, as
 * its page shows it (null: nobody, or several), and whether it shows any names (null: nobody knows yet); the page hides it again and again.
 * @typedef {{ type: 'position', screen: keyof SitePositions, position: Position | null }
 *   | { type: 'media', paused: boolean | null, playhead: Playhead | null, picture?: Picture }
 *   | { type: 'frames' }
 *   | { type: 'speaking', name: string | null, found: boolean | null }
 *   | { type: 'hampered' }} PageMessage
 */

/**
 * From a page of the extension to the service worker, answered with the problem that is left, or
 * null: start captions (in the side panel: also where the page is closed to extensions), stop them,
 * switch the microphone on or off for captions that run, translate what was said before the target
 * language was changed, change something in the transcript (`edit-kept`: in what is kept of these media, because the
 * capture is over), have the page's medium go to a place, have a voice remembered on this machine, or
 * see whether the host can be had.
 * @typedef {{ type: 'start', tabId: number, panel: boolean }
 *   | { type: 'stop', tabId: number }
 *   | { type: 'microphone', tabId: number, on: boolean }
 *   | { type: 'retranslate', tabId: number }
 *   | { type: 'edit', tabId: number, edit: TranscriptEdit }
 *   | { type: 'edit-kept', tabId: number, media: string[], edit: TranscriptEdit }
 *   | { type: 'seek', tabId: number, media: string, at: number }
 *   | { type: 'save', tabId: number, saved: boolean }
 *   | { type: 'remember', tabId: number, speaker: string, name: string }
 *   | { type: 'check' }} Request
 */

/**
 * From a page of the extension, over its port, to the service worker: what it shows (`transcript`:
 * all of the tab's, and where its media are), or a message for the host.
 * @typedef {{ type: 'watch', wants: { tabId?: number | null, meter?: boolean, host?: boolean,
 *     transcript?: boolean } }
 *   | { type: 'to-host', message: ToHost }} ViewRequest
 */

/**
 * From the service worker to each open page of the extension: all captures whenever one changes,
 * and what the page asked for.
 * @typedef {{ type: 'captures', captures: CaptureState[] }
 *   | TranscriptReport
 *   | PlayheadReport
 *   | UnsavedReport
 *   | SpeakerReport
 *   | { type: 'levels', levels: Level[] }
 *   | { type: 'session', tabId: number, message: SessionMessage }
 *   | { type: 'from-host', message: ToExtension }} ViewMessage
 */

export {};
