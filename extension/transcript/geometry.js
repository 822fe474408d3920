/**
 * Where the rows of a long list are, of which most have never been laid out: measured heights where
 * there are any, estimates elsewhere. Pure.
 */

/**
 * Heights and places of rows, CSS pixels. Where a row is added at the end, little is computed anew.
 */
export class Geometry {
  /** @type {readonly string[]} */
  #keys = [];
  /** @type {Map<string, number>} */
  #measured = new Map();
  /** @type {Map<string, number>} */
  #places = new Map();
  /** Of each row, estimated where it was not measured. */
  #heights = new Float64Array(0);
  /** Of each row, and behind the last one the height of all. */
  #tops = new Float64Array(1);
  /** The first row of which only the upper edge is right. */
  #settledTo = 0;
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
    const before = this.#keys;
    let first = 0;
    while (first < keys.length && keys[first] === before[first]) first += 1;
    for (const key of before.slice(first)) this.#places.delete(key);
    for (let index = first; index < keys.length; index += 1) {
      this.#places.set(keys[index] ?? '', index);
    }
    for (const key of before.slice(first)) {
      if (!this.#places.has(key)) this.#measured.delete(key);
    }
    this.#keys = keys;
    this.#reserve(keys.length);
    for (let index = first; index < keys.length; index += 1) {
      this.#heights[index] = this.#heightFor(index);
    }
    this.#settledTo = Math.min(this.#settledTo, first);
  }

  /** Measured heights hold no more: the list has another width. */
  forget() {
    this.#measured.clear();
    for (let index = 0; index < this.count; index += 1) {
      this.#heights[index] = this.#heightFor(index);
    }
    this.#settledTo = 0;
  }

  /**
   * @param {string} key
   * @param {number} height
   * @returns {boolean} whether it is another one than before
   */
  measure(key, height) {
    const before = this.#measured.get(key);
    const index = this.#places.get(key);
    if (index === undefined) return false;
    if (before !== undefined && Math.abs(before - height) < 0.5) return false;
    this.#measured.set(key, height);
    this.#heights[index] = height;
    this.#settledTo = Math.min(this.#settledTo, index);
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

  /** @param {number} index */
  #heightFor(index) {
    return this.#measured.get(this.#keys[index] ?? '') ?? this.#estimate(index);
  }

  /** @param {number} count of rows */
  #reserve(count) {
    if (count <= this.#heights.length) return;
    const [heights, tops] = [this.#heights, this.#tops];
    this.#heights = new Float64Array(2 * count);
    this.#tops = new Float64Array(2 * count + 1);
    this.#heights.set(heights);
    this.#tops.set(tops);
  }

  #settled() {
    for (let index = this.#settledTo; index < this.count; index += 1) {
      this.#tops[index + 1] = (this.#tops[index] ?? 0) + (this.#heights[index] ?? 0);
    }
    this.#settledTo = this.count;
    return this.#tops;
  }
}
