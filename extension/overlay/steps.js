/** What goes into the overlay's reducer and comes out of it. Types only. */

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */
/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/settings.js').Appearance} Appearance */
/** @typedef {import('../shared/settings.js').Bilingual} Bilingual */
/** @typedef {import('../shared/settings.js').SitePositions} SitePositions */
/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */
/** @typedef {import('./bilingual.js').ShownLine} ShownLine */
/** @typedef {import('./notices.js').Notice} Notice */
/** @typedef {import('./steady.js').Held} Held */

/**
 * The modules with the rules that are applied.
 * @typedef {object} Rules
 * @property {typeof import('./announcer.js')} announcer
 * @property {typeof import('./bilingual.js')} bilingual
 * @property {typeof import('../shared/captions.js')} captions
 * @property {typeof import('../shared/text_filters.js')} filters
 * @property {typeof import('./notices.js')} notices
 * @property {typeof import('./replay.js')} replay
 * @property {typeof import('../shared/settings.js')} settings
 * @property {typeof import('../shared/speakers.js')} speakers
 * @property {typeof import('./steady.js')} steady
 * @property {typeof import('../shared/swearwords.js')} swearwords
 * @property {typeof import('../shared/translation_rules.js')} translations
 */

/**
 * `fade`: nothing was said for a while; `dismiss`: the last words were seen; `clause`: words that
 * were held back have waited long enough; `notice`: a change of phase has lasted.
 * @typedef {'fade' | 'dismiss' | 'clause' | 'notice'} TimerName
 */

/**
 * `peek`: the user asks for the original, or no longer.
 * @typedef {OverlayMessage
 *   | { type: 'timer', timer: TimerName }
 *   | { type: 'peek', peeked: boolean }} OverlayEvent
 */

/**
 * @typedef {object} OverlayState
 * @property {string | null} session that is shown; null before the first one and after each
 * @property {CaptionModel} model
 * @property {Phase | null} phase null at a session's beginning
 * @property {MicrophoneState} microphone
 * @property {Notice | null} microphoneNews to be shown as soon as captions run
 * @property {Notice | null} laterNotice what the timer `notice` shows; null ends the one shown
 * @property {SiteSettings} settings
 * @property {(text: string) => string} filter made of the settings
 * @property {import('../shared/protocol.js').Line[] | null} replay lines that are shown instead
 * @property {Record<string, string>} names of speakers
 * @property {Held} held words held back in reading mode
 * @property {number} fadedUntil captions that end before this sample have faded and do not return
 * @property {number} fadesUntil what `fadedUntil` becomes with the timer `fade`
 * @property {string} shownText
 * @property {ReadonlySet<number>} announced ids of the lines that a screen reader was given
 * @property {boolean} hidden the user wants no captions for now
 * @property {boolean} peeked the user asks for what is hidden of two languages
 */

/**
 * What is to be done, in this order: show exactly these lines, next ones at once instead of at
 * reading pace (`jump`), none of those that are shown now (`clear`), a notice or none, the microphone's mark, the server that captions (null: none), a look (and whether a meeting's page is read for names); give a screen reader a
 * text, or say whether it is given any; watch the page's media; let everything fade (`dismiss`);
 * set a timer anew (`afterMs` null: stop it).
 * @typedef {{ type: 'lines', lines: ShownLine[] }
 *   | { type: 'jump' }
 *   | { type: 'clear' }
 *   | { type: 'notice', notice: Notice | null }
 *   | { type: 'mark', microphone: boolean }
 *   | { type: 'mark', server: string | null }
 *   | { type: 'look', appearance: Appearance, bilingual: Bilingual, positions: SitePositions,
 *       meetingNames: boolean }
 *   | { type: 'announce', text: string }
 *   | { type: 'announced', announced: boolean }
 *   | { type: 'media', watched: boolean }
 *   | { type: 'dismiss' }
 *   | { type: 'timer', timer: TimerName, afterMs: number | null }} OverlayEffect
 */

/** @typedef {{ state: OverlayState, effects: OverlayEffect[] }} Step */

/**
 * From captions to the page that they are over: how they are to look, whether its media are to be
 * watched (while captions run), what there is to be seen (`height`: pixels of text), that the key is
 * no longer held (`released`: the frame had the focus), that nobody
 * speaks to them any more. It says nothing of what is said.
 * @typedef {Extract<OverlayEffect, { type: 'look' | 'media' }>
 *   | { type: 'seen', captions: boolean, notice: boolean, height: number }
 *   | { type: 'released' }
 *   | { type: 'over' }} ToPage
 */

/**
 * From the page to captions over it: how they look in a window like this; whether the user drags
 * them; whether the pointer is on them; whether the key is held with which their text is selected.
 * @typedef {{ type: 'look', look: import('./look.js').Look }
 *   | { type: 'pointed', pointed: boolean }
 *   | { type: 'reached', reached: boolean }
 *   | { type: 'held', held: boolean }} FromPage
 */

export {};
