/**
 * The microphone hears the loudspeaker, too. The browser takes most of that out of its sound; words
 * that come through all the same are found here, by what the tab has said at the time. Pure.
 */
import { SAMPLE_RATE } from '../audio/framing.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */

/**
 * @typedef {object} SpokenWord
 * @property {string} key by which words are compared
 * @property {number} earliest the sample at which it may have been said at the earliest
 * @property {number} latest the same, at the latest
 * @property {number} from where it begins in the line's text
 * @property {number} to where it ends
 */

/** A fast speaker's time for a letter. Lines tell when they begin and end, and may hold a pause. */
const LETTER_SAMPLES = 0.035 * SAMPLE_RATE;

/** How much later than the tab the microphone hears it. What a line says of its time is not exact. */
const LATER_SAMPLES = 0.9 * SAMPLE_RATE;
const EARLIER_SAMPLES = 0.5 * SAMPLE_RATE;

/** So many words of the tab, one after the other, are no coincidence. */
const ECHO_WORDS = 3;

/** Fewer words between two of an echo, or beside it, are words of it that were misheard. */
const OWN_WORDS = 3;

/** In the midst of what is an echo for sure, so many may be. */
const MISHEARD_WORDS = 6;

/** Finds words by dictionary where a script has no spaces. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * What a line of the microphone says beyond what the tab has said at the same time.
 * @param {Line} line on the tab's clock
 * @param {CaptionModel} tab
 * @returns {string} the line's text, parts of it, or nothing
 */
export function withoutEcho(line, tab) {
  const spoken = wordsOf(line.text, line.start, line.end);
  const isEcho = echoIn(spoken, wordsOfTab(tab, line));
  if (!isEcho.includes(true)) return line.text;
  const own = runsOf(isEcho).filter(({ value, from, to }) => !value && to - from >= OWN_WORDS);
  return own.map(({ from, to }) => textOf(line.text, spoken, from, to)).join(' ');
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {SpokenWord[]}
 */
function wordsOf(text, start, end) {
  return [...segmenter.segment(text)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment, index }) => {
      const to = index + segment.length;
      const earliest = start + index * LETTER_SAMPLES;
      const latest = end - (text.length - to) * LETTER_SAMPLES;
      const key = segment.normalize('NFKC').toLowerCase();
      return { key, earliest, latest: Math.max(earliest, latest), from: index, to };
    });
}

/**
 * @param {CaptionModel} tab
 * @param {Line} line
 * @returns {SpokenWord[]} what may echo in the line
 */
function wordsOfTab({ lines, draft }, line) {
  const near = (/** @type {{ start: number, end: number }} */ { start, end }) =>
    end >= line.start - LATER_SAMPLES && start <= line.end + EARLIER_SAMPLES;
  const all = draft === null ? lines : [...lines, draft];
  return all.filter(near).flatMap(({ text, start, end }) => wordsOf(text, start, end));
}

/**
 * Words that both say at about the same time and in the same order, no more than a few misheard
 * between them, are an echo if there are enough of them, or nothing else in the line.
 * @param {SpokenWord[]} spoken
 * @param {SpokenWord[]} heard
 * @returns {boolean[]} of each word of `spoken` whether it belongs to an echo
 */
function echoIn(spoken, heard) {
  const isEcho = spoken.map(() => false);
  for (const { from, to, length } of chainsOf(spoken, heard)) {
    if (length >= Math.min(ECHO_WORDS, spoken.length)) isEcho.fill(true, from, to + 1);
  }
  return isEcho;
}

/**
 * @typedef {object} Chain
 * @property {number} from the first word of `spoken`
 * @property {number} to the last one
 * @property {number} length words in common
 */

/**
 * For each pair of equal words, the longest chain of such pairs that ends with it.
 * @param {SpokenWord[]} spoken
 * @param {SpokenWord[]} heard
 * @returns {Chain[]}
 */
function chainsOf(spoken, heard) {
  /** @type {Map<number, Chain>} by the pair it ends with */
  const chains = new Map();
  const width = heard.length;
  for (const [i, word] of spoken.entries()) {
    for (const [j, other] of heard.entries()) {
      if (!mayEcho(word, other)) continue;
      /** @type {Chain} */
      let best = { from: i, to: i, length: 1 };
      for (let back = 1; back <= Math.min(MISHEARD_WORDS, i); back++) {
        for (let left = 1; left <= Math.min(MISHEARD_WORDS, j); left++) {
          const before = chains.get((i - back) * width + j - left);
          if (!before || before.length < best.length) continue;
          const near = Math.max(back, left) <= OWN_WORDS;
          if (!near && before.length < ECHO_WORDS) continue;
          best = { from: before.from, to: i, length: before.length + 1 };
        }
      }
      chains.set(i * width + j, best);
    }
  }
  return [...chains.values()];
}

/**
 * @param {SpokenWord} word
 * @param {SpokenWord} other of the tab
 */
function mayEcho(word, other) {
  return (
    word.key === other.key &&
    word.latest >= other.earliest - EARLIER_SAMPLES &&
    word.earliest <= other.latest + LATER_SAMPLES
  );
}

/**
 * @param {boolean[]} values
 * @returns {{ value: boolean, from: number, to: number }[]} stretches of equal ones
 */
function runsOf(values) {
  /** @type {{ value: boolean, from: number, to: number }[]} */
  const runs = [];
  for (const [index, value] of values.entries()) {
    const last = runs.at(-1);
    if (last?.value === value) last.to = index + 1;
    else runs.push({ value, from: index, to: index + 1 });
  }
  return runs;
}

/**
 * @param {string} text
 * @param {SpokenWord[]} words
 * @param {number} from the first word
 * @param {number} to the word after the last
 * @returns {string} with the punctuation that follows each word
 */
function textOf(text, words, from, to) {
  const begin = from === 0 ? 0 : words[from]?.from;
  return text.slice(begin, words[to]?.from ?? text.length).trim();
}
