/** A transcript as the rows of a list: lines, headings of sources, gaps. Pure. */
import { areNamed, speakerLabels } from '../shared/speakers.js';
import { clockTime } from './clock.js';
import { gaps } from './coverage.js';
import { isEdited } from './entry.js';
import { shownNames, voiceOf } from './names.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Source} Source */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * @typedef {object} LineRow
 * @property {'line'} kind
 * @property {string} key
 * @property {Entry} entry
 * @property {string} time as it is read
 * @property {string} label who speaks; empty where that is known from the row before
 * @property {string} text what was said, as it is shown
 * @property {string} draft what may still change, behind it
 * @property {string} translation
 */

/** @typedef {{ kind: 'source', key: string, title: string }} SourceRow */

/** @typedef {{ kind: 'gap', key: string, from: number, until: number }} GapRow seconds */

/** @typedef {LineRow | SourceRow | GapRow} Row */

/**
 * What is being said and may still change.
 * @typedef {object} DraftLine
 * @property {string} id of the entry that it goes on with, or that it will be
 * @property {string} text
 */

/**
 * How a transcript is to be shown. Rows are kept from one call to the next as long as it is the same.
 * @typedef {object} Look
 * @property {(text: string) => string} filter
 * @property {boolean} named whether who speaks is named
 * @property {boolean} markedOnly only lines with a bookmark, a note or a correction
 * @property {import('../shared/speakers.js').SpeakerWords} words
 * @property {(wall: number) => string} timeOfDay for sound of no medium
 */

/** What is skipped for a shorter time is not shown as a gap, seconds. */
const SHOWN_GAP_SECONDS = 2;

/**
 * An entry in which nothing is said yet.
 * @type {Entry}
 */
const NOTHING = {
  id: '',
  media: null,
  start: 0,
  end: 0,
  wall: 0,
  text: '',
  language: null,
  speaker: null,
  state: 'committed',
  translation: null,
  words: [],
  corrected: null,
  bookmarked: false,
  note: '',
};

/** Makes rows, and makes them anew only where something has changed. */
export class RowMaker {
  /** @type {WeakMap<Entry, LineRow>} */
  #made = new WeakMap();
  /** What was made last. */
  #last = {
    rows: /** @type {LineRow[]} */ ([]),
    names: /** @type {Transcript['names']} */ ({}),
    voices: /** @type {Transcript['voices']} */ (undefined),
    shown: false,
  };
  #look;

  /** @param {Look} look */
  constructor(look) {
    this.#look = look;
  }

  /**
   * @param {Transcript} transcript
   * @param {DraftLine | null} [draft]
   * @returns {Row[]}
   */
  rowsOf(transcript, draft = null) {
    const { markedOnly } = this.#look;
    const drafted = markedOnly ? transcript.entries : withDraft(transcript.entries, draft);
    const entries = markedOnly ? drafted.filter((entry) => isEdited(entry)) : drafted;
    const lines = this.#lines(entries, transcript, markedOnly ? null : draft);
    const sources = sourcesOf(transcript, entries);
    const [only] = sources;
    const around = (/** @type {Source} */ { key }, /** @type {LineRow[]} */ own) =>
      markedOnly ? own : withGaps(own, shownGaps(transcript, key, own));
    // It is made again with each word that is said: thousands of rows are not copied needlessly.
    if (sources.length <= 1) return only ? around(only, lines) : lines;
    return sources.flatMap((source) => {
      const own = lines.filter(({ entry }) => entry.media === source.key);
      return [headingOf(source), ...around(source, own)];
    });
  }

  /**
   * Only behind the first entry that has changed, rows are looked at again.
   * @param {readonly Entry[]} entries
   * @param {Pick<Transcript, 'names' | 'voices'>} named
   * @param {DraftLine | null} draft
   * @returns {LineRow[]}
   */
  #lines(entries, { names, voices }, draft) {
    const called = shownNames({ names, voices });
    const speakers = entries.map((entry) => voiceOf({ names, voices }, entry));
    const shown = this.#look.named && areNamed(speakers, called);
    const last = this.#last;
    const isAlike = shown === last.shown && names === last.names && voices === last.voices;
    const first = isAlike ? firstDifference(last.rows, entries, draft) : 0;
    const rows = last.rows.slice(0, first);
    const { words } = this.#look;
    const labels = speakerLabels(speakers.slice(Math.max(0, first - 1)), shown, words, called);
    for (let index = first; index < entries.length; index += 1) {
      const entry = /** @type {Entry} */ (entries[index]);
      const drafted = draft?.id === entry.id ? draft.text : '';
      rows.push(this.#line(entry, labels[index - Math.max(0, first - 1)] ?? '', drafted));
    }
    this.#last = { rows, names, voices, shown };
    return rows;
  }

  /**
   * @param {Entry} entry
   * @param {string} label
   * @param {string} draft
   * @returns {LineRow}
   */
  #line(entry, label, draft) {
    const made = this.#made.get(entry);
    const { filter, timeOfDay } = this.#look;
    const shown = filter(draft);
    if (made?.label === label && made.draft === shown) return made;
    /** @type {LineRow} */
    const row = {
      kind: 'line',
      key: entry.id,
      entry,
      time: entry.media === null ? timeOfDay(entry.wall) : clockTime(entry.start),
      label,
      text: filter(wordsOf(entry)),
      draft: shown,
      translation: filter(entry.translation?.text.trim() ?? ''),
    };
    this.#made.set(entry, row);
    return row;
  }
}

