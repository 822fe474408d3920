/** A transcript as the requests by which the host makes a file of it. Pure. */
import { RowMaker, wordsOf } from './rows.js';
import { YOU } from '../shared/speakers.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Source} Source */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/** @typedef {'srt' | 'vtt' | 'txt' | 'md' | 'json' | 'csv'} Format */

/** @typedef {'original' | 'translation' | 'both'} Content */

/** @type {readonly Format[]} */
export const FORMATS = ['srt', 'vtt', 'txt', 'md', 'json', 'csv'];

/** Lines of one request: the host takes no more, nor a message of more than 4 MiB. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 500_000;

/** What a line may hold. */
const MOST_WORDS = 1000;
const LONGEST = { text: 10_000, name: 200 };

/**
 * @typedef {object} ExportWord
 * @property {string} text
 * @property {number} start ms
 * @property {number} end ms
 * @property {number} probability
 */

/**
 * @typedef {object} ExportLine
 * @property {number} start ms of media time
 * @property {number} end
 * @property {string} text
 * @property {string | null} language
 * @property {string | null} speaker name to be printed
 * @property {{ text: string, language: string } | null} translation
 * @property {ExportWord[]} words none where the text is not what was recognised
 * @property {boolean} bookmarked
 * @property {string} note
 * @property {boolean} gap_before something was skipped before it
 */

/**
 * @typedef {object} ExportRequest
 * @property {'export'} type
 * @property {string} request
 * @property {Format} format
 * @property {Content} content
 * @property {string} title
 * @property {string | null} language
 * @property {ExportLine[]} lines
 * @property {boolean} last
 */

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
  const others = own.some(({ speaker }) => speaker !== null && speaker !== YOU);
  return own.map((entry) => {
    const speaker = others || entry.speaker === YOU ? nameOf(entry, transcript, words) : null;
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

/**
 * @param {Entry} entry
 * @param {Transcript} transcript
 * @param {import('../shared/speakers.js').SpeakerWords} words
 * @returns {string | null} without the colon that it has before a line
 */
function nameOf({ speaker }, { names }, words) {
  if (speaker === null) return null;
  const given = names[speaker];
  if (given) return given;
  if (speaker === YOU) return words.you.replace(/\s*[:：]$/, '');
  if (!/^[1-9][0-9]*$/.test(speaker)) return speaker;
  return words.numbered(speaker).replace(/\s*[:：]$/, '');
}

/** @param {import('./entry.js').TimedWord} word @returns {ExportWord} */
function wordOf([text, start, end, probability]) {
  return { text, start: milliseconds(start), end: milliseconds(end), probability };
}

/** @param {number} seconds */
function milliseconds(seconds) {
  return Math.max(0, Math.round(seconds * 1000));
}
