/** Sound and picture as late as captions are: whether, by how much, and what is heard now. */
import { SAMPLE_RATE } from '../audio/framing.js';
import { CAPTURE_LATENCY_MS } from './sample_clock.js';
import { StepDelay } from './step_delay.js';
import { WordTimes } from './word_times.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/messages.js').MediaReport} MediaReport */
/** @typedef {import('../shared/messages.js').StepState} StepState */
/** @typedef {import('../shared/messages.js').StepWish} StepWish */

/**
 * @typedef {object} StepOutlets
 * @property {(delayMs: number | null) => void} toPage by how much its picture is to be delayed
 * @property {() => void} changed `state` has changed
 * @property {() => number} now Date.now()
 */

/** What the page's picture is told of: less is not seen, ms. */
const NEWS_MS = 15;

/** A page's report is on its way for less, ms. */
const REPORTED_WITHIN_MS = 400;

/**
 * From a sound in the page to the same sound as it is played on, without a delay, ms: the capture's
 * buffers and the playback's. A picture that is delayed has to wait for that, too.
 */
const PATH_MS = 25;

export class InStep {
  #outlets;
  /** @type {StepWish} */
  #wish = 'off';
  #listens = false;
  /** @type {NonNullable<MediaReport['picture']>} */
  #picture = 'none';
  #paused = false;
  #seeking = false;
  #rule = new StepDelay();
  /** @type {WordTimes | null} while it is on */
  #words = null;
  /** @type {import('./sources.js').Source | null} the tab's sound */
  #source = null;
  /** What the source has been told, seconds. */
  #asked = /** @type {number | null} */ (null);
  /** What the source says. */
  #delayed = { delay: 0, behind: 0 };
  /** What the page has been told. */
  #told = /** @type {number | null} */ (null);

  /** @param {StepOutlets} outlets */
  constructor(outlets) {
    this.#outlets = outlets;
  }

  /** Whether sound and picture are delayed. */
  get on() {
    return this.#source !== null && this.#state()?.name === 'on';
  }

  /** @returns {StepState | null} null: it is not wanted */
  get state() {
    return this.#state();
  }

  /** Samples for which the user has yet to hear what has come. */
  get behind() {
    return this.on ? Math.round(this.#delayed.behind * SAMPLE_RATE) : 0;
  }

  /** @param {StepWish} wish */
  setWish(wish) {
    this.#change(() => (this.#wish = wish));
  }

  /** @param {boolean} listens whether the microphone is captioned: its user takes part in a talk */
  setListens(listens) {
    this.#change(() => (this.#listens = listens));
  }

  /** @param {import('./sources.js').Source | null} source of the tab's sound; null: there is none */
  take(source) {
    this.#source = source;
    this.#asked = null;
    this.#delayed = { delay: 0, behind: 0 };
    this.#apply();
    if (this.#state()?.name === 'on') this.#outlets.changed();
  }

  /** @param {MediaReport} media of the page */
  noteMedia({ paused, playhead, picture = 'none' }) {
    const isPaused = paused === true;
    const ago = playhead ? this.#soundSince(playhead.wall) : 0;
    if (isPaused !== this.#paused) this.#source?.hold(isPaused && this.on, ago);
    this.#paused = isPaused;
    this.#change(() => (this.#picture = picture));
    const isSeeking = playhead?.seeking === true;
    // What waits is of another place, and so is what comes until the seek is over.
    if (this.on && (isSeeking || this.#seeking)) this.#source?.discard(isSeeking ? 0 : ago);
    this.#seeking = isSeeking;
  }

  /**
   * @param {number} wall when something was so in the page
   * @returns {number} seconds for which the sound that comes here has been of that
   */
  #soundSince(wall) {
    const ms = this.#outlets.now() - wall - CAPTURE_LATENCY_MS;
    return Math.max(0, Math.min(REPORTED_WITHIN_MS, ms)) / 1000;
  }

  /**
   * The captions have grown: how late they are says how long sound has to wait.
   * @param {CaptionModel} model
   * @param {number} position the sample that comes next
   */
  learn(model, position) {
    const isFirst = this.#words === null;
    this.#words ??= new WordTimes();
    const ends = this.#words.learn(model);
    // What was there before has been seen.
    if (isFirst) return;
    const before = this.#rule.seconds;
    for (const end of ends) this.#rule.heard((position - end) / SAMPLE_RATE);
    if (this.#rule.seconds !== before) {
      this.#apply();
      this.#outlets.changed();
    }
  }

  /**
   * @param {CaptionModel} model that was learnt
   * @param {number} sample that is heard now
   * @returns {CaptionModel} what of it has been heard
   */
  heardOf(model, sample) {
    return this.#words && this.behind > 0 ? this.#words.saidBy(model, sample) : model;
  }

  /** The page is new, and knows nothing. */
  tellPage() {
    if (this.on) this.#outlets.toPage(this.#told);
  }

  /** @param {() => void} change */
  #change(change) {
    const before = JSON.stringify(this.#state());
    change();
    this.#apply();
    if (JSON.stringify(this.#state()) !== before) this.#outlets.changed();
  }

  #apply() {
    const seconds = this.on ? this.#rule.seconds : null;
    if (this.#source && seconds !== this.#asked) {
      const begins = this.#asked === null;
      this.#asked = seconds;
      const source = this.#source;
      const done = source.delayBy(seconds, (delayed) => this.#note(delayed));
      if (begins && this.#paused) void done.then(() => source.hold(this.#paused && this.on, 0));
    }
    if (seconds === null) {
      this.#delayed = { delay: 0, behind: 0 };
      this.#words = null;
    }
    this.#tellPage(seconds === null ? null : this.#delayed.delay || seconds);
  }

  /** @param {import('../audio/delay_line.js').Delayed} delayed */
  #note(delayed) {
    if (!this.on) return;
    this.#delayed = delayed;
    this.#tellPage(delayed.delay);
  }

  /** @param {number | null} seconds */
  #tellPage(seconds) {
    const ms = seconds === null ? null : Math.round(seconds * 1000) + PATH_MS;
    const isNews = ms === null || this.#told === null || Math.abs(ms - this.#told) > NEWS_MS;
    if (!isNews || ms === this.#told) return;
    this.#told = ms;
    this.#outlets.toPage(ms);
  }

  /** @returns {StepState | null} */
  #state() {
    if (this.#wish === 'off') return null;
    const picture = this.#picture === 'copied';
    const seconds = this.#rule.seconds;
    /** @type {StepState['name']} */
    let name = 'on';
    if (this.#wish === 'meeting') name = 'meeting';
    else if (this.#listens) name = 'microphone';
    else if (this.#picture === 'protected') name = 'protected';
    return { name, seconds, picture };
  }
}
