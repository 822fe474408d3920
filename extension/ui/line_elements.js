/** The elements of a transcript's rows. */
import { clockTime } from '../transcript/clock.js';
import { element, text } from './page.js';

/** @typedef {import('../transcript/rows.js').LineRow} LineRow */
/** @typedef {import('../transcript/rows.js').Row} Row */

/** About as high as a line of text, as wide as a letter, and as wide as what stands beside the text. */
const TEXT_LINE_PX = 21;
const LETTER_PX = 7;
const BESIDE_PX = 116;
const PADDING_PX = 8;

/**
 * @param {Row} row
 * @param {number} width of the list
 * @param {'none' | 'below' | 'columns'} layout of translations
 * @returns {number} its height, about
 */
export function estimatedHeight(row, width, layout) {
  if (row.kind !== 'line') return 40;
  const across = Math.max(60, width - BESIDE_PX) / (layout === 'columns' ? 2 : 1);
  const linesOf = (/** @type {number} */ length) => Math.ceil((length * LETTER_PX) / across);
  const said = Math.max(1, linesOf(row.label.length + row.text.length + row.draft.length));
  const translated = layout === 'none' ? 0 : linesOf(row.translation.length);
  const words = layout === 'columns' ? Math.max(said, translated) : said + translated;
  return PADDING_PX + TEXT_LINE_PX * (words + linesOf(row.entry.note.length));
}

/**
 * @param {Row} row
 * @returns {HTMLElement} for it and others of its kind
 */
export function makeRow({ kind, key }) {
  const made = element('div', { className: kind, role: 'listitem' });
  made.dataset.key = key;
  if (kind === 'source') made.append(element('h2'));
  else if (kind === 'gap') made.append(element('span'));
  else made.append(...lineParts());
  return made;
}

/**
 * Leaves alone what has not changed: a selection in it stays.
 * @param {HTMLElement} made by `makeRow`
 * @param {Row} row
 * @param {boolean} seekable whether the video can be sought to where it was said
 */
export function writeRow(made, row, seekable) {
  if (row.kind === 'source') write(made.firstElementChild, row.title || text('panel_other_sound'));
  else if (row.kind === 'gap') write(made.firstElementChild, gapText(row.from, row.until));
  else writeLine(made, row, seekable && row.entry.media !== null);
}

/**
 * @param {number} from seconds
 * @param {number} until
 */
export function gapText(from, until) {
  return text('panel_gap', clockTime(from), clockTime(until));
}

/** The space is none of the name's: in a line from right to left it stands on the other side of it. */
function lineParts() {
  const time = element('button', { className: 'time', type: 'button', tabIndex: -1 });
  const speaker = element('span', { className: 'speaker' });
  const said = element(
    'p',
    { className: 'said' },
    speaker,
    ' ',
    element('span', { className: 'committed' }),
    element('span', { className: 'draft' }),
  );
  const words = element(
    'div',
    { className: 'words' },
    said,
    element('p', { className: 'translation' }),
    element('p', { className: 'note' }),
  );
  const mark = element('span', { className: 'mark', role: 'img' });
  const more = element('button', { className: 'more', type: 'button', tabIndex: -1 }, '⋯');
  more.ariaHasPopup = 'menu';
  more.ariaExpanded = 'false';
  return [time, words, mark, more];
}

/**
 * @param {HTMLElement} made
 * @param {LineRow} row
 * @param {boolean} seekable
 */
function writeLine(made, row, seekable) {
  const { entry, time, label } = row;
  const part = (/** @type {string} */ name) => made.querySelector(`.${name}`);
  const go = /** @type {HTMLElement} */ (part('time'));
  write(go, time);
  const name = seekable ? text('panel_seek', time) : text('panel_line_actions', time);
  if (go.ariaLabel !== name) go.ariaLabel = name;
  write(part('speaker'), label);
  write(part('committed'), row.text);
  write(part('draft'), row.draft);
  write(part('translation'), row.translation);
  write(part('note'), entry.note);
  if (entry.language) part('committed')?.setAttribute('lang', entry.language);
  if (entry.translation) part('translation')?.setAttribute('lang', entry.translation.language);
  const mark = /** @type {HTMLElement} */ (part('mark'));
  mark.hidden = !entry.bookmarked;
  write(mark, entry.bookmarked ? '★' : '');
  mark.ariaLabel = text('panel_bookmarked');
  const more = /** @type {HTMLElement} */ (part('more'));
  more.ariaLabel = text('panel_line_actions', time);
  made.classList.toggle('corrected', entry.corrected !== null);
}

/**
 * @param {Element | null} part
 * @param {string} words
 */
function write(part, words) {
  if (part && part.textContent !== words) part.textContent = words;
}
