/** Where a growing text can be cut so that its beginning makes sense alone. Pure. */

/** The end of a clause: in front of a space, which 3.5 and 10:30 have not, or of a wide sort. */
const CLAUSE_END = /[.?!…,;:]["'”’»)\]]*(?=\s|$)|[。？！、，；：]/gu;

/** Columns without a clause's end after which what is there will do. */
const LONG = 48;

/** Characters that take two columns. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/**
 * The beginning of a growing line that is worth a translation already; it can be empty. It ends with
 * a clause, or with the last word when no clause has ended for long.
 * @param {string} text
 * @returns {string}
 */
export function wholeClauses(text) {
  const whole = text.trimEnd();
  const last = [...whole.matchAll(CLAUSE_END)].at(-1);
  const end = last ? last.index + last[0].length : 0;
  const rest = whole.slice(end);
  return rest.length + (rest.match(WIDE)?.length ?? 0) > LONG ? whole : whole.slice(0, end);
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/**
 * Two parts of a text that is too long for a translator, cut between sentences or else between words.
 * @param {string} text
 * @returns {[string, string] | null} null where it cannot be cut
 */
export function halves(text) {
  const ends = [...sentences.segment(text)].slice(1).map(({ index }) => index);
  const spaces = [...text.matchAll(/\s+/gu)].map(({ index, 0: space }) => index + space.length);
  const inside = (/** @type {number[]} */ cuts) =>
    cuts.filter((cut) => text.slice(0, cut).trim() !== '' && text.slice(cut).trim() !== '');
  const between = inside(ends);
  const cuts = between.length > 0 ? between : inside(spaces);
  const middle = text.length / 2;
  const [cut] = cuts.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  return cut === undefined ? null : [text.slice(0, cut).trim(), text.slice(cut).trim()];
}
