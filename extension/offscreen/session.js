import { FRAME_SAMPLES, SAMPLE_RATE, toBase64 } from '../audio/framing.js';
import { PcmRing } from '../audio/ring_buffer.js';
import { contextBefore, someUntranslated, wordsEnd } from '../shared/captions.js';
import { WHISPER } from '../shared/settings.js';
import { countedOn, lastNumber } from '../shared/speakers.js';
import { ContinuedCaptions } from './continued_captions.js';
import { FatalSound } from './fatal_sound.js';
import { newsOf } from './news.js';

/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/messages.js').PhaseName} PhaseName */
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
 */

/** Audio kept for a host that has to start again. */
const SECONDS_KEPT = 60;

/** Enough for the recogniser to go on in the same style; the protocol allows 2000. */
const CONTEXT_LENGTH = 400;

/**
 * Options that hold for a whole session of the host's.
 * @type {(keyof Options)[]}
 */
const LASTING = ['model', 'policy', 'backend', 'alignment_heads'];

/**
 * The captions of one channel (a tab, or the microphone), from first sample to last word. It
 * outlives the service worker and the host: whenever a host is there it goes on from the first
 * sample that is not final yet.
 */
export class CaptionSession {
  #ring = new PcmRing(SECONDS_KEPT * SAMPLE_RATE);
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
  /**
   * The last line when the target language was changed: up to it, lines may be in another one.
   * @type {number | null}
   */
  #lastBefore = null;
  #seq = 0;
  /** The sample at which the host's session began. */
  #from = 0;
  #finalUntil = 0;
  /** Up to here nothing that was said waits to be captioned. */
  #caughtUpUntil = 0;
  #skippedBeforeMs = 0;
  #fatalSound = new FatalSound();
  /** Voices that hosts before this one have numbered; it knows none of them. */
  #speakersBefore = 0;
  #outlets;
  #options;
  #visible;

  /**
   * @param {{ id: string, options: Options, visible: boolean }} start
   * @param {SessionOutlets} outlets
   */
  constructor({ id, options, visible }, outlets) {
    this.id = id;
    this.#options = options;
    this.#visible = visible;
    this.#outlets = outlets;
  }

  /** True after `stop`: the capture is over, its last words may be outstanding. */
  get stopping() {
    return this.#stopping;
  }

  /** The options that hold. */
  get options() {
    return this.#options;
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
    return this.#ring.end;
  }

