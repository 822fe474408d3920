/** Text cut into the pieces that are coloured and replaced one by one. */

/** @typedef {{ text: string, draft: boolean }} Word */

/** Scripts written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Finds words by dictionary, whatever the language. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * The words of a text, each with the space before it. One that is in part a draft is one.
 * @param {string} committed
 * @param {string} draft follows `committed` verbatim
 * @returns {Word[]}
 */
export function splitWords(committed, draft) {
  if (UNSPACED.test(committed) || UNSPACED.test(draft)) {
    return [...segments(committed, false), ...segments(draft, true)];
  }
  let end = 0;
  return ((committed + draft).match(/\s*\S+/gu) ?? []).map((text) => {
    end += text.length;
    return { text, draft: end > committed.length };
  });
}

/**
 * @param {string} text
 * @param {boolean} draft
 * @returns {Word[]}
 */
function segments(text, draft) {
  return [...segmenter.segment(text)].map(({ segment }) => ({ text: segment, draft }));
}
