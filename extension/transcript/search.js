/** Words looked for in a transcript, in any case and with or without accents. Pure. */

/** @typedef {import('./rows.js').LineRow} LineRow */
/** @typedef {import('./rows.js').Row} Row */

/** @typedef {'text' | 'translation' | 'note'} Part of a line */

/**
 * @typedef {object} Hit
 * @property {string} key of its row
 * @property {Part} part
 * @property {number} from first character
 * @property {number} to the character behind the last one
 */

/**
 * @typedef {object} Folded
 * @property {string} text
 * @property {readonly number[] | null} places of its characters in what was folded, and its length;
 *   null: they are the same
 */

/** @type {readonly Part[]} */
const PARTS = ['text', 'translation', 'note'];

/** Accents, and the vowel points of Hebrew and Arabic. Other scripts' marks are letters. */
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;

const PLAIN = /^[\0-\x7f]*$/;

/**
 * @param {string} text
 * @returns {Folded} without what a search passes over
 */
export function fold(text) {
  if (PLAIN.test(text)) return { text: text.toLowerCase(), places: null };
  let folded = '';
  const places = [];
  let at = 0;
  for (const letter of text) {
    // By way of capitals, ß is found as ss, and a final sigma as any other.
    const plain = letter.normalize('NFKD').replace(MARKS, '').toUpperCase().toLowerCase();
    for (let index = 0; index < plain.length; index += 1) places.push(at);
    folded += plain;
    at += letter.length;
  }
  places.push(at);
  return { text: folded, places };
}

/** Finds a query in rows; what it has folded once it keeps as long as the row lives. */
export class Search {
  /** @type {WeakMap<LineRow, Folded[]>} */
  #folded = new WeakMap();

  /**
   * @param {readonly Row[]} rows
   * @param {string} query
   * @returns {Hit[]} in the order of the rows; none for an empty query
   */
  hits(rows, query) {
    const wanted = fold(query.trim().replace(/\s+/g, ' ')).text;
    if (wanted === '') return [];
    return rows.flatMap((row) => (row.kind === 'line' ? this.#hitsIn(row, wanted) : []));
  }

  /**
   * @param {LineRow} row
   * @param {string} wanted
   * @returns {Hit[]}
   */
  #hitsIn(row, wanted) {
    const folded = this.#foldedOf(row);
    /** @type {Hit[]} */
    const hits = [];
    for (const [index, part] of PARTS.entries()) {
      const { text, places } = folded[index] ?? { text: '', places: null };
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        const end = at + wanted.length;
        const [from, to] = places ? [places[at] ?? 0, places[end] ?? 0] : [at, end];
        hits.push({ key: row.key, part, from, to: Math.max(to, from + 1) });
      }
    }
    return hits;
  }

  /** @param {LineRow} row */
  #foldedOf(row) {
    const known = this.#folded.get(row);
    if (known) return known;
    const folded = [row.text, row.translation, row.entry.note].map(fold);
    this.#folded.set(row, folded);
    return folded;
  }
}

/**
 * The hit to be shown after hits have changed: the same one, or the next behind where it was.
 * @param {readonly Hit[]} hits
 * @param {Hit | null} before
 * @param {(key: string) => number} placeOf a row by its key
 * @returns {number} its index; -1: there is none
 */
export function sameHit(hits, before, placeOf) {
  if (hits.length === 0) return -1;
  if (!before) return 0;
  const row = placeOf(before.key);
  const index = hits.findIndex((hit) => {
    const place = placeOf(hit.key);
    return place > row || (place === row && isNotBefore(hit, before));
  });
  return Math.max(0, index);
}

/**
 * @param {number} index
 * @param {number} step 1: the next one, -1: the one before
 * @param {number} count
 * @returns {number} behind the last one comes the first
 */
export function stepped(index, step, count) {
  return count === 0 ? -1 : (index + step + count) % count;
}

/**
 * @param {Hit} hit
 * @param {Hit} other in the same row
 */
function isNotBefore(hit, other) {
  const parts = PARTS.indexOf(hit.part) - PARTS.indexOf(other.part);
  return parts > 0 || (parts === 0 && hit.from >= other.from);
}
