/**
 * All that was said in one capture or several of the same page, by media time. Pure.
 *
 * A transcript is plain JSON. Each change makes another one, which shares with the one before all
 * entries that it did not change.
 */
import { YOU } from '../shared/speakers.js';
import { spanAt } from './timeline.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('./timeline.js').Playhead} Playhead */
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

/**
 * What was heard: a video, an advertisement, the next video of a playlist, or (key null) sound that
 * is of no medium.
 * @typedef {object} Source
 * @property {string | null} key
 * @property {string} title
 * @property {number | null} duration seconds
 * @property {readonly (readonly [from: number, until: number])[]} heard what was captioned and is
 *   final, seconds, in order and apart from each other
 */

/**
 * @typedef {object} Transcript
 * @property {string} id
 * @property {number} tabId
 * @property {string} site
 * @property {string} title
 * @property {string | null} language of the newest line
 * @property {number} began Date.now()
 * @property {number} revision counts changes
 * @property {readonly Source[]} sources as they were met first
 * @property {readonly Entry[]} entries source by source, in each by start
 * @property {Readonly<Record<string, string>>} names given to speakers
 */

/** The same line, heard twice, differs by less. */
const ALIKE_SECONDS = 0.3;

/** A day of talk. Beyond it the oldest go. */
export const ENTRIES_KEPT = 20_000;

/**
 * @param {{ id: string, tabId: number, site: string, title: string, began: number }} start
 * @returns {Transcript} with nothing in it
 */
export function beginTranscript(start) {
  return { ...start, language: null, revision: 0, sources: [], entries: [], names: {} };
}

/**
 * @param {Transcript} transcript
 * @param {Pick<Playhead, 'key' | 'title' | 'duration'>} playhead what is played
 * @returns {Transcript} which knows its title and duration
 */
export function withSource(transcript, { key, title, duration }) {
  const known = transcript.sources.find((source) => source.key === key);
  if (known?.title === title && known.duration === duration) return transcript;
  const { sources } = addSource(transcript, key);
  const named = sources.map((source) =>
    source.key === key ? { ...source, title, duration } : source,
  );
  return next(transcript, { sources: named });
}

/**
 * Take a tab's newest lines.
 * @param {Transcript} transcript
 * @param {readonly Line[]} lines each replaces the one with its id; an empty text removes
 * @param {Timeline} timeline of the capture that they are of
 * @returns {Transcript}
 */
