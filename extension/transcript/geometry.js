/**
 * Where the rows of a long list are, of which most have never been laid out: measured heights where
 * there are any, estimates elsewhere. Pure.
 */

/** Heights and places of rows, CSS pixels. */
export class Geometry {
  /** @type {readonly string[]} */
  #keys = [];
  /** @type {Map<string, number>} */
  #measured = new Map();
  /** @type {Map<string, number>} */
  #places = new Map();
  /** Of each row, and behind the last one the height of all. */
  #tops = new Float64Array(1);
  #stale = false;
  #estimate;

  /** @param {(index: number) => number} estimate of a row that was not measured */
  constructor(estimate) {
    this.#estimate = estimate;
  }

  /** @returns {number} */
  get count() {
    return this.#keys.length;
  }

  /** @returns {number} the height of all rows */
  get total() {
    return this.#settled()[this.count] ?? 0;
  }

  /** @param {readonly string[]} keys of all rows, in order; what was measured of others is forgotten */
  setKeys(keys) {
    this.#keys = keys;
    this.#places = new Map(keys.map((key, index) => [key, index]));
    for (const key of this.#measured.keys()) {
      if (!this.#places.has(key)) this.#measured.delete(key);
    }
    this.#stale = true;
  }

  /** Measured heights hold no more: the list has another width. */
  forget() {
    this.#measured.clear();
    this.#stale = true;
  }

  /**
   * @param {string} key
   * @param {number} height
   * @returns {boolean} whether it is another one than before
   */
  measure(key, height) {
    const before = this.#measured.get(key);
    if (before !== undefined && Math.abs(before - height) < 0.5) return false;
    this.#measured.set(key, height);
    this.#stale = true;
    return true;
  }

  /**
   * @param {string} key
   * @returns {number} index of the row; -1: there is none
   */
  placeOf(key) {
    return this.#places.get(key) ?? -1;
  }

  /**
   * @param {number} index
   * @returns {string | undefined}
   */
  keyAt(index) {
    return this.#keys[index];
  }

  /**
   * @param {number} index
   * @returns {number} its upper edge; behind the last row the height of all
   */
  topOf(index) {
    return this.#settled()[Math.min(Math.max(0, index), this.count)] ?? 0;
  }

  /**
   * @param {number} index
   * @returns {number}
   */
  heightOf(index) {
    return this.topOf(index + 1) - this.topOf(index);
  }

  /**
   * @param {number} offset
   * @returns {number} the row there, or the nearest one; 0 without rows
   */
  indexAt(offset) {
    const tops = this.#settled();
    let [low, high] = [0, Math.max(0, this.count - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((tops[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * @param {number} offset of what is seen
   * @param {number} height of what is seen
   * @param {number} beyond so much more above and below
   * @returns {[first: number, end: number]} the rows there; `end` is behind the last one
   */
  span(offset, height, beyond) {
    if (this.count === 0) return [0, 0];
    return [this.indexAt(offset - beyond), this.indexAt(offset + height + beyond) + 1];
  }

  #settled() {
    if (!this.#stale) return this.#tops;
    const tops = new Float64Array(this.count + 1);
    let top = 0;
    for (const [index, key] of this.#keys.entries()) {
      tops[index] = top;
      top += this.#measured.get(key) ?? this.#estimate(index);
    }
    tops[this.count] = top;
    this.#tops = tops;
    this.#stale = false;
    return tops;
  }
}
