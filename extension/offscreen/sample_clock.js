/** Which sample of a capture belongs to which moment. */
import { SAMPLE_RATE } from '../audio/framing.js';

/**
 * From a sound in the page to the arrival of its samples here, if nothing holds them up, ms: the
 * capture's buffers, and the worklet's. It is 21 to 32 ms at normal speed. At other speeds Chromium joins
 * pieces of sound, and its clock counts what it has read for that: sounds are 24 ms of media time early at
 * half the speed, 14 ms at 1.5 times it, 5 to 17 ms late at twice it (`tests/e2e/test_media_clock.py`).
 */
export const CAPTURE_LATENCY_MS = 20;

/** So long the earliest arrival counts: clocks of sound and system drift apart. */
const WINDOW_MS = 5_000;

/**
 * What comes later than that was not held up: the machine slept, and no sound was captured. Should it
 * have been held up after all, the frames behind it say so at once.
 */
const STOPPED_MS = 2_000;

const SAMPLES_PER_MS = SAMPLE_RATE / 1000;

/**
 * Maps wall-clock time to samples by when frames arrive. What holds a frame up can only make it
 * later, so the earliest ones of a while tell.
 */
export class SampleClock {
  /** Wall-clock time of sample 0, by the earliest arrival of this window and of the one before. */
  #earliest = Infinity;
  #earliestBefore = Infinity;
  #windowEnds = -Infinity;

  /**
   * A frame has arrived.
   * @param {number} sample the one after its last
   * @param {number} wall Date.now()
   */
  arrived(sample, wall) {
    const zero = wall - sample / SAMPLES_PER_MS;
    if (zero - this.#zero > STOPPED_MS) this.reset();
    if (wall >= this.#windowEnds) {
      this.#earliestBefore = this.#earliest;
      this.#earliest = Infinity;
      this.#windowEnds = wall + WINDOW_MS;
    }
    this.#earliest = Math.min(this.#earliest, zero);
  }

  /** The capture was interrupted: no samples came for a while, and none were counted. */
  reset() {
    this.#earliest = this.#earliestBefore = Infinity;
    this.#windowEnds = -Infinity;
  }

  /**
   * @param {number} wall Date.now() when something sounded
   * @returns {number} its sample; 0 before the first frame
   */
  sampleAt(wall) {
    if (this.#zero === Infinity) return 0;
    return Math.max(0, Math.round((wall + CAPTURE_LATENCY_MS - this.#zero) * SAMPLES_PER_MS));
  }

  /** Wall-clock time of sample 0, as far as is known. */
  get #zero() {
    return Math.min(this.#earliest, this.#earliestBefore);
  }
}
