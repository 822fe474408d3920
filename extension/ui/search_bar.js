/** The field in which words are looked for in a transcript. */
import { sameHit, Search, stepped } from '../transcript/search.js';
import { element, number, text } from './page.js';

/** @typedef {import('../transcript/search.js').Hit} Hit */
/** @typedef {import('./transcript_view.js').TranscriptView} TranscriptView */

/** Where the words of each part of a line are. */
const SELECTORS = { text: '.committed', translation: '.translation', note: '.note' };

/** Hits are marked by the browser, which leaves the text as it is. */
export class SearchBar {
  #search = new Search();
  /** @type {Hit[]} */
  #hits = [];
  #at = -1;
  /** @type {readonly import('../transcript/rows.js').Row[]} in which was searched */
  #rows = [];
  #view;
  #field = element('input', { type: 'search', id: 'search', spellcheck: false });
  #count = element('span', { className: 'count', role: 'status' });
  #previous = element('button', { type: 'button', className: 'step' }, '↑');
  #next = element('button', { type: 'button', className: 'step' }, '↓');

  /**
   * @param {HTMLElement} place for it
   * @param {TranscriptView} view
   */
  constructor(place, view) {
    this.#view = view;
    this.#field.placeholder = text('panel_search');
    this.#field.ariaLabel = text('panel_search');
    this.#previous.ariaLabel = text('panel_search_previous');
    this.#next.ariaLabel = text('panel_search_next');
    place.append(this.#field, this.#count, this.#previous, this.#next);
    this.#field.addEventListener('input', () => this.#find(true));
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#previous.addEventListener('click', () => this.#step(-1));
    this.#next.addEventListener('click', () => this.#step(1));
    document.addEventListener('keydown', (event) => this.#heard(event));
    this.#show();
  }

  /** Other rows are there, or other ones are in the document. */
  update() {
    if (this.#rows !== this.#view.rows && this.#field.value !== '') this.#find(false);
    else this.#mark();
  }

  /**
   * Look for words as if they had been typed.
   * @param {string} words
   * @param {string | null} key of the line from which on; null: from where the reader is
   */
  lookFor(words, key) {
    this.#field.value = words;
    this.#hits = [];
    this.#find(true, key === null ? null : beginOf(key));
  }

  /**
   * @param {boolean} anew whether other words are looked for
   * @param {Hit | null} [from] where to begin
   */
  #find(anew, from = null) {
    const before = from ?? this.#hits[this.#at] ?? this.#here();
    this.#rows = this.#view.rows;
    this.#hits = this.#search.hits(this.#rows, this.#field.value);
    const placeOf = (/** @type {string} */ key) => this.#view.list.geometry.placeOf(key);
    this.#at = sameHit(this.#hits, before, placeOf);
    this.#show();
    if (anew) this.#reveal();
    this.#mark();
  }

  /** @returns {Hit | null} where the reader is: what comes then is shown first */
  #here() {
    const key = this.#view.list.firstSeen;
    return key === undefined ? null : beginOf(key);
  }

  /** @param {1 | -1} direction */
  #step(direction) {
    this.#at = stepped(this.#at, direction, this.#hits.length);
    this.#show();
    this.#reveal();
  }

  #reveal() {
    const hit = this.#hits[this.#at];
    if (hit) this.#view.reveal(hit.key);
  }

  #show() {
    const { length } = this.#hits;
    const isEmpty = this.#field.value.trim() === '';
    const count =
      length === 0
        ? text('panel_no_hits')
        : text('panel_hits', number(this.#at + 1), number(length));
    const words = isEmpty ? '' : count;
    if (this.#count.textContent !== words) this.#count.textContent = words;
    this.#previous.hidden = this.#next.hidden = length === 0;
  }

  #mark() {
    const now = this.#hits[this.#at];
    const found = this.#hits.length > 0 ? [...this.#ranges()] : [];
    const [others, current] = [new Highlight(), new Highlight()];
    for (const { hit, range } of found) (hit === now ? current : others).add(range);
    CSS.highlights.set('hit', others);
    CSS.highlights.set('current-hit', current);
  }

  /** @returns {Iterable<{ hit: Hit, range: Range }>} of the hits that are in the document */
  *#ranges() {
    const { list } = this.#view;
    for (const hit of this.#hits) {
      const part = list.elementOf(hit.key)?.querySelector(SELECTORS[hit.part]);
      const words = part?.firstChild;
      if (!words || hit.to > (words.textContent?.length ?? 0)) continue;
      const range = document.createRange();
      range.setStart(words, hit.from);
      range.setEnd(words, hit.to);
      yield { hit, range };
    }
  }

  /** @param {KeyboardEvent} event in the field */
  #pressed(event) {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape' && this.#field.value !== '') {
      event.preventDefault();
      this.#field.value = '';
      this.#find(false);
    }
  }

  /** @param {KeyboardEvent} event anywhere: the browser's own search does not see all lines */
  #heard(event) {
    const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f';
    if (!isFind && event.key !== 'F3') return;
    event.preventDefault();
    if (isFind) {
      this.#field.focus();
      this.#field.select();
    } else this.#step(event.shiftKey ? -1 : 1);
  }
}

/** @param {string} key @returns {Hit} the place before the first word of a line */
function beginOf(key) {
  return { key, part: 'text', from: 0, to: 0 };
}
