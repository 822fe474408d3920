/** Finds where two texts say about the same, letter by letter. Pure. */

/**
 * @typedef {object} Letters a text's letters without spaces; words are told apart by index
 * @property {string[]} letters
 * @property {number[]} words the index of each one's word
 * @property {number[]} weights how much each one tells
 */

/**
 * @typedef {object} Alike a stretch of each text
 * @property {number} score weight of letters in common, less that of those that differ
 * @property {number} common weight of letters in common
 * @property {[number, number]} own its first letter and its last
 * @property {[number, number]} theirs
 */

/** Scripts whose letters are syllables or words: one tells as much as two of an alphabet. */
const SYLLABLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * @param {readonly string[]} words without spaces and signs
 * @returns {Letters}
 */
export function lettersOf(words) {
  const letters = words.flatMap((word) => [...word]);
  return {
    letters,
    words: words.flatMap((word, index) => [...word].map(() => index)),
    weights: letters.map((letter) => (SYLLABLE.test(letter) ? 2 : 1)),
  };
}

/**
 * The two stretches that are most alike, by Smith and Waterman (1981): what differs counts as much
 * as what agrees, so a stretch ends where it says something else.
 * @param {Letters} own
 * @param {Letters} theirs
 * @param {(ownWord: number, theirWord: number) => boolean} mayBe whether words may be the same one
 * @returns {Alike | null} null: they have no letter in common
 */
export function mostAlike(own, theirs, mayBe) {
  const width = theirs.letters.length + 1;
  // What ends at a letter of ours (rows, of which two are kept) and at one of theirs (columns).
  let above = emptyRow(width);
  let row = emptyRow(width);
  /** @type {Alike | null} */
  let best = null;
  for (let i = 0; i < own.letters.length; i++) {
    row.score.fill(0);
    for (let j = 1; j < width; j++) {
      if (!mayBe(own.words[i] ?? 0, theirs.words[j - 1] ?? 0)) continue;
      const score = extend(row, above, i, j, own, theirs);
      if (score > (best?.score ?? 0)) best = stretchAt(row, i, j);
    }
    [above, row] = [row, above];
  }
  return best;
}

/** @typedef {Record<'score' | 'common' | 'ownFrom' | 'theirFrom', Int32Array>} Row */

/**
 * @param {number} width
 * @returns {Row}
 */
function emptyRow(width) {
  const cells = () => new Int32Array(width);
  return { score: cells(), common: cells(), ownFrom: cells(), theirFrom: cells() };
}

/**
 * Find the best stretch that ends with our letter `i` and the one before `j` of theirs.
 * @param {Row} row changed
 * @param {Row} above
 * @param {number} i
 * @param {number} j
 * @param {Letters} own
 * @param {Letters} theirs
 * @returns {number} its score; 0: there is none
 */
function extend(row, above, i, j, own, theirs) {
  const same = own.letters[i] === theirs.letters[j - 1];
  const weight = own.weights[i] ?? 1;
  const both = at(above.score, j - 1) + (same ? weight : -1);
  const ours = at(above.score, j) - weight;
  const other = at(row.score, j - 1) - (theirs.weights[j - 1] ?? 1);
  const score = Math.max(0, both, ours, other);
  if (score === 0) return 0;
  if (score === both) goOn(row, j, above, j - 1, score, i);
  else if (score === ours) goOn(row, j, above, j, score, i);
  else goOn(row, j, row, j - 1, score, i);
  if (score === both && same) row.common[j] = at(row.common, j) + weight;
  return score;
}

/**
 * @param {Row} row
 * @param {number} i
 * @param {number} j
 * @returns {Alike}
 */
function stretchAt(row, i, j) {
  return {
    score: at(row.score, j),
    common: at(row.common, j),
    own: [at(row.ownFrom, j), i],
    theirs: [at(row.theirFrom, j), j - 1],
  };
}

/**
 * Lead the stretch of one cell on into another, or begin one there.
 * @param {Row} row
 * @param {number} j
 * @param {Row} from
 * @param {number} k
 * @param {number} score
 * @param {number} i
 */
function goOn(row, j, from, k, score, i) {
  const begins = at(from.score, k) === 0;
  row.score[j] = score;
  row.common[j] = begins ? 0 : at(from.common, k);
  row.ownFrom[j] = begins ? i : at(from.ownFrom, k);
  row.theirFrom[j] = begins ? j - 1 : at(from.theirFrom, k);
}

/**
 * @param {Int32Array} cells
 * @param {number} index
 */
function at(cells, index) {
  return cells[index] ?? 0;
}