  /** What it is doing, and with what language and model, as far as the host knows. */
  get state() {
    const { language = null, model = null } = this.#status ?? {};
    const { smaller_model: smallerModel = null } = this.#status ?? {};
    const { model_problem: modelProblem = null } = this.#status ?? {};
    const { halted, stale } = { halted: this.#halted, stale: this.#stale };
    return { phase: this.#phase(), language, model, smallerModel, modelProblem, halted, stale };
  }

  /**
   * Take captured sound. Without a host it waits in the ring buffer.
   * @param {Int16Array} pcm
   */
  push(pcm) {
    const start = this.#ring.end;
    this.#ring.push(pcm);
    if (this.#attached) this.#sendAudio(start, pcm);
  }

  /** A host is ready: open the session there, or go on where the one before was lost. */
  attach() {
    this.#fatalSound.attached();
    const from = this.#captions.resume(this.#ring.start);
    const before = this.#captions.ofThisHost;
    if (this.#hostIsNew) this.#speakersBefore = lastNumber(before);
    this.#hostIsNew = false;
    this.#skippedBeforeMs = this.#skippedMs() + this.#forgottenMs(from);
    this.#status = null;
    this.#from = from;
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
    });
    for (let start = from; start < this.#ring.end; start += FRAME_SAMPLES) {
      this.#sendAudio(start, this.#ring.read(start, start + FRAME_SAMPLES));
    }
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
    this.#hostIsNew = true;
    this.#changingModel = false;
    this.#outlets.phaseChanged();
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

  /** @param {Options} options from now on; what is captioned stays */
  configure(options) {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return;
    const before = this.#options;
    this.#options = options;
    if (!this.#attached) return;
    if (options.translate_to !== before.translate_to) {
      this.#lastBefore = this.model.lines.at(-1)?.id ?? null;
      this.#outlets.phaseChanged();
    }
    // The host says its last words, and begins anew.
    if (LASTING.some((name) => options[name] !== before[name])) this.#changeModel();
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

  /** @param {Captions} update */
  applyCaptions(update) {
    if (update.revision <= this.#captions.ofThisHost.revision) return;
    const wasStale = this.#stale;
    const lines = update.lines.map((line) => this.#withItsSpeaker(line));
    this.#captions.apply({ ...update, lines });
    this.#fatalSound.passed(update.final_until);
    this.#hear();
    this.#finalUntil = update.final_until;
    this.#ring.forget(update.final_until);
    this.#outlets.captionsChanged();
    if (this.#stale !== wasStale) this.#outlets.phaseChanged();
  }

  /** @param {Status} status */
  applyStatus(status) {
    // Of the session that is about to end.
    if (this.#changingModel) return;
    this.#status = status;
    if (status.state !== 'loading') this.#hear();
    if (status.state === 'listening' && status.lag_ms === 0) this.#caughtUpUntil = this.#ring.end;
    this.#outlets.phaseChanged();
  }

  /**
   * Speakers of this host, numbered after those of the ones before. Lines of before, which come
   * back with a translation, have theirs.
   * @param {Captions['lines'][number]} line
   */
  #withItsSpeaker(line) {
    if (line.id < this.#from) return line;
    return { ...line, speaker: countedOn(line.speaker, this.#speakersBefore) };
  }

  /** The host works. */
  #hear() {
    this.#fatalSound.heard(this.#ring.end);
    this.#restarting = false;
  }

  /** The host has died. If it died of its sound, as the one before, that is left out. */
  #bury() {
    const done = Math.max(this.#finalUntil, this.#from);
    const until = this.#fatalSound.died({ done, given: this.#ring.end });
    if (until === null) return;
    this.#captions.settle();
    this.#fatalSound.leaveOut(wordsEnd(this.model), until);
    this.#caughtUpUntil = Math.max(this.#caughtUpUntil, until);
    this.#ring.forget(until);
  }

  #changeModel() {
    this.#changingModel = true;
    // What is said meanwhile waits in the ring buffer.
    this.#attached = false;
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
    const target = this.#options.translate_to ?? null;
    if (target === null || this.#lastBefore === null) return false;
    // Only what it still hears.
    if (this.#options.translator === WHISPER) return false;
    return someUntranslated(this.#captions.ofThisHost, this.#lastBefore, target);
  }

  /** @returns {Phase} */
  #phase() {
    const lagMs = this.#attached ? (this.#status?.lag_ms ?? 0) : 0;
    const news =
      this.#attached && this.#status ? newsOf(this.#status, this.#fatalSound.leftOutMs) : null;
    const phase = { name: this.#phaseName(), lagMs, skippedMs: this.#skippedMs() };
    return news ? { ...phase, news } : phase;
  }

  /** @returns {PhaseName} */
  #phaseName() {
    if (this.#stopping) return 'ending';
    if (this.#changingModel) return 'loading';
    if (this.#restarting) return 'reconnecting';
    if (!this.#attached) return 'connecting';
    // Between `start` and the host's first word on it the host makes ready.
    if (this.#status === null) return 'loading';
    return this.#status.state === 'ended' ? 'ending' : this.#status.state;
  }

  /**
   * Audio that the ring buffer had to let go before it was captioned. Silence is not missed.
   * @param {number} from where captioning goes on
   */
  #forgottenMs(from) {
    const lineEnds = this.#captions.ofThisHost.lines.map((line) => line.end);
    const done = Math.max(this.#finalUntil, this.#caughtUpUntil, ...lineEnds);
    return (Math.max(0, from - done) * 1000) / SAMPLE_RATE;
  }

  #skippedMs() {
    return this.#skippedBeforeMs + (this.#status?.skipped_ms ?? 0);
  }
}
