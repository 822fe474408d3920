import { SAMPLE_RATE } from '../audio/framing.js';
import { captionRows, EMPTY_MODEL, LINES_KEPT } from '../shared/captions.js';
import { ConversationTranslation } from '../translation/conversation_translation.js';
import { changesBetween, lineOfYou, merged, withoutAged, withoutWords } from './channels.js';
import { HaltWatch } from './halt_watch.js';
import { MediaTranscript } from './media_transcript.js';
import { newsOfTranslation } from './news.js';
import { OwnWords } from './own_words.js';
import { CaptionSession } from './session.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/translation_rules.js').Wish} Wish */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../shared/protocol.js').Options} Options */
/** @typedef {import('./edges.js').Outlets} Outlets */
/** @typedef {import('./edges.js').SaidOfSession} SaidOfSession */

/**
 * Samples of the tab that are waited for before the microphone's newest words are shown: what the
 * tab says at the same time, and what they may echo, is known by then. It takes longer while both
 * are heard, for the host does one after the other.
 */
const HELD_SAMPLES = SAMPLE_RATE;
const HELD_BESIDE_SOUND_SAMPLES = 3 * SAMPLE_RATE;

/** What is softer can hardly be heard in a room, and echoes nothing: 40 dB below full scale. */
const AUDIBLE = 328;

/**
 * What is said in one tab and, where the user wants it, into the microphone. Each channel is a
 * session of the host's; whoever shows the captions is told one sequence of lines, on the tab's
 * clock and under the id of the tab's session.
 */
export class Conversation {
  #outlets;
  #tab;
  /** @type {{ session: CaptionSession, offset: number } | null} the tab's sample at its first */
  #microphone = null;
  /** @type {MicrophoneState} */
  #microphoneState = 'off';
  /** @type {readonly Line[]} said into the microphone before it was switched off */
  #earlier = [];
  /** @type {readonly Line[]} what it says now, as far as it may be shown */
  #you = [];
  /** @type {{ lines: readonly Line[], at: number }[]} what it says that is held, by tab's sample */
  #held = [];
  #ownWords = new OwnWords();
  #halt = new HaltWatch();
  /** The tab's sound has stopped by itself, and is about to be opened again. */
  #interrupted = false;
  /** The tab's newest sample that was audible. */
  #heardUntil = -Infinity;
  #shown = EMPTY_MODEL;
  #translation;
  /** What the host is asked for, but for rules for the language that is spoken. */
  #options;

