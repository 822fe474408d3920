/**
 * The microphone hears the loudspeaker, too. The browser takes most of that out of its sound; words
 * that come through all the same are found here, by what the tab has said at the time and by
 * whether the microphone grows loud and soft with it: what is softened by the browser and blurred by
 * the room is often heard as quite other words. Pure.
 */
import { SAMPLE_RATE } from '../audio/framing.js';
import { lettersOf, mostAlike } from './alike.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('./alike.js').Letters} Letters */

/**
 * @typedef {object} SpokenWord
 * @property {string} key its letters, by which words are compared
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

/** So many letters in common beyond those that differ are no coincidence ... */
const ECHO_LETTERS = 9;

/** ... nor so many where the microphone may well sound like the tab ... */
const LIKELY_ECHO_LETTERS = 5;
const LIKELY = 0.5;

/** ... nor are fewer where the line says little else. */
const WHOLE_SHARE = 0.7;

/** Of the words in which they are, on either side. */
const ECHO_SHARE = 0.55;

/** Fewer words between two of an echo, or beside it, are words of it that were misheard. */
const OWN_WORDS = 3;

/**
 * Whoever speaks sounds less like the tab at all moments of a word. Of four recordings, echoed in a
 * room and in a noisy one, it leaves 49 of 810 words that the recogniser made of the echoes (549 by
 * words alone) and takes 5 of 309 that somebody said beside them.
 */
const SOUNDS_LIKE_ECHO = 0.7;

/** Nobody says more in one line, nor longer. Comparing takes the product of both sides' letters. */
const MOST_LETTERS = 600;
const LONGEST_SAMPLES = 120 * SAMPLE_RATE;

/** Of the tab's words near a line the newest are compared. */
const MOST_LETTERS_OF_TAB = 2000;

/** What words are compared by: letters and digits, whatever their accents. */
const NO_LETTER = /[^\p{L}\p{N}]/gu;

/** So often it is looked at whether the microphone sounds like the tab. */
const MOMENT_SAMPLES = SAMPLE_RATE / 2;

/** Finds words by dictionary where a script has no spaces. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * What a line of the microphone says beyond what the tab has said at the same time.
 * @param {Line} line on the tab's clock
 * @param {CaptionModel} tab
 * @param {(sample: number) => number} likeness how much the microphone sounds like the tab around a
 *   sample, at most 1
 * @returns {string} the line's text, parts of it, or nothing
 */
export function withoutEcho(line, tab, likeness) {
  if (!canBeSaid(line)) return line.text;
  const spoken = wordsOf(line.text, line.start, line.end);
  const alike = soundsLike(spoken, line, likeness);
  const inWords = echoIn(spoken, wordsOfTab(tab, line), alike);
  const isEcho = inWords.map((echo, index) => echo || (alike[index] ?? 0) >= SOUNDS_LIKE_ECHO);
  if (!isEcho.includes(true)) return line.text;
  const own = runsOf(isEcho).filter(({ value, from, to }) => !value && to - from >= OWN_WORDS);
  return own.map(({ from, to }) => textOf(line.text, spoken, from, to)).join(' ');
}

/** @param {{ text: string, start: number, end: number }} line */
function canBeSaid({ text, start, end }) {
  return text.length <= MOST_LETTERS && end - start <= LONGEST_SAMPLES;
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
      const key = segment.normalize('NFKD').toLowerCase().replace(NO_LETTER, '');
      return { key, earliest, latest: Math.max(earliest, latest), from: index, to };
    });
}

/**
 * A line tells only roughly when each of its words was said: what is certain is that a word sounds
 * like the tab if every moment does at which it may have been said.
 * @param {SpokenWord[]} spoken
 * @param {Line} line
 * @param {(sample: number) => number} likeness
 * @returns {number[]} of each word how much it sounds like the tab at the least
 */
