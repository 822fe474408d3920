/**
 * How loud two channels are from moment to moment, and whether one follows the other: what a
 * microphone hears of a loudspeaker swells and fades with it, whatever the recogniser makes of it.
 */
import { SAMPLE_RATE } from '../audio/framing.js';

/** Short enough for syllables. */
const STEP_SAMPLES = 320;

/** Longer than lines change after they were spoken. */
const STEPS_KEPT = (90 * SAMPLE_RATE) / STEP_SAMPLES;

/** Below the noise of a room, by which silences would differ from each other. */
const FLOOR = 0.001;

/** Of full scale. What is softer can hardly be heard in a room: 40 dB below it. */
const AUDIBLE = 0.01;
const FULL_SCALE = 32_768;

/**
 * By how many steps the microphone may be behind the tab: the way through the air and the output's
 * buffers, and what the clocks of both channels differ by.
 */
const LEAST_LAG = -10;
const MOST_LAG = 35;

/** In less, two channels may well be alike by chance. */
const LEAST_STEPS = SAMPLE_RATE / STEP_SAMPLES;

/** Steps over which loudness is smoothed: a room blurs it. */
const SMOOTHED = 5;

/**
 * @param {Int16Array} pcm
 * @returns {boolean} whether any of it can be heard in a room, and may echo
 */
export function isAudible(pcm) {
  return pcm.some((sample) => Math.abs(sample) > AUDIBLE * FULL_SCALE);
}

/** The loudness of one channel for as long as it may be asked for. */
export class Loudness {
  /** @type {number[]} natural logarithm of the root mean square; NaN where nothing was heard */
  #levels = [];
  /** The step of the first one. */
  #first = 0;

  /** The first sample that may be asked for. */
  get start() {
    return this.#first * STEP_SAMPLES;
  }

  /** The sample after the last one. */
  get end() {
    return this.start + this.#levels.length * STEP_SAMPLES;
  }

  /**
   * @param {Int16Array} pcm
   * @param {number} end the sample after its last one; rounded to steps
   */
  push(pcm, end) {
    const steps = Math.floor(pcm.length / STEP_SAMPLES);
    const start = Math.round(end / STEP_SAMPLES) - steps;
    if (this.#levels.length === 0) this.#first = start;
    while (this.#first + this.#levels.length < start) this.#levels.push(NaN);
    for (let i = 0; i < steps; i++) {
      this.#levels.push(levelOf(pcm.subarray(i * STEP_SAMPLES, (i + 1) * STEP_SAMPLES)));
    }
    const old = this.#levels.length - STEPS_KEPT;
    if (old < 1_000) return;
    this.#levels.splice(0, old);
    this.#first += old;
  }

  /**
   * @param {number} from sample
   * @param {number} steps
   * @returns {number[] | null} null where some of it was not heard or is forgotten
   */
  levels(from, steps) {
    const first = Math.round(from / STEP_SAMPLES) - this.#first;
    if (first < 0 || first + steps > this.#levels.length) return null;
    const found = this.#levels.slice(first, first + steps);
    return found.some(Number.isNaN) ? null : found;
  }
}

/**
 * How much a microphone sounds like an echo of the tab around a moment.
 * @param {Loudness} tab
 * @param {Loudness} own on the same clock
 * @param {number} from sample
 * @param {number} to sample
 * @returns {number} the correlation of both at the lag that suits them best, from 0 (none, or not
 *   known) to 1
 */
export function likeness(tab, own, from, to) {
  // Less is known where one of them has just begun or ended.
  const first = Math.max(from, own.start, tab.start + MOST_LAG * STEP_SAMPLES);
  const steps = Math.round((Math.min(to, own.end, tab.end) - first) / STEP_SAMPLES) + LEAST_LAG;
  if (steps < LEAST_STEPS) return 0;
  const heard = own.levels(first, steps);
  const reach = MOST_LAG - LEAST_LAG;
  const played = tab.levels(first - MOST_LAG * STEP_SAMPLES, steps + reach);
  if (!heard || !played || Math.max(...played) < Math.log(AUDIBLE)) return 0;
  const follows = smooth(heard);
  const leads = smooth(played);
  let best = 0;
  for (let shift = 0; shift <= reach; shift++) {
    best = Math.max(best, correlation(follows, leads, shift));
  }
  return best;
}

/** @param {Int16Array} pcm */
function levelOf(pcm) {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return Math.log(Math.sqrt(sum / pcm.length) / FULL_SCALE + FLOOR);
}

/**
 * @param {number[]} levels
 * @returns {number[]} means of `SMOOTHED` levels each, fewer at both ends
 */
function smooth(levels) {
  const half = Math.floor(SMOOTHED / 2);
  return levels.map((_, index) => {
    const around = levels.slice(Math.max(0, index - half), index + half + 1);
    return around.reduce((sum, level) => sum + level, 0) / around.length;
  });
}

/**
 * Pearson's.
 * @param {number[]} a
 * @param {number[]} b of which as many count as `a` has
 * @param {number} shift the first of them
 */
function correlation(a, b, shift) {
  const n = a.length;
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = a[i] ?? 0;
    const y = b[i + shift] ?? 0;
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const spread = (squaresA - (sumA * sumA) / n) * (squaresB - (sumB * sumB) / n);
  return spread > 0 ? (products - (sumA * sumB) / n) / Math.sqrt(spread) : 0;
}
