/** A query in a saved transcript. Pure. */
import { wordsOf } from './rows.js';
import { fold } from './search.js';

/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * @typedef {object} FoundLine
 * @property {string} entry its id
 * @property {number | null} time seconds of media time; null: it is of no medium
 * @property {string} before what was found
 * @property {string} hit
 * @property {string} after
 */

/**
 * @typedef {object} Found
 * @property {FoundLine[]} lines the first ones
 * @property {number} count of all lines in which it is
 */

/** Lines of a transcript of which the words are told. */
const LINES_TOLD = 20;

/**
 * @param {Transcript} transcript
 * @param {string} query
 * @returns {Found | null} null: it is not in it
 */
export function findIn({ entries, title }, query) {
  const wanted = fold(query.trim().replace(/\s+/g, ' ')).text;
  if (wanted === '') return null;
  /** @type {FoundLine[]} */
  const lines = [];
  let count = 0;
  for (const entry of entries) {
    const texts = [wordsOf(entry), entry.translation?.text ?? '', entry.note];
    const found = texts.map((text) => partsOf(text, wanted)).find((parts) => parts !== null);
    if (!found) continue;
    count += 1;
    const time = entry.media === null ? null : entry.start;
    if (lines.length < LINES_TOLD) lines.push({ entry: entry.id, time, ...found });
  }
  return count > 0 || fold(title).text.includes(wanted) ? { lines, count } : null;
}

/**
 * @param {string} text
 * @param {string} wanted folded
 * @returns {Pick<FoundLine, 'before' | 'hit' | 'after'> | null}
 */
function partsOf(text, wanted) {
  const { text: folded, places } = fold(text);
  const at = folded.indexOf(wanted);
  if (at < 0) return null;
  const [from, to] = [at, at + wanted.length].map((place) => places?.[place] ?? place);
  return { before: text.slice(0, from), hit: text.slice(from, to), after: text.slice(to) };
}
