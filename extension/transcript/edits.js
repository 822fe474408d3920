/** What the user changes in a transcript. Pure. */
import { assigned, merged, renamed, separated, undone } from './names.js';
import { bookmarked, corrected, noted } from './transcript.js';

/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * @param {Transcript} transcript
 * @param {import('../shared/messages.js').TranscriptEdit} edit
 * @returns {Transcript}
 */
export function edited(transcript, edit) {
  switch (edit.kind) {
    case 'correct':
      return corrected(transcript, edit.id, edit.text);
    case 'bookmark':
      return bookmarked(transcript, edit.id, edit.bookmarked);
    case 'note':
      return noted(transcript, edit.id, edit.note);
    case 'rename':
      return renamed(transcript, edit.speaker, edit.name);
    case 'merge':
      return merged(transcript, edit.speaker, edit.into);
    case 'separate':
      return separated(transcript, edit.speaker);
    case 'assign':
      return assigned(transcript, edit.id, edit.speaker);
    case 'undo':
      return undone(transcript);
  }
}
