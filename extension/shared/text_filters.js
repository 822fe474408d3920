/** What the user wants changed in the text: replacements of words, swearwords masked. */
/** @typedef {import('./settings.js').Filters} Filters */

/** Scripts written without spaces: there a word may stand inside of others. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;

const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'u');
const ENDS_UNSPACED = new RegExp(`[${UNSPACED}]$`, 'u');

/**
 * Make the function that filters text. Apply it to whole words: a committed text and the draft that
 * follows it can each be filtered alone.
 * @param {Filters} filters
 * @param {readonly string[]} swearwords what the profanity filter masks
 * @returns {(text: string) => string}
 */
export function makeFilter({ profanity, replacements }, swearwords) {
  const wanted = replacements.filter(({ from }) => fold(from) !== '');
  const replace = replacer(new Map(wanted.map(({ from, to }) => [fold(from), () => to])));
  if (!profanity) return replace;
  const hide = replacer(new Map(swearwords.map((word) => [fold(word), masked])));
  // Replacements come last, so that the user's own word for a masked one is never masked.
  return (text) => replace(hide(text));
}

/**
 * @param {Map<string, (found: string) => string>} changes by folded word
 * @returns {(text: string) => string}
 */
function replacer(changes) {
  if (changes.size === 0) return (text) => text;
  // Of two that begin alike the longer one is meant.
  const words = [...changes.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(patternOf(words), 'giu');
  return (text) => text.replace(any, (found) => changes.get(fold(found))?.(found) ?? found);
}

/**
 * What may stand beside a word is said once for all that follow each other and have it in common: a
 * class of all letters takes the browser a millisecond to compile.
 * @param {readonly string[]} words
 * @returns {string} what matches one of them, the first one that fits
 */
function patternOf(words) {
  /** @type {{ before: string, after: string, words: string[] }[]} */
  const groups = [];
  for (const word of words) {
    const before = STARTS_UNSPACED.test(word) ? '' : String.raw`(?<![\p{L}\p{N}])`;
    const after = ENDS_UNSPACED.test(word) ? '' : String.raw`(?![\p{L}\p{N}])`;
    const last = groups.at(-1);
    if (last?.before === before && last.after === after) last.words.push(escaped(word));
    else groups.push({ before, after, words: [escaped(word)] });
  }
  return groups
    .map((group) => `${group.before}(?:${group.words.join('|')})${group.after}`)
    .join('|');
}

/** @param {string} word @returns {string} with spaces of any kind and number */
function escaped(word) {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replace(/ +/g, String.raw`\s+`);
}

/** @param {string} word */
function fold(word) {
  return word.trim().toLowerCase().replace(/\s+/g, ' ');
}

/**
 * The first letter and a dot for each other one: the line keeps its length.
 * @param {string} word
 */
function masked(word) {
  const [first, ...rest] = word;
  return first + rest.map((letter) => (/\s/.test(letter) ? letter : '•')).join('');
}