export function withLines(transcript, lines, timeline) {
  if (lines.length === 0) return transcript;
  const entries = [...transcript.entries];
  let { language, sources } = transcript;
  for (const line of lines) {
    const id = `${timeline.id} ${line.id}`;
    const index = entries.findLastIndex((entry) => entry.id === id);
    const [before] = index >= 0 ? entries.splice(index, 1) : [];
    if (line.text === '') continue;
    const entry = entryOf(transcript, id, line, timeline, before);
    if (!giveWay(entries, entry)) continue;
    sources = addSource({ sources }, entry.media).sources;
    entries.splice(placeFor(entries, entry, sources), 0, entry);
    language = entry.language ?? language;
  }
  return next(transcript, { entries: entries.slice(-ENTRIES_KEPT), sources, language });
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media
 * @param {number} at seconds
 * @param {number} [linger] seconds for which a line stays after it was said
 * @returns {Entry[]} what is being said there
 */
export function entriesAt({ entries }, media, at, linger = 0) {
  return entries.filter(
    (entry) => entry.media === media && entry.start <= at && at < entry.end + linger,
  );
}

/**
 * @param {Transcript} transcript
 * @param {string} id of an entry
 * @param {string | null} text instead of what was recognised; null: as it was recognised
 */
export function corrected(transcript, id, text) {
  return edited(transcript, id, { corrected: text });
}

/**
 * @param {Transcript} transcript
 * @param {string} id of an entry
 * @param {boolean} bookmarked
 */
export function bookmarked(transcript, id, bookmarked) {
  return edited(transcript, id, { bookmarked });
}

/**
 * @param {Transcript} transcript
 * @param {string} id of an entry
 * @param {string} note empty: none
 */
export function noted(transcript, id, note) {
  return edited(transcript, id, { note });
}

/**
 * @param {Transcript} transcript
 * @param {string} speaker as the lines have it
 * @param {string} name to be shown instead; empty: none
 * @returns {Transcript}
 */
export function renamed(transcript, speaker, name) {
  const { [speaker]: _, ...others } = transcript.names;
  return next(transcript, { names: name === '' ? others : { ...others, [speaker]: name } });
}

/** @param {Entry} entry @returns {boolean} whether the user has put something into it */
export function isEdited(entry) {
  return entry.corrected !== null || entry.bookmarked || entry.note !== '';
}

/**
 * @param {Transcript} transcript
 * @param {string} id
 * @param {Partial<Entry>} change
 * @returns {Transcript}
 */
function edited(transcript, id, change) {
  const entries = transcript.entries.map((entry) =>
    entry.id === id ? { ...entry, ...change } : entry,
  );
  return next(transcript, { entries });
}

/**
 * @param {Transcript} transcript
 * @param {Partial<Transcript>} change
 * @returns {Transcript}
 */
function next(transcript, change) {
  return { ...transcript, ...change, revision: transcript.revision + 1 };
}

/**
 * @param {Transcript} transcript
 * @param {string} id
 * @param {Line} line
 * @param {Timeline} timeline
 * @param {Entry} [before] the same line as it was; what the user has put into it stays
 * @returns {Entry}
 */
function entryOf({ began }, id, line, timeline, before) {
  const { text, language, speaker, state, translation } = line;
  const span = onClock(spanAt(timeline, line.start, line.end), began);
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
    words: timedWords(line, timeline, span, began),
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
 * @param {Line & { words?: { text: string, start: number, end: number, probability: number }[] }} line
 * @param {Timeline} timeline
 * @param {import('./timeline.js').Span} line's own
 * @param {number} began Date.now()
 * @returns {TimedWord[]} all of them where the line is
 */
function timedWords({ words = [] }, timeline, { media, start, end }, began) {
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

/**
 * What was heard again replaces what was heard there before, unless the user has put something into
 * that, or it is longer: then the medium was sought into the middle of a line. The user's own words are in the same place as the medium's, and are never heard again.
 * @param {Entry[]} entries the ones that it replaces are removed
 * @param {Entry} entry
 * @returns {boolean} whether it is to be entered
 */
function giveWay(entries, entry) {
  if (entry.media === null || entry.speaker === YOU) return true;
  const isSaidThere = (/** @type {Entry} */ other) =>
    other.media === entry.media && other.speaker !== YOU && overlap(other, entry);
  const there = entries.filter(isSaidThere);
  if (there.some((other) => isEdited(other) || isLonger(other, entry))) return false;
  for (const other of there) entries.splice(entries.indexOf(other), 1);
  return true;
}

/**
 * @param {Entry} other
 * @param {Entry} entry
 */
function isLonger(other, entry) {
  const seconds = (/** @type {Entry} */ { start, end }) => end - start;
  return other.state === 'final' && seconds(other) > seconds(entry) + ALIKE_SECONDS;
}

/**
 * @param {Entry} a
 * @param {Entry} b
 * @returns {boolean} whether the middle of one of them lies in the other
 */
function overlap(a, b) {
  const middle = (/** @type {Entry} */ { start, end }) => (start + end) / 2;
  const holds = (/** @type {Entry} */ { start, end }, /** @type {number} */ at) =>
    start <= at && at < end;
  return holds(a, middle(b)) || holds(b, middle(a));
}

/**
 * @param {Pick<Transcript, 'sources'>} transcript
 * @param {string | null} key
 * @returns {Pick<Transcript, 'sources'>}
 */
function addSource({ sources }, key) {
  if (sources.some((source) => source.key === key)) return { sources };
  return { sources: [...sources, { key, title: '', duration: null, heard: [] }] };
}

/**
 * @param {readonly Entry[]} entries in order
 * @param {Entry} entry
 * @param {readonly Source[]} sources
 * @returns {number} where it belongs: behind the last one that comes before it
 */
export function placeFor(entries, entry, sources) {
  const rank = (/** @type {Entry} */ { media }) => sources.findIndex(({ key }) => key === media);
  const own = rank(entry);
  const before = entries.findLastIndex((other) => {
    const theirs = rank(other);
    return theirs < own || (theirs === own && isBefore(other, entry));
  });
  return before + 1;
}

/**
 * @param {Entry} a
 * @param {Entry} b of the same source
 */
function isBefore(a, b) {
  return a.start < b.start || (a.start === b.start && a.id <= b.id);
}
