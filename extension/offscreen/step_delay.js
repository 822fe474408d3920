/** By how much sound is delayed so that captions come with it. Pure. */

/** Bounds of what a user is asked to wait, seconds. */
export const SHORTEST_SECONDS = 0.5;
export const LONGEST_SECONDS = 4;

/** Until words have told. Of nine in ten it is enough on most machines, seconds. */
export const FIRST_SECONDS = 1.8;

/** Words that come later come from a host that is behind: no delay would help, seconds. */
const BEHIND_SECONDS = 6;

/** So many words in a hundred are in time. */
const IN_TIME = 0.9;

/** From the host to the screen, seconds. */
const MARGIN_SECONDS = 0.1;

/** Words that count, and between two changes. */
const WORDS_KEPT = 120;
const WORDS_BETWEEN = 30;

/** A delay that is too short by this, or too long by that, is changed, seconds. */
const SHORT_BY = 0.2;
const LONG_BY = 0.4;

/** At most by this much at a time, seconds. */
const STEP_SECONDS = 0.5;

/** Follows how long after each word its caption is there, and seldom changes its mind. */
export class StepDelay {
  /** @type {number[]} seconds, of the newest words */
  #latencies = [];
  #since = 0;
  #seconds = FIRST_SECONDS;

  /** The delay that is best, seconds. */
  get seconds() {
    return this.#seconds;
  }

  /** @param {number} latency seconds from the end of a word until it was committed */
  heard(latency) {
    if (latency < 0 || latency > BEHIND_SECONDS) return;
    this.#latencies.push(latency);
    if (this.#latencies.length > WORDS_KEPT) this.#latencies.shift();
    if (++this.#since < WORDS_BETWEEN) return;
    const change = this.#needed() - this.#seconds;
    const hasHeardAll = this.#latencies.length === WORDS_KEPT;
    // Words that come too late are worse than a delay that is too long.
    if (change < SHORT_BY && !(hasHeardAll && change < -LONG_BY)) return;
    this.#since = 0;
    const next = this.#seconds + Math.max(-STEP_SECONDS, Math.min(STEP_SECONDS, change));
    this.#seconds = Math.round(next * 10) / 10;
  }

  #needed() {
    const ordered = this.#latencies.toSorted((a, b) => a - b);
    const enough = ordered[Math.ceil(ordered.length * IN_TIME) - 1] ?? FIRST_SECONDS;
    return Math.max(SHORTEST_SECONDS, Math.min(LONGEST_SECONDS, enough + MARGIN_SECONDS));
  }
}
