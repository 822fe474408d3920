/** Two channels, the tab and the microphone, as one sequence of lines. Pure. */
import { LINES_KEPT } from '../shared/captions.js';
import { YOU } from '../shared/speakers.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/protocol.js').Line} Line */

/**
 * @typedef {object} Channels
 * @property {CaptionModel} tab
 * @property {readonly Line[]} you what was said into the microphone, on the tab's clock and without
 *   echo
 */

/**
 * Ids are samples. Even ones are the tab's and odd ones the microphone's, so that lines of both
 * have ids in the order in which they were spoken.
 * @param {number} id
 */
const idOfTab = (id) => 2 * id;

/** @param {number} id */
const idOfYou = (id) => 2 * id + 1;

/**
 * A line of the microphone, on the tab's clock and as the user's own.
 * @param {Line} line
 * @param {number} offset the tab's sample at the microphone's first
 * @returns {Line}
 */
export function lineOfYou({ id, start, end, ...rest }, offset) {
  const onClock = { id: idOfYou(id + offset), start: start + offset, end: end + offset };
  return { ...rest, ...onClock, speaker: YOU };
}

/**
 * The lines of both channels in the order in which they were begun.
 * @param {Channels} channels
 * @returns {Pick<CaptionModel, 'lines' | 'draft'>}
 */
export function merged({ tab, you }) {
  const lines = [...tab.lines.map((line) => ({ ...line, id: idOfTab(line.id) })), ...you];
  const draft = tab.draft && { ...tab.draft, line: idOfTab(tab.draft.line) };
  return {
    lines: lines.sort((a, b) => a.start - b.start || a.id - b.id).slice(-LINES_KEPT),
    draft,
  };
}

/**
 * @param {readonly Line[]} before
 * @param {readonly Line[]} after
 * @returns {Line[]} the lines to say so that the one becomes the other; an empty text removes
 */
export function changesBetween(before, after) {
  const known = new Map(before.map((line) => [line.id, line]));
  const changed = after.filter((line) => !isSame(known.get(line.id), line));
  const kept = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !kept.has(id));
  return [...gone.map((line) => ({ ...line, text: '' })), ...changed];
}

/**
 * @param {Line[]} changed
 * @param {readonly Line[]} lines that are kept for views; of a transcript, none goes because it is old
 */
export function withoutAged(changed, lines) {
  const oldest = lines.length < LINES_KEPT ? -Infinity : (lines[0]?.start ?? -Infinity);
  return changed.filter(({ text, start }) => text !== '' || start >= oldest);
}

/**
 * @param {Line} line
 * @returns {Line} as it is shown: nobody sees when each word was said
 */
export function withoutWords({ words: _, ...line }) {
  return line;
}

/**
 * @param {Line | undefined} before
 * @param {Line} after
 */
function isSame(before, after) {
  if (!before) return false;
  const fields = /** @type {(keyof Line)[]} */ (Object.keys(after));
  return fields.every((field) => before[field] === after[field]);
}
