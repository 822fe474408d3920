/** One line of a transcript. Pure. */
import { spanAt } from './timeline.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('./timeline.js').Timeline} Timeline */

/** @typedef {[text: string, start: number, end: number, probability: number]} TimedWord seconds */

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {string | null} media key of its source; null: no medium was followed
 * @property {number} start seconds of media time; without a medium since the transcript began
 * @property {number} end
 * @property {number} wall Date.now() when it was said
 * @property {string} text as it was recognised
 * @property {string | null} language
 * @property {string | null} speaker YOU, a voice's number, a name, or null: not told apart
 * @property {'committed' | 'final'} state
 * @property {Line['translation']} translation
 * @property {readonly TimedWord[]} words none until it is final, and none from an older host
 * @property {string | null} corrected the user's text instead of `text`
 * @property {boolean} bookmarked
 * @property {string} note the user's; empty: none
 */

/** The same line, heard twice, differs by less. */
const ALIKE_SECONDS = 0.3;

/**
 * @param {string} id
 * @param {Line} line
 * @param {Timeline} timeline of its capture
 * @param {number} began Date.now() when the transcript did
 * @param {Entry} [before] the same line as it was; what the user has put into it stays
 * @returns {Entry}
 */
export function entryOf(id, line, timeline, began, before) {
  const { text, language, speaker, state, translation } = line;
  const span = onClock(spanAt(timeline, line.start, Math.max(line.start, line.end)), began);
  return {
    id,
    media: span.media,
    start: rounded(span.start),
    end: rounded(span.end),
    wall: Math.round(span.wall),
    text,
    language,
    speaker,
    state,
    translation,
    words: line.words ? timedWords(line.words, timeline, span, began) : wordsOf(text, before),
    corrected: before?.corrected ?? null,
    bookmarked: before?.bookmarked ?? false,
    note: before?.note ?? '',
  };
}

/**
 * @param {import('./timeline.js').Span} span
 * @param {number} began Date.now()
 * @returns {import('./timeline.js').Span} without a medium: since then
 */
function onClock(span, began) {
  if (span.media !== null) return span;
  const start = (span.wall - began) / 1000;
  return { ...span, start, end: start + span.end - span.start };
}

/**
 * A line that was said before the host's session comes back from it without its words.
 * @param {string} text
 * @param {Entry} [before]
 */
function wordsOf(text, before) {
  return before?.text === text ? before.words : [];
}

/**
 * @param {NonNullable<Line['words']>} words of a line
 * @param {Timeline} timeline
 * @param {import('./timeline.js').Span} line's own
 * @param {number} began Date.now()
 * @returns {TimedWord[]} all of them where the line is
 */
function timedWords(words, timeline, { media, start, end }, began) {
  return words.map((word) => {
    const span = onClock(spanAt(timeline, word.start, word.end), began);
    const isInLine = span.media === media && span.start >= start && span.end <= end;
    const [from, until] = isInLine ? [span.start, span.end] : [start, end];
    return [word.text, rounded(from), rounded(until), rounded(word.probability)];
  });
}

/** @param {number} value @returns {number} with three places: it is kept and sent by the thousand */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

/** @param {Entry} entry @returns {boolean} whether the user has put something into it */
export function isEdited(entry) {
  return entry.corrected !== null || entry.bookmarked || entry.note !== '';
}

/**
 * @param {Entry} other
 * @param {Entry} entry
 */
export function isLonger(other, entry) {
  const seconds = (/** @type {Entry} */ { start, end }) => end - start;
  return other.state === 'final' && seconds(other) > seconds(entry) + ALIKE_SECONDS;
}

/**
 * @param {Entry} a
 * @param {Entry} b
 * @returns {boolean} whether the middle of one of them lies in the other
 */
export function overlap(a, b) {
  const middle = (/** @type {Entry} */ { start, end }) => (start + end) / 2;
  const holds = (/** @type {Entry} */ { start, end }, /** @type {number} */ at) =>
    start <= at && at < end;
  return holds(a, middle(b)) || holds(b, middle(a));
}