/**
 * @param {readonly LineRow[]} rows
 * @param {readonly Entry[]} entries
 * @param {DraftLine | null} draft
 * @returns {number} index of the first row that is not of that entry any more, or has a draft
 */
function firstDifference(rows, entries, draft) {
  let index = 0;
  for (const row of rows) {
    if (row.entry !== entries[index] || row.draft !== '' || row.key === draft?.id) break;
    index += 1;
  }
  return index;
}

/**
 * @param {Entry} entry
 * @returns {string} what was said: as the user has corrected it, or as it was recognised
 */
export function wordsOf({ corrected, text }) {
  return corrected ?? text.trim();
}

/**
 * @param {readonly Row[]} rows
 * @returns {LineRow[]}
 */
export function linesIn(rows) {
  return rows.filter((row) => row.kind === 'line');
}

/**
 * What is said last is at the end of what was said last, until it is known where it belongs.
 * @param {readonly Entry[]} entries
 * @param {DraftLine | null} draft
 * @returns {readonly Entry[]}
 */
function withDraft(entries, draft) {
  if (!draft || draft.text === '' || entries.some(({ id }) => id === draft.id)) return entries;
  const before = newestOf(entries) ?? NOTHING;
  const { end, language, media, speaker, wall } = before;
  const entry = { ...NOTHING, id: draft.id, media, start: end, end, wall, language, speaker };
  return entries.toSpliced(entries.indexOf(before) + 1, 0, entry);
}

/**
 * @param {readonly Entry[]} entries
 * @returns {Entry | null} that was said last, wherever it is in the media
 */
export function newestOf(entries) {
  /** @type {Entry | null} */
  let newest = null;
  for (const entry of entries) if (newest === null || entry.wall >= newest.wall) newest = entry;
  return newest;
}

/**
 * @param {Transcript} transcript
 * @param {readonly Entry[]} entries
 * @returns {Source[]} of which something is shown
 */
function sourcesOf({ sources }, entries) {
  /** @type {Set<string | null>} */
  const shown = new Set();
  /** @type {string | null | undefined} */
  let last;
  for (const { media } of entries) if (media !== last) shown.add((last = media));
  const known = sources.filter(({ key }) => shown.delete(key));
  const unknown = [...shown].map((key) => ({ key, title: '', duration: null, heard: [] }));
  return [...known, ...unknown];
}

/**
 * @param {Source} source
 * @returns {SourceRow}
 */
function headingOf({ key, title }) {
  return { kind: 'source', key: `source ${key}`, title };
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media
 * @param {readonly LineRow[]} lines of it
 * @returns {{ from: number, until: number }[]} without what lines stand in
 */
function shownGaps(transcript, media, lines) {
  return gaps(transcript, media)
    .flatMap((gap) => {
      let { from } = gap;
      const free = [];
      for (const { entry } of lines) {
        if (entry.end <= from || entry.start >= gap.until) continue;
        free.push({ from, until: entry.start });
        from = entry.end;
      }
      return [...free, { from, until: gap.until }];
    })
    .filter(({ from, until }) => until - from >= SHOWN_GAP_SECONDS);
}

/**
 * @param {LineRow[]} lines
 * @param {{ from: number, until: number }[]} skipped
 * @returns {Row[]} each gap before the line that comes after it
 */
function withGaps(lines, skipped) {
  if (skipped.length === 0) return lines;
  /** @type {Row[]} */
  const rows = [];
  const left = [...skipped];
  for (const line of lines) {
    for (let gap = left[0]; gap && gap.until <= line.entry.start + 0.5; gap = left[0]) {
      rows.push(gapRow(line, gap));
      left.shift();
    }
    rows.push(line);
  }
  return rows;
}

/**
 * @param {LineRow} line behind it
 * @param {{ from: number, until: number }} gap
 * @returns {GapRow}
 */
function gapRow({ entry }, { from, until }) {
  return { kind: 'gap', key: `gap ${entry.media} ${from.toFixed(1)}`, from, until };
}
