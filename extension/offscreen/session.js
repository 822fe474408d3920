import { SAMPLE_RATE, toBase64 } from '../audio/framing.js';
import { contextBefore, wordsEnd } from '../shared/captions.js';
import { ContinuedCaptions } from './continued_captions.js';
import { FatalSound } from './fatal_sound.js';
import { Feed } from './feed.js';
import { HostVoices } from './host_voices.js';
import { needNewStart } from './lasting_options.js';
import { OldTarget } from './old_target.js';
import { phaseOf } from './phase.js';

/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/protocol.js').Captions} Captions */
/** @typedef {import('../shared/protocol.js').Options} Options */
/** @typedef {import('../shared/protocol.js').Status} Status */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/**
 * @typedef {object} SessionOutlets
 * @property {(message: ToHost) => void} toHost
 * @property {() => void} captionsChanged
 * @property {() => void} phaseChanged `state` has changed
 * @property {import('./host_voices.js').VoiceOutlets} [voices]
 */

/** Enough for the recogniser to go on in the same style; the protocol allows 2000. */
const CONTEXT_LENGTH = 400;

/**
 * A host says something every 5 s of sound, and sooner where captions are late. One that has said
 * nothing for so long stands still: that is told as a delay.
 */
const SILENT_SAMPLES = 7 * SAMPLE_RATE;

/**
 * The captions of one channel (a tab, or the microphone), from first sample to last word. It
 * outlives the service worker and the host: whenever a host is there it goes on from the first
 * sample that is not final yet.
 */