function soundsLike(spoken, { start, end }, likeness) {
  const count = Math.max(1, Math.round((end - start) / MOMENT_SAMPLES));
  const at = Array.from({ length: count }, (_, i) => start + ((i + 0.5) * (end - start)) / count);
  const moments = at.map((sample) => ({ sample, like: likeness(sample) }));
  return spoken.map(({ earliest, latest }) => {
    const reach = MOMENT_SAMPLES / 2;
    const may = moments.filter(
      ({ sample }) => sample >= earliest - reach && sample <= latest + reach,
    );
    return may.reduce((least, { like }) => Math.min(least, like), 1);
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
  const said = all.filter((other) => near(other) && canBeSaid(other));
  const words = said.flatMap(({ text, start, end }) => wordsOf(text, start, end));
  let letters = 0;
  const tooMany = words.findLastIndex(({ key }) => (letters += key.length) > MOST_LETTERS_OF_TAB);
  return words.slice(tooMany + 1);
}

/**
 * Where both say about the same letters at about the same time is an echo, however the recogniser
 * has cut them into words.
 * @param {SpokenWord[]} spoken
 * @param {SpokenWord[]} heard
 * @param {number[]} alike how much each word of `spoken` sounds like the tab
 * @returns {boolean[]} of each word of `spoken` whether it belongs to an echo
 */
function echoIn(spoken, heard, alike) {
  const isEcho = spoken.map(() => false);
  const theirs = lettersOf(heard.map(({ key }) => key));
  const all = lettersOf(spoken.map(({ key }) => key));
  const most = WHOLE_SHARE * weightOf(all, [0, all.words.length - 1]);
  /** @param {number} from the first word that may be one @param {number} to the word after the last */
  const look = (from, to) => {
    const words = spoken.slice(from, to);
    const own = lettersOf(words.map(({ key }) => key));
    const found = mostAlike(own, theirs, (i, j) => mayEcho(words[i], heard[j]));
    if (!found) return;
    const [first, last] = wordsWithin(own, found.own);
    const sounds = Math.max(...alike.slice(from + first, from + last + 1));
    const enough = sounds >= LIKELY ? LIKELY_ECHO_LETTERS : ECHO_LETTERS;
    const longer = Math.max(weightOf(own, found.own), weightOf(theirs, found.theirs));
    if (found.score < Math.min(enough, most) || found.common < ECHO_SHARE * longer) return;
    if (last < first) return;
    isEcho.fill(true, from + first, from + last + 1);
    look(from, from + first);
    look(from + last + 1, to);
  };
  look(0, spoken.length);
  return isEcho;
}

/**
 * @param {Letters} letters
 * @param {[number, number]} stretch
 * @returns {[number, number]} the first word and the last that lie in it with half of their letters
 */
function wordsWithin({ words }, [from, to]) {
  const inside = (/** @type {number} */ word) =>
    words.slice(from, to + 1).filter((other) => other === word).length /
    words.filter((other) => other === word).length;
  let [first, last] = [words[from] ?? 0, words[to] ?? 0];
  if (inside(first) < 0.5) first += 1;
  if (inside(last) < 0.5) last -= 1;
  return [first, last];
}

/**
 * @param {Letters} letters
 * @param {[number, number]} stretch
 * @returns {number} the weight of all words that lie in it at least in part
 */
function weightOf({ words, weights }, [from, to]) {
  const [first = 0, last = 0] = [words[from], words[to]];
  const touched = weights.filter((_, index) => {
    const word = words[index] ?? 0;
    return word >= first && word <= last;
  });
  return touched.reduce((sum, weight) => sum + weight, 0);
}

/**
 * @param {SpokenWord | undefined} word
 * @param {SpokenWord | undefined} other of the tab
 */
function mayEcho(word, other) {
  if (!word || !other) return false;
  return (
    word.latest >= other.earliest - EARLIER_SAMPLES && word.earliest <= other.latest + LATER_SAMPLES
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
