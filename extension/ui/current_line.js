/** The line that is being said where the media are. */
import { lineAt } from '../transcript/place.js';
import { linesIn } from '../transcript/rows.js';

/** @typedef {import('../transcript/rows.js').Row} Row */

/** @typedef {{ media: string | null, at: number, rate: number, wall: number }} Place */

/** A timer later than that is not exact. */
const LONGEST_MS = 10_000;

/** Knows by itself when the next line begins: between two reports media go on evenly. */
export class Current {
  /** @type {string | null} */
  key = null;
  /** @type {Place | null} */
  #place = null;
  /** @type {import('../transcript/rows.js').LineRow[]} */
  #lines = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #changed;

  /** @param {() => void} changed called when another line is being said */
  constructor(changed) {
    this.#changed = changed;
  }

  /** @param {Place | null} place null: nobody knows */
  setPlace(place) {
    this.#place = place;
    this.#look();
  }

  /** @param {readonly Row[]} rows */
  setRows(rows) {
    this.#lines = linesIn(rows);
    this.#look();
  }

  /** @param {readonly Row[]} rows @returns {boolean} whether lines come after it */
  isBefore(rows) {
    if (this.key === null) return false;
    const last = rows.findLast((row) => row.kind === 'line');
    return last !== undefined && last.key !== this.key && rows.some(({ key }) => key === this.key);
  }

  #look() {
    clearTimeout(this.#timer);
    const { key, next } = this.#now();
    if (next !== null && this.#place && this.#place.rate > 0) {
      const inMs = Math.min(LONGEST_MS, Math.max(50, (next * 1000) / this.#place.rate));
      this.#timer = setTimeout(() => this.#look(), inMs);
    }
    if (key === this.key) return;
    this.key = key;
    this.#changed();
  }

  /** @returns {{ key: string | null, next: number | null }} `next`: seconds of media until then */
  #now() {
    const place = this.#place;
    if (!place || place.media === null) return { key: null, next: null };
    const at = place.at + ((Date.now() - place.wall) / 1000) * place.rate;
    const { line, until } = lineAt(this.#lines, place.media, at);
    return { key: line?.key ?? null, next: until === null ? null : until - at };
  }
}