export class CaptionSession {
  #feed = new Feed({
    audio: (start, pcm) => this.#sendAudio(start, pcm),
    cut: (at) => this.#outlets.toHost({ type: 'cut', session: this.id, at }),
  });
  #captions = new ContinuedCaptions();
  /** @type {Status | null} */
  #status = null;
  #attached = false;
  /** Whether the next host is another process than the one before. */
  #hostIsNew = true;
  /** Another host begins where one was lost. */
  #restarting = false;
  #stopping = false;
  /** The host finishes with its old model; another session of it then goes on with the new one. */
  #changingModel = false;
  /** @type {import('../shared/messages.js').Halt | null} */
  #halted = null;
  #oldTarget = new OldTarget();
  #seq = 0;
  /** The sample at which the host's session began. */
  #from = 0;
  #finalUntil = 0;
  /** Up to here nothing that was said waits to be captioned. */
  #caughtUpUntil = 0;
  /** The sample after the last one heard when the host last said something of this session. */
  #answeredAt = 0;
  #skippedBeforeMs = 0;
  #fatalSound = new FatalSound();
  #voices;
  #outlets;
  #options;
  #visible;
  /** Whether they may be recognised and remembered. */
  #knownVoices;

  /**
   * @param {{ id: string, options: Options, visible: boolean, knownVoices?: boolean }} start
   * @param {SessionOutlets} outlets
   */
  constructor({ id, options, visible, knownVoices = false }, outlets) {
    this.id = id;
    this.#options = options;
    this.#visible = visible;
    this.#knownVoices = knownVoices;
    this.#outlets = outlets;
    this.#voices = new HostVoices(outlets.voices);
  }

  /** True after `stop`: the capture is over, its last words may be outstanding. */
  get stopping() {
    return this.#stopping;
  }

  /** Whether a host is there. */
  get attached() {
    return this.#attached;
  }

  /** Those that the host hears. */
  get voices() {
    return this.#voices;
  }

  /** Whether the user looks at the tab. */
  get visible() {
    return this.#visible;
  }

  /** @returns {CaptionModel} what has been said so far */
  get model() {
    return this.#captions.model;
  }

  /** The sample that comes next. */
  get position() {
    return this.#feed.position;
  }

  /** The sample up to which the host has said its last words. */
  get finalUntil() {
    return this.#finalUntil;
  }

  /** What it is doing, and with what language and model, as far as the host knows. */
  get state() {
    const { language = null, model = null } = this.#status ?? {};
    const { smaller_model: smallerModel = null } = this.#status ?? {};
    const { model_problem: modelProblem = null } = this.#status ?? {};
    const { halted, stale } = { halted: this.#halted, stale: this.#stale };
    const state = { phase: this.#phase(), language, model, smallerModel, modelProblem };
    return { ...state, halted, stale, translation: this.#translation() };
  }

  /**
   * Take captured sound. Without a host it is kept.
   * @param {Int16Array} pcm
   */
  push(pcm) {
    this.#feed.push(pcm);
    if (!this.#attached) return;
    const isSecondOver = this.position % SAMPLE_RATE < pcm.length;
    if (isSecondOver && this.#silentSamples() > 0) this.#outlets.phaseChanged();
  }

  /**
   * The sound breaks, as with a seek. What comes then is not captioned until it goes on.
   * @param {number} at sample
   */
  breakOff(at) {
    this.#feed.breakOff(at);
  }

  /** @param {number} from the sample with which the sound goes on */
  goOnFrom(from) {
    this.#feed.goOn(from);
  }

  /** A host is ready: open the session there, or go on where the one before was lost. */
  attach() {
    this.#fatalSound.attached();
    const from = this.#captions.resume(this.#feed.start);
    const before = this.#captions.ofThisHost;
    if (this.#hostIsNew) this.#voices.meetHost(this.model.lines, from);
    this.#hostIsNew = false;
    this.#skippedBeforeMs = this.#skippedMs() + this.#forgottenMs(from);
    this.#status = null;
    this.#from = from;
    this.#answeredAt = this.position;
    this.#attached = true;
    this.#seq = 0;
    this.#outlets.captionsChanged();
    this.#outlets.toHost({
      type: 'start',
      session: this.id,
      options: this.#options,
      from,
      context: contextBefore(before, from, CONTEXT_LENGTH),
      visible: this.#visible,
      words: true,
      ...(this.#knownVoices && { known_voices: true }),
    });
    this.#feed.begin(from);
    if (this.#stopping) this.#outlets.toHost({ type: 'stop', session: this.id });
    this.#outlets.phaseChanged();
  }

  /**
   * The host is gone; another may come.
   * @param {boolean} died by itself, and not with the worker
   */
  detach(died) {
    if (died && this.#attached) this.#bury();
    this.#restarting ||= this.#attached;
    this.#attached = false;
    this.#feed.end();
    this.#hostIsNew = true;
    this.#changingModel = false;
    this.#outlets.phaseChanged();
  }

  /** The host has another recogniser go on with it. */
  move() {
    if (!this.#attached && !this.#changingModel) return;
    this.#feed.end();
    this.#hostIsNew = true;
    this.#changingModel = false;
    this.attach();
  }

  /** No more sound will come. The session goes on until the host has said the last words. */
  stop() {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#attached) this.#outlets.toHost({ type: 'stop', session: this.id });
    this.#outlets.phaseChanged();
  }

  /** @param {boolean} visible whether the user looks at the tab */
  setVisible(visible) {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (this.#attached) this.#outlets.toHost({ type: 'visibility', session: this.id, visible });
  }

  /** @param {import('../shared/messages.js').Halt | null} halted how the page's media are */
  setHalted(halted) {
    if (halted === this.#halted) return;
    this.#halted = halted;
    this.#outlets.phaseChanged();
  }

  /** Have all lines translated into the target language of now. */
  retranslate() {
    if (!this.#attached) return;
    // Of what was said before it the host knows nothing.
    const earlier = this.model.lines.filter((line) => line.start < this.#from);
    this.#outlets.toHost({ type: 'retranslate', session: this.id, earlier });
  }

  /**
   * @param {Options} options from now on; what is captioned stays
   * @param {boolean} [chosen] by the user, and not because another language is spoken
   */
  configure(options, chosen = true) {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return;
    const before = this.#options;
    this.#options = options;
    if (!this.#attached) return;
    if (chosen && options.translate_to !== before.translate_to) {
      this.#oldTarget.end(this.model);
      this.#outlets.phaseChanged();
    }
    // The host says its last words, and begins anew.
    if (needNewStart(before, options)) this.#changeModel();
    else this.#configureHost();
  }

  /** What is installed has changed: the host may be able to do more of what it was asked for. */
  repeatOptions() {
    if (this.#attached && !this.#stopping) this.#configureHost();
  }

  #configureHost() {
    this.#outlets.toHost({ type: 'configure', session: this.id, options: this.#options });
  }

  /**
   * The host has said its last words on this session.
   * @returns {boolean} whether captions go on all the same, with the model that was asked for
   */
  goOn() {
    if (!this.#changingModel) return false;
    this.#changingModel = false;
    this.attach();
    return true;
  }

  /** @param {Captions | import('../shared/protocol.js').Recognised | Status} message */
  apply(message) {
    if (message.type === 'captions') this.applyCaptions(message);
    else if (message.type === 'recognised') this.#voices.name(message.speaker, message.name);
    else this.applyStatus(message);
  }

  /** @param {Captions} update */
  applyCaptions(update) {
    this.#hear();
    if (update.revision <= this.#captions.ofThisHost.revision) return;
    const wasStale = this.#stale;
    // Lines of before, which come back with a translation, have their speakers.
    const lines = update.lines.map((line) =>
      line.id < this.#from ? line : this.#voices.numbered(line),
    );
    this.#captions.apply({ ...update, lines });
    this.#voices.compare(this.#captions.ofThisHost.lines, update.final_until);
    this.#fatalSound.passed(update.final_until);
    this.#finalUntil = update.final_until;
    this.#feed.forget(update.final_until);
    this.#outlets.captionsChanged();
    if (this.#stale !== wasStale) this.#outlets.phaseChanged();
  }

  /** @param {Status} status */
  applyStatus(status) {
    // Of the session that is about to end.
    if (this.#changingModel) return;
    this.#answeredAt = this.position;
    this.#status = status;
    if (status.state !== 'loading') this.#hear();
    if (status.state === 'listening' && status.lag_ms === 0) this.#caughtUpUntil = this.position;
    this.#outlets.phaseChanged();
  }

  /** The host works, and goes on if it stood still. */
  #hear() {
    const wasSilent = this.#silentSamples() > 0;
    this.#answeredAt = this.position;
    this.#fatalSound.heard(this.position);
    this.#restarting = false;
    if (wasSilent) this.#outlets.phaseChanged();
  }

  /** The host has died. If it died of its sound, as the one before, that is left out. */
  #bury() {
    const done = Math.max(this.#finalUntil, this.#from);
    const until = this.#fatalSound.died({ done, given: this.position });
    if (until === null) return;
    this.#captions.settle();
    this.#fatalSound.leaveOut(wordsEnd(this.model), until);
    this.#caughtUpUntil = Math.max(this.#caughtUpUntil, until);
    this.#feed.forget(until);
  }

  /** Sound that a host which stands still has not answered; none while it loads a model. */
  #silentSamples() {
    const state = this.#attached ? this.#status?.state : undefined;
    if (state !== 'listening' && state !== 'lagging') return 0;
    const silent = this.position - Math.max(this.#answeredAt, this.#feed.brokenUntil);
    return silent < SILENT_SAMPLES ? 0 : silent;
  }

  #changeModel() {
    this.#changingModel = true;
    // What is said meanwhile is kept.
    this.#attached = false;
    this.#feed.end();
    this.#status = null;
    this.#outlets.toHost({ type: 'stop', session: this.id });
    this.#outlets.phaseChanged();
  }

  /**
   * @param {number} start
   * @param {Int16Array} pcm
   */
  #sendAudio(start, pcm) {
    const { id: session } = this;
    this.#outlets.toHost({ type: 'audio', session, seq: this.#seq++, start, pcm: toBase64(pcm) });
  }

  get #stale() {
    return this.#oldTarget.isShown(this.#captions.ofThisHost, this.#options);
  }

  /** What the host says of its translations. */
  #translation() {
    const { translation_problem: problem = null } = this.#status ?? {};
    return { problem, delayMs: this.#status?.translation_delay_ms ?? null };
  }

  /** @returns {Phase} */
  #phase() {
    return phaseOf({
      status: this.#status,
      isAttached: this.#attached,
      isStopping: this.#stopping,
      isChangingModel: this.#changingModel,
      isRestarting: this.#restarting,
      silentMs: (this.#silentSamples() * 1000) / SAMPLE_RATE,
      skippedMs: this.#skippedMs(),
      leftOutMs: this.#fatalSound.leftOutMs,
    });
  }

  /**
   * Audio that had to be let go before it was captioned. Silence is not missed, nor what was not to
   * be captioned.
   * @param {number} from where captioning goes on
   */
  #forgottenMs(from) {
    const lineEnds = this.#captions.ofThisHost.lines.map((line) => line.end);
    const { brokenUntil } = this.#feed;
    const done = Math.max(this.#finalUntil, this.#caughtUpUntil, brokenUntil, ...lineEnds);
    return (Math.max(0, from - done) * 1000) / SAMPLE_RATE;
  }

  #skippedMs() {
    return this.#skippedBeforeMs + (this.#status?.skipped_ms ?? 0);
  }
}