  /**
   * @param {{ id: string, tabId: number, options: Options, translation: Wish, visible: boolean,
   *   page: import('../shared/messages.js').Page }} start
   * @param {Outlets} outlets
   */
  constructor({ id, tabId, options, translation, visible, page }, outlets) {
    this.id = id;
    this.tabId = tabId;
    this.#outlets = outlets;
    this.#options = options;
    this.#translation = new ConversationTranslation(outlets.translation, {
      translated: (line) => this.#publishTranslation(line),
      stateChanged: () => this.#publishPhase(),
    });
    this.#tab = new CaptionSession(
      { id, options, visible },
      {
        toHost: outlets.toHost,
        captionsChanged: () => this.#publish(),
        phaseChanged: () => {
          this.#tellOptions(false);
          this.#publishPhase();
        },
      },
    );
    /** All that was said, by the time of the page's media. */
    this.transcript = new MediaTranscript(
      { id, tabId, page },
      {
        ...outlets,
        breakOff: (at) => this.#tab.breakOff(at),
        goOn: (from) => this.#tab.goOnFrom(from),
      },
    );
    this.#translation.setWish(translation, []);
  }

  /** True after `stop`: the capture is over, its last words may be outstanding. */
  get stopping() {
    return this.#tab.stopping;
  }

  /** @returns {CaptureState} */
  get state() {
    const { id: session, tabId } = this;
    const { phase, translation: host, ...state } = this.#tab.state;
    const translation = this.#translation.state(host);
    const stale = this.#translation.isByBrowser ? this.#translation.stale : state.stale;
    const news = phase.news ?? newsOfTranslation(translation);
    const told = news ? { ...phase, news } : phase;
    /** @type {import('../shared/messages.js').Phase} */
    const shown = this.#interrupted && !this.stopping ? { ...told, name: 'reconnecting' } : told;
    const microphone = this.#microphoneState;
    return { session, tabId, ...state, phase: shown, microphone, stale, translation };
  }

  /** Tell the overlay everything, because it is new. */
  show() {
    const { phase, microphone } = this.state;
    const model = this.#shown;
    this.#outlets.toOverlay({ type: 'snapshot', session: this.id, model, phase, microphone });
    this.transcript.show();
  }

  /** @returns {string} the newest line, draft included; empty before the first */
  lastLine() {
    const [row] = captionRows(this.#shown, -1, 1);
    return row ? (row.committed + row.draft).trim() : '';
  }

  /** Tell the overlay that its last line was copied. */
  confirmCopy() {
    this.#outlets.toOverlay({ type: 'copied', session: this.id });
  }

  /**
   * Tell the overlay what a word means.
   * @param {string} word
   * @param {string | null} language
   */
  async lookUp(word, language) {
    const source = language ?? this.#tab.state.language ?? 'en';
    const meaning = await this.#translation.lookUp(word, source);
    this.#outlets.toOverlay({ type: 'meaning', session: this.id, word, meaning });
  }

  /** @returns {Promise<void> | null} when what was said last is translated; null: it is already */
  translated() {
    return this.#translation.finished();
  }

  /** The overlay is told that nothing more will come. */
  close() {
    this.#translation.close();
    this.#outlets.toOverlay({ type: 'end', session: this.id });
  }

  /** @param {Int16Array} pcm captured sound of the tab */
  push(pcm) {
    this.#tab.push(pcm);
    const now = this.#tab.position;
    if (this.#microphone) this.#ownWords.hearTab(pcm, now);
    const audible = pcm.some((sample) => Math.abs(sample) > AUDIBLE);
    if (audible) this.#heardUntil = now;
    this.transcript.arrived(now, audible);
    const beside = now - this.#heardUntil < HELD_BESIDE_SOUND_SAMPLES;
    const due = now - (beside ? HELD_BESIDE_SOUND_SAMPLES : HELD_SAMPLES);
    if (this.#held[0] && this.#held[0].at <= due) this.#release(due);
  }

  /** @param {Int16Array} pcm sound of the microphone; of one that was switched off it is dropped */
  pushMicrophone(pcm) {
    const microphone = this.#microphone;
    if (!microphone || microphone.session.stopping) return;
    microphone.session.push(pcm);
    this.#ownWords.hear(pcm, microphone.offset + microphone.session.position);
  }

  /** A host is ready. */
  attach() {
    for (const session of this.#sessions()) session.attach();
  }

  /**
   * The host is gone; another may come.
   * @param {boolean} died by itself, and not with the worker
   */
  detach(died) {
    for (const session of this.#sessions()) session.detach(died);
  }

  /** No more sound will come. It goes on until the host has said the last words. */
  stop() {
    this.#microphone?.session.stop();
    this.#release(Infinity);
    this.#tab.stop();
  }

  /** @param {boolean} interrupted whether the tab's sound is to be opened again */
  setInterrupted(interrupted) {
    this.#interrupted = interrupted;
    if (!interrupted) this.transcript.resumed();
    this.#publishPhase();
  }

  /** @param {boolean} visible whether the user looks at the tab */
  setVisible(visible) {
    for (const session of this.#sessions()) session.setVisible(visible);
  }

  /**
   * @param {Options} options from now on; what is captioned stays
   * @param {Wish} wish of translations
   */
  configure(options, wish) {
    this.#options = options;
    this.#translation.setWish(wish, this.#shown.lines);
    this.#tellOptions(true);
    this.#publish();
    this.#outlets.stateChanged();
  }

  /** What is installed has changed. */
  repeatOptions() {
    for (const session of this.#sessions()) session.repeatOptions();
  }

  /** Have all lines translated into the target language of now. */
  retranslate() {
    if (this.#translation.isByBrowser) return this.#translation.retranslate();
    for (const session of this.#sessions()) session.retranslate();
  }

  /**
   * @param {number} frame of the page
   * @param {import('../shared/messages.js').MediaReport} media
   */
  noteMedia(frame, media) {
    const playhead = this.#halt.note(frame, media);
    this.#tellHalted();
    this.transcript.note(playhead);
  }

  /** @param {boolean} audible whether the browser hears the page; false a while after its last sound */
  setAudible(audible) {
    this.#halt.setAudible(audible);
    this.#tellHalted();
  }

  /** Another page comes. */
  leavePage() {
    this.#halt.leavePage(this.#tab.position);
    this.noteMedia(0, { paused: null, playhead: null });
  }

  /**
   * Take the microphone as a second channel. Its sound begins now.
   * @param {string} id of its session
   * @param {boolean} hostReady
   */
  openMicrophone(id, hostReady) {
    this.#retireMicrophone();
    const session = new CaptionSession(
      { id, options: ofMicrophone(this.#options), visible: this.#tab.visible },
      {
        toHost: this.#outlets.toHost,
        captionsChanged: () => this.#hear(),
        phaseChanged: () => {},
      },
    );
    this.#microphone = { session, offset: this.#tab.position };
    if (hostReady) session.attach();
    this.setMicrophoneState('on');
  }

  /** No more sound of the microphone will come. Its last words are waited for. */
  stopMicrophone() {
    this.#microphone?.session.stop();
  }

  /** @param {MicrophoneState} state */
  setMicrophoneState(state) {
    if (state === this.#microphoneState) return;
    this.#microphoneState = state;
    this.#outlets.toOverlay({ type: 'microphone', session: this.id, microphone: state });
    this.#outlets.stateChanged();
  }

  /**
   * @param {SaidOfSession} message of the host's, perhaps of another conversation
   * @returns {'tab' | 'microphone' | null} the channel that is over, before its sound was
   */
  receive(message) {
    const session = this.#sessions().find(({ id }) => id === message.session);
    if (!session) return null;
    const ended = message.type === 'status' && message.state === 'ended';
    if (ended && session.goOn()) return null;
    if (message.type === 'captions') session.applyCaptions(message);
    else if (message.type === 'status' && !ended) session.applyStatus(message);
    else if (session === this.#tab) return 'tab';
    else return this.#leave();
    return null;
  }

  #sessions() {
    return this.#microphone ? [this.#tab, this.#microphone.session] : [this.#tab];
  }

  /**
   * Each session has the options for the language that is spoken in it.
   * @param {boolean} chosen the user has changed something
   */
  #tellOptions(chosen) {
    for (const session of this.#sessions()) {
      const own = session === this.#tab ? this.#options : ofMicrophone(this.#options);
      session.configure(this.#translation.optionsFor(own, session.state.language), chosen);
    }
  }

  /** The host has said something of the microphone's. */
  #hear() {
    if (!this.#microphone) return;
    const { session, offset } = this.#microphone;
    const lines = session.model.lines.map((line) => lineOfYou(line, offset));
    this.#held.push({ lines, at: this.#tab.position });
    if (this.stopping) this.#release(Infinity);
  }

  /** @param {number} until what has been held since this sample of the tab's is shown */
  #release(until) {
    while (this.#held[0] && this.#held[0].at <= until) this.#you = this.#held.shift()?.lines ?? [];
    this.#publish();
  }

  /**
   * The host has done with the microphone.
   * @returns {'microphone' | null} null: as it was asked to
   */
  #leave() {
    const asked = this.#microphone?.session.stopping;
    this.#retireMicrophone();
    return asked ? null : 'microphone';
  }

  /** Its lines stay. */
  #retireMicrophone() {
    this.#release(Infinity);
    this.#earlier = [...this.#earlier, ...this.#you].slice(-LINES_KEPT);
    this.#you = [];
    this.#microphone = null;
  }

  #publish() {
    const { lines: said, draft } = merged({ tab: this.#tab.model, you: this.#ownLines() });
    const lines = this.#translation.over(said);
    const changed = changesBetween(this.#shown.lines, lines);
    this.transcript.write(withoutAged(changed, lines), this.#tab.finalUntil);
    if (changed.length === 0 && draft === null && this.#shown.draft === null) return;
    const revision = this.#shown.revision + 1;
    this.#shown = { revision, lines, draft };
    this.#outlets.toOverlay({
      type: 'captions',
      session: this.id,
      revision,
      lines: changed.map(withoutWords),
      draft,
      final_until: 0,
    });
    this.#translation.shown(changed, this.#tab.visible);
  }

  /** @param {Line} line that has got its translation */
  #publishTranslation(line) {
    this.#publish();
    const isShown = this.#shown.lines.some(({ id }) => id === line.id);
    if (!isShown) this.transcript.write([line], this.#tab.finalUntil);
    this.#outlets.stateChanged();
  }

  /** @returns {Line[]} what the user has said */
  #ownLines() {
    return this.#ownWords.of([...this.#earlier, ...this.#you], this.#tab.model, this.#tab.position);
  }

  #tellHalted() {
    this.#tab.setHalted(this.#halt.haltAt(this.#heardUntil));
  }

  #publishPhase() {
    this.#outlets.toOverlay({ type: 'phase', session: this.id, phase: this.state.phase });
    this.#outlets.stateChanged();
  }
}

/**
 * @param {Options} options of the tab
 * @returns {Options} who speaks into the microphone is known
 */
function ofMicrophone(options) {
  return { ...options, speakers: false };
}
