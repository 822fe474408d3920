/** Sound that crashes the host: what has ended two of them is not given to a third. */
import { SAMPLE_RATE } from '../audio/framing.js';

/** A host that works says something at the latest every so much sound, so it died of none later. */
const HEARD_FROM_EVERY = 5 * SAMPLE_RATE;

/** Deaths of hosts that have said nothing of any work, before they count as one. */
const SILENT_DEATHS = 2;

/**
 * Follows the hosts of one session. A host that dies over some sound may have died of anything. One
 * that gets the same sound again, and dies before it is done with it, has most likely died of it.
 */
export class FatalSound {
  /**
   * The last sample that the host before can have died of.
   * @type {number | null}
   */
  #before = null;
  /** Hosts since then that have died without a word. */
  #silent = 0;
  /** @type {number | null} sound it was given when it spoke last; null: it has not begun to work */
  #givenWhenHeard = null;

  /**
   * What is left out at present.
   * @type {{ from: number, until: number } | null}
   */
  #leftOut = null;

  /** How much is left out that nothing was captioned of; 0 also when it is over. */
  get leftOutMs() {
    const { from, until } = this.#leftOut ?? { from: 0, until: 0 };
    return (Math.max(0, until - from) * 1000) / SAMPLE_RATE;
  }

  /** A host gets the session. */
  attached() {
    this.#givenWhenHeard = null;
  }

  /** @param {number} given up to which sample the host, which has just spoken, has the sound */
  heard(given) {
    this.#givenWhenHeard = given;
  }

  /** @param {number} done up to which sample the host is done: what was left out before is over */
  passed(done) {
    if (this.#leftOut && done > this.#leftOut.until) this.#leftOut = null;
  }

  /**
   * The host has died.
   * @param {object} at
   * @param {number} at.done up to which sample it was done
   * @param {number} at.given up to which sample it had the sound
   * @returns {number | null} up to which sample no other host is to be given the sound
   */
  died({ done, given }) {
    const heard = this.#givenWhenHeard;
    const before = this.#before;
    const isSecond = before !== null && done < before;
    if (heard === null) {
      // It may not have come so far as to work, or not have had the time to say so.
      this.#silent += 1;
      if (!isSecond || this.#silent < SILENT_DEATHS) return null;
    }
    this.#silent = 0;
    this.#before = isSecond ? null : Math.min(given, (heard ?? 0) + HEARD_FROM_EVERY);
    return isSecond ? before : null;
  }

  /**
   * Note what is left out.
   * @param {number} from where what is captioned ends
   * @param {number} until
   */
  leaveOut(from, until) {
    this.#leftOut = { from, until };
  }
}
