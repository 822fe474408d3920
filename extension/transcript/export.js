/** A transcript as the requests by which the host makes a file of it. Pure. */
import { RowMaker, wordsOf } from './rows.js';
import { nameOf, YOU } from '../shared/speakers.js';
import { shownNames, voiceOf } from './names.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Source} Source */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/** @typedef {import('../shared/protocol.js').Export} ExportRequest */
/** @typedef {import('../shared/protocol.js').ExportLine} ExportLine */
/** @typedef {import('../shared/protocol.js').ExportWord} ExportWord */
/** @typedef {ExportRequest['format']} Format */
/** @typedef {ExportRequest['content']} Content */

/** @type {readonly Format[]} */
export const FORMATS = ['srt', 'vtt', 'txt', 'md', 'json', 'csv'];

/** Lines of one request: the host takes no more, nor a message of more than 4 MiB. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 500_000;

/** What a line may hold. */
const MOST_WORDS = 1000;
const LONGEST = { text: 10_000, name: 200 };

/**
 * @param {Transcript} transcript
 * @returns {Source[]} of which something was said, the one with most lines first
 */
export function exportableSources({ sources, entries }) {
  /** @type {Map<string | null, number>} */
  const counts = new Map();
  for (const { media } of entries) counts.set(media, (counts.get(media) ?? 0) + 1);
  return sources
    .filter(({ key }) => counts.has(key))
    .toSorted((a, b) => (counts.get(b.key) ?? 0) - (counts.get(a.key) ?? 0));
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media of one source: times of another one mean something else
 * @param {Pick<import('./rows.js').Look, 'filter' | 'words'>} look
 * @returns {ExportLine[]}
 */
export function exportLines(transcript, media, { filter, words }) {
  const own = transcript.entries.filter((entry) => entry.media === media);
  const maker = new RowMaker({
    filter,
    words,
    named: true,
    markedOnly: false,
    timeOfDay: () => '',
  });
  const rows = maker.rowsOf({ ...transcript, entries: own });
  const behindGaps = new Set(
    rows.flatMap((row, index) => (rows[index - 1]?.kind === 'gap' ? row.key : [])),
  );
  const voices = own.map((entry) => voiceOf(transcript, entry));
  const others = voices.some((voice) => voice !== null && voice !== YOU);
  const names = shownNames(transcript);
  return own.map((entry, index) => {
    const voice = voices[index] ?? null;
    const isNamed = voice !== null && (others || voice === YOU);
    const speaker = isNamed ? nameOf(voice, words, names) : null;
    return lineOf(entry, filter, speaker, behindGaps.has(entry.id));
  });
}

/**
 * @param {Omit<ExportRequest, 'type' | 'lines' | 'last'>} head
 * @param {readonly ExportLine[]} lines
 * @returns {ExportRequest[]} at least one
 */
export function exportRequests(head, lines) {
  /** @type {ExportLine[][]} */
  const parts = [[]];
  let length = 0;
  for (const line of lines) {
    const own = JSON.stringify(line).length;
    const part = parts.at(-1) ?? [];
    const isFull = part.length === MOST_LINES || length + own > MOST_CHARACTERS;
    if (isFull && part.length > 0) {
      parts.push([line]);
      length = own;
    } else {
      part.push(line);
      length += own;
    }
  }
  return parts.map((part, index) => ({
    type: 'export',
    ...head,
    lines: part,
    last: index === parts.length - 1,
  }));
}

/**
 * @param {Entry} entry
 * @param {(text: string) => string} filter
 * @param {string | null} speaker
 * @param {boolean} isBehindGap
 * @returns {ExportLine}
 */
function lineOf(entry, filter, speaker, isBehindGap) {
  const { start, end, language, translation, bookmarked, note } = entry;
  const text = filter(wordsOf(entry));
  const isAsHeard = text === entry.text.trim() && entry.words.length <= MOST_WORDS;
  return {
    start: milliseconds(start),
    end: milliseconds(Math.max(start, end)),
    text: text.slice(0, LONGEST.text),
    language,
    speaker: speaker?.slice(0, LONGEST.name) ?? null,
    translation: translation && {
      text: filter(translation.text.trim()).slice(0, LONGEST.text),
      language: translation.language,
    },
    words: isAsHeard ? entry.words.map(wordOf) : [],
    bookmarked,
    note,
    gap_before: isBehindGap,
  };
}

/** @param {import('./entry.js').TimedWord} word @returns {ExportWord} */
function wordOf([text, start, end, probability]) {
  return { text, start: milliseconds(start), end: milliseconds(end), probability };
}

/** @param {number} seconds */
function milliseconds(seconds) {
  return Math.max(0, Math.round(seconds * 1000));
}
