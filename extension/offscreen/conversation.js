import { isMoved } from '../shared/problems.js';
import { ConversationTranslation } from '../translation/conversation_translation.js';
import { CaptionedBy } from './captioned_by.js';
import { changesBetween, lineOfYou, merged, withoutAged } from './channels.js';
import { HaltWatch } from './halt_watch.js';
import { InStep } from './in_step.js';
import { isAudible } from './loudness.js';
import { MediaTranscript } from './media_transcript.js';
import { ofMicrophone, OwnLines } from './own_lines.js';
import { shownPhase } from './phase.js';
import { requestToRemember } from './remembered_voices.js';
import { CaptionSession } from './session.js';
import { ShownCaptions } from './shown_captions.js';

/** @typedef {import('../shared/messages.js').StepWish} StepWish */
/** @typedef {import('../shared/protocol.js').Options} Options */
/** @typedef {import('../shared/translation_rules.js').Wish} Wish */

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
  /** @type {import('../shared/messages.js').MicrophoneState} */
  #microphoneState = 'off';
  #own = new OwnLines();
  #halt = new HaltWatch();
  /** The tab's sound has stopped by itself, and is about to be opened again. */
  #interrupted = false;
  /** The tab's newest sample that was audible. */
  #heardUntil = -Infinity;
  /** @type {readonly import('../shared/protocol.js').Line[]} all, be it shown or yet to be heard */
  #known = [];
  #shown;
  #by;
  #translation;
  /** What the host is asked for, but for rules for the language that is spoken. */
  #options;

  /**
   * @param {{ id: string, tabId: number, options: Options, translation: Wish, step?: StepWish,
   *   visible: boolean, page: import('../shared/messages.js').Page, knownVoices?: boolean }} start
   * @param {import('./edges.js').Outlets} outlets
   */
  constructor({ id, tabId, options, translation, step = 'off', visible, page, ...more }, outlets) {
    this.id = id;
    this.tabId = tabId;
    this.#outlets = outlets;
    this.#options = options;
    this.#translation = new ConversationTranslation(outlets.translation, {
      translated: (line) => this.#publishTranslation(line),
      stateChanged: () => this.#publishPhase(),
    });
    /** All that was said, by the time of the page's media. */
    this.transcript = new MediaTranscript(
      { id, tabId, page },
      {
        ...outlets,
        breakOff: (at) => this.#tab.breakOff(at),
        goOn: (from) => this.#tab.goOnFrom(from),
        behind: () => this.inStep.behind,
        named: () => this.#publish(),
      },
    );
    this.#tab = new CaptionSession(
      { id, options, visible, ...more },
      {
        toHost: outlets.toHost,
        captionsChanged: () => this.#publish(),
        phaseChanged: () => {
          this.#tellOptions(false);
          this.#publishPhase();
        },
        voices: this.transcript,
      },
    );
    this.#by = new CaptionedBy(id, outlets, () => this.#publishPhase());
    this.#shown = new ShownCaptions(id, outlets.toOverlay, this.transcript);
    /** Whether sound and picture wait for the captions. */
    this.inStep = new InStep({
      toPage: (delayMs) => outlets.report({ type: 'delay', tabId, delayMs }),
      changed: () => this.#publishStep(),
      now: outlets.now,
    });
    this.inStep.setWish(step);
    this.#translation.setWish(translation, []);
  }

  /** True after `stop`: the capture is over, its last words may be outstanding. */
  get stopping() {
    return this.#tab.stopping;
  }

  /** @returns {Omit<import('../shared/messages.js').CaptureState, 'saved'>} */
  get state() {
    const { id: session, tabId } = this;
    const { phase, translation: host, ...state } = this.#tab.state;
    const translation = this.#translation.state(host);
    const stale = this.#translation.isByBrowser ? this.#translation.stale : state.stale;
    const shown = shownPhase(phase, translation, this.#interrupted && !this.stopping);
    const own = { microphone: this.#microphoneState, step: this.inStep.state };
    const { pageNames } = this.transcript;
    const by = { remote: this.#by.state, phase: this.#by.told(shown) };
    return { session, tabId, ...state, ...own, ...by, pageNames, stale, translation };
  }

  /** Tell the overlay everything, because it is new. */
  show() {
    const { phase, microphone } = this.state;
    const shown = { model: this.#shown.model, phase, microphone };
    this.#outlets.toOverlay({ type: 'snapshot', session: this.id, ...shown });
    this.transcript.show();
    this.#by.tell();
    this.inStep.tellPage();
  }

  /** @returns {string} the newest line, draft included; empty before the first */
  lastLine = () => this.#shown.lastLine;

  /** Tell the overlay that its last line was copied. */
  confirmCopy() {
    this.#outlets.toOverlay({ type: 'copied', session: this.id });
  }

  /** @param {import('../shared/messages.js').LookedUp} asked word whose meaning the overlay is told */
  async lookUp(asked) {
    const { translator = null } = this.#options;
    const said = { session: this.id, language: this.#tab.state.language, translator };
    const meaning = await this.#translation.lookUp(asked, said);
    this.#outlets.toOverlay({ type: 'meaning', session: this.id, word: asked.word, ...meaning });
  }

  /** @returns {Promise<void> | null} when what was said last is translated; null: it is already */
  translated() {
    return this.#translation.finished();
  }

  /** The overlay is told that nothing more will come. */
  close() {
    this.#translation.close();
    this.#by.close();
    this.#outlets.toOverlay({ type: 'end', session: this.id });
  }

  /** @param {Int16Array} pcm captured sound of the tab */
  push(pcm) {
    this.#tab.push(pcm);
    const now = this.#tab.position;
    if (this.#microphone) this.#own.hearTab(pcm, now);
    if (isAudible(pcm)) this.#heardUntil = now;
    this.transcript.arrived(now, this.#heardUntil === now);
    const due = this.#own.dueAt(now, this.#heardUntil);
    if (due !== null) this.#release(due);
    if (this.inStep.on) this.#showHeard();
  }

  /** @param {Int16Array} pcm sound of the microphone; of one that was switched off it is dropped */
  pushMicrophone(pcm) {
    const microphone = this.#microphone;
    if (!microphone || microphone.session.stopping) return;
    microphone.session.push(pcm);
    this.#own.hear(pcm, microphone.offset + microphone.session.position);
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
   * @param {StepWish} [step]
   */
  configure(options, wish, step = 'off') {
    this.#options = options;
    this.inStep.setWish(step);
    this.#translation.setWish(wish, this.#shown.model.lines);
    this.#tellOptions(true);
    this.#publish();
    this.#outlets.stateChanged();
  }

  /** What is installed has changed. */
  repeatOptions() {
    for (const session of this.#sessions()) session.repeatOptions();
  }

  /** @param {{ speaker: string, name: string }} voice to be remembered */
  remember(voice) {
    const request = requestToRemember(this.#tab, this.transcript.transcript, voice);
    if (request) this.#outlets.toHost(request);
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
    const page = this.#halt.note(frame, media);
    this.#tab.setHalted(this.#halt.haltAt(this.#heardUntil));
    this.inStep.noteMedia(page);
    this.transcript.note(page.playhead);
  }

  /** @param {boolean} audible whether the browser hears the page; false a while after its last sound */
  setAudible(audible) {
    this.#halt.setAudible(audible);
    this.#tab.setHalted(this.#halt.haltAt(this.#heardUntil));
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

  /** @param {import('../shared/messages.js').MicrophoneState} state */
  setMicrophoneState(state) {
    if (state === this.#microphoneState) return;
    this.#microphoneState = state;
    this.inStep.setListens(state === 'on');
    this.#outlets.toOverlay({ type: 'microphone', session: this.id, microphone: state });
    this.#outlets.stateChanged();
  }

  /**
   * @param {import('./edges.js').SaidOfSession} message of the host's, perhaps of another conversation
   * @returns {'tab' | 'microphone' | null} the channel that is over, before its sound was
   */
  receive(message) {
    const session = this.#sessions().find(({ id }) => id === message.session);
    if (!session) return null;
    const ended = message.type === 'status' && message.state === 'ended';
    if (ended && session.goOn()) return null;
    if (isMoved(message)) session.move();
    else if (message.type === 'translated') this.#translation.takeMeaning(message);
    else if (message.type !== 'error' && !ended) session.apply(message);
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
    this.#own.hold(lines, this.#tab.position);
    if (this.stopping) this.#release(Infinity);
  }

  /** @param {number} until what has been held since this sample of the tab's is shown */
  #release(until) {
    this.#own.release(until);
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
    this.#own.retire();
    this.#publish();
    this.#microphone = null;
  }

  #publish() {
    const { lines: said, draft } = merged({ tab: this.#tab.model, you: this.#own.of(this.#tab) });
    const lines = this.#translation.over(said);
    const isShown = this.#shown.model.lines === this.#known;
    const changed = changesBetween(this.#known, lines);
    this.transcript.write(withoutAged(changed, lines), this.#tab.finalUntil);
    this.#known = lines;
    this.#translation.kick();
    if (!this.inStep.on) return this.#show({ lines, draft }, isShown ? changed : undefined);
    this.inStep.learn(this.#tab.model, this.#tab.position);
    this.#showHeard();
  }

  /** Show what of the captions has been heard: sound is delayed. */
  #showHeard() {
    const tab = this.inStep.heardOf(this.#tab.model, this.transcript.heard);
    const { lines, draft } = merged({ tab, you: this.#own.of(this.#tab) });
    this.#show({ lines: this.#translation.of(lines), draft });
  }

  /** @param {Parameters<ShownCaptions['show']>} captions what is to be seen, and read aloud */
  #show(...captions) {
    this.#translation.shown(this.#shown.show(...captions), this.#tab.visible);
  }

  /** @param {import('../shared/protocol.js').Line} line that has got its translation */
  #publishTranslation(line) {
    this.#publish();
    const isKnown = this.#known.some(({ id }) => id === line.id);
    if (!isKnown) this.transcript.write([line], this.#tab.finalUntil);
    this.#outlets.stateChanged();
  }

  /** Whether sound and picture wait, or by how much, has changed. */
  #publishStep() {
    this.#outlets.toOverlay({ type: 'step', session: this.id, step: this.inStep.state });
    this.#outlets.stateChanged();
    this.#publish();
  }

  #publishPhase() {
    this.#outlets.toOverlay({ type: 'phase', session: this.id, phase: this.state.phase });
    this.#outlets.stateChanged();
  }
}
