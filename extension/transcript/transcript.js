/**
 * All that was said in one capture or several of the same page, by media time. Pure.
 *
 * A transcript is plain JSON. Each change makes another one, which shares with the one before all
 * entries that it did not change.
 */
import { YOU } from '../shared/speakers.js';
import { entryOf, isEdited, isLonger, overlap } from './entry.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('./timeline.js').Playhead} Playhead */
/** @typedef {import('./timeline.js').Timeline} Timeline */

/** @typedef {import('./entry.js').Entry} Entry */

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
 * @property {Readonly<Record<string, string>>} names given to speakers by the user
 * @property {import('./names.js').Voices} [voices] what else is known of speakers; one that was saved
 *   by an older extension knows nothing
 */

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
    const entry = entryOf(id, line, timeline, transcript.began, before);
    if (!giveWay(entries, entry, transcript)) continue;
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
  return edited(transcript, id, { corrected: text?.trim() ? text : null });
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
 * What was heard again replaces what was heard there before, unless the user has put something into
 * that, or it is longer: then the medium was sought into the middle of a line. The user's own words are in the same place as the medium's, and are never heard again.
 * @param {Entry[]} entries the ones that it replaces are removed
 * @param {Entry} entry
 * @param {Pick<Transcript, 'voices'>} transcript
 * @returns {boolean} whether it is to be entered
 */
function giveWay(entries, entry, { voices }) {
  if (entry.media === null || entry.speaker === YOU) return true;
  const isSaidThere = (/** @type {Entry} */ other) =>
    other.media === entry.media && other.speaker !== YOU && overlap(other, entry);
  const there = entries.filter(isSaidThere);
  const isKept = (/** @type {Entry} */ other) =>
    isEdited(other) || Object.hasOwn(voices?.lines ?? {}, other.id) || isLonger(other, entry);
  if (there.some(isKept)) return false;
  for (const other of there) entries.splice(entries.indexOf(other), 1);
  return true;
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
