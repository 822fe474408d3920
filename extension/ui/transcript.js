/** A tab's captions as a text that stays. */
import { applyUpdate, captionRows, EMPTY_MODEL, LINES_KEPT } from '../shared/captions.js';
import { areNamed, speakerLabels } from '../shared/speakers.js';
import { SWEARWORDS } from '../shared/swearwords.js';
import { makeFilter } from '../shared/text_filters.js';
import { element, text } from './page.js';

/** @typedef {import('../shared/messages.js').SessionMessage} SessionMessage */
/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */

/** How far from its end the text may be and still follow what is said, CSS pixels. */
const FOLLOW_PX = 60;

/** The parts of a line, in this order. */
const PARTS = ['speaker', 'committed', 'draft', 'translation'];

/** The captions of one session at a time in a scrolling element. */
export class Transcript {
  #model = EMPTY_MODEL;
  /** @type {string | null} */
  #session = null;
  /** @param {string} words */
  #filter = (words) => words;
  /** Whether who speaks is named. The user always is: their words are no one else's. */
  #named = true;
  #lines;

  /** @param {HTMLElement} lines that scrolls */
  constructor(lines) {
    this.#lines = lines;
  }

  /** Forget the session: another tab, or none, is shown. */
  clear() {
    this.#session = null;
    this.#model = EMPTY_MODEL;
    this.#show();
  }

  /** @param {SiteSettings} settings that hold from now on */
  apply({ filters, liveRegion, speakers }) {
    this.#named = speakers;
    this.#filter = makeFilter(filters, SWEARWORDS);
    this.#lines.setAttribute('aria-live', liveRegion);
    this.#show();
  }

  /** @param {SessionMessage} message */
  receive(message) {
    if (message.type === 'snapshot') {
      this.#session = message.session;
      this.#model = message.model;
    } else if (message.session !== this.#session) {
      return;
    } else if (message.type === 'captions') {
      this.#model = applyUpdate(this.#model, message);
    } else {
      return;
    }
    this.#show();
  }

  #show() {
    const lines = this.#lines;
    const followed = lines.scrollHeight - lines.scrollTop - lines.clientHeight < FOLLOW_PX;
    const translations = new Map(this.#model.lines.map(({ id, translation }) => [id, translation]));
    const rows = captionRows(this.#model, -1, LINES_KEPT);
    const labels = this.#labelsOf(rows);
    for (const [index, { id, committed, draft }] of rows.entries()) {
      const row = lines.children[index] ?? lines.appendChild(newRow());
      const words = [committed, draft, translations.get(id)?.text ?? ''];
      writeRow(row, [labels[index] ?? '', ...words.map(this.#filter)]);
    }
    while (lines.children.length > rows.length) lines.lastElementChild?.remove();
    if (followed) lines.scrollTop = lines.scrollHeight;
  }

  /** @param {import('../shared/captions.js').CaptionRow[]} rows */
  #labelsOf(rows) {
    const shown = rows.map(({ speaker }) => speaker);
    return speakerLabels(
      shown,
      this.#named && areNamed(this.#model.lines.map(({ speaker }) => speaker)),
      {
        you: text('speaker_you'),
        numbered: (number) => text('speaker_number', number),
      },
    );
  }
}

/** The space is none of the name's: in a line from right to left it stands on the other side of it. */
function newRow() {
  const speaker = element('span', { className: PARTS[0] ?? '' });
  return element('p', { className: 'line' }, speaker, ' ');
}

/**
 * Leaves what has not changed alone: a screen reader is to be told only what is new.
 * @param {Element} row
 * @param {string[]} shown who speaks, committed, draft and translated words
 */
function writeRow(row, shown) {
  for (const [index, words] of shown.entries()) {
    const part =
      row.children[index] ?? row.appendChild(element('span', { className: PARTS[index] ?? '' }));
    if (part.textContent !== words) part.textContent = words;
  }
}
