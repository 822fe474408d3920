/** Transcripts of a few lines, for tests of what is made of them. */
import { emptyTranscript } from './builders.js';

/** @typedef {import('../../../extension/transcript/transcript.js').Entry} Entry */
/** @typedef {import('../../../extension/transcript/transcript.js').Transcript} Transcript */

/**
 * @param {number} start seconds; it lasts three
 * @param {string} text
 * @param {Partial<Entry>} [changes]
 * @returns {Entry}
 */
export function entry(start, text, changes = {}) {
  return {
    id: `c ${start}`,
    media: 'film',
    start,
    end: start + 3,
    wall: 1000 + start,
    text,
    language: 'en',
    speaker: null,
    state: 'final',
    translation: null,
    words: [],
    corrected: null,
    bookmarked: false,
    note: '',
    ...changes,
  };
}

/**
 * @param {Entry[]} entries
 * @param {Partial<Transcript>} [changes]
 * @returns {Transcript}
 */
export function transcriptOf(entries, changes = {}) {
  const sources = [{ key: 'film', title: 'A film', duration: 600, heard: [] }];
  return { ...emptyTranscript(), sources, entries, ...changes };
}

/** @type {import('../../../extension/transcript/rows.js').Look} */
export const PLAIN_LOOK = {
  filter: (text) => text,
  named: true,
  markedOnly: false,
  words: { you: 'You:', numbered: (number) => `Speaker ${number}:` },
  timeOfDay: String,
};
