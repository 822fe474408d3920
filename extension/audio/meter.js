/** How loud a tab is, for a picture of it. */

/** What is softer counts as no sound, dB below full scale. */
const FLOOR_DB = -60;

/** Collects frames between two looks. */
export class Meter {
  #peak = 0;

  /** @param {Int16Array} pcm */
  push(pcm) {
    for (const sample of pcm) this.#peak = Math.max(this.#peak, Math.abs(sample));
  }

  /** @returns {number} the loudest since the last look: 0 is no sound, 1 is full scale */
  take() {
    const db = 20 * Math.log10(this.#peak / 32768);
    this.#peak = 0;
    return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
  }
}
