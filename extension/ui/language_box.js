/**
 * A field in which a language is chosen from a list that can be searched: a combobox as its pattern
 * has it (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
 */
import { found } from './language_list.js';
import { element } from './page.js';
import { place } from './popover.js';

/** @typedef {import('./language_list.js').Choice} Choice */
/** @typedef {import('./language_list.js').Group} Group */

/** Distance from the window's edge and from the field together, CSS pixels. */
const MARGIN_PX = 10;

const TALLEST_PX = 300;

export class LanguageBox {
  input = element('input', { type: 'text', autocomplete: 'off', spellcheck: false });
  #list = element('div', { className: 'languages', role: 'listbox', popover: 'manual' });
  /** @type {Group[]} */
  #groups = [];
  /** @type {string | null} */
  #value = null;
  /** @type {Choice[]} as they are shown */
  #shown = [];
  #active = -1;
  #open = false;
  #choose;
  #opened;

  /**
   * @param {string} id of the field, for its label
   * @param {string} label of the list
   * @param {string} nothing said where nothing is found
   * @param {{ choose: (code: string | null) => void, opened?: () => void }} listener
   */
  constructor(id, label, nothing, { choose, opened = () => {} }) {
    this.#choose = choose;
    this.#opened = opened;
    this.nothing = nothing;
    this.input.id = id;
    this.#list.id = `${id}-list`;
    this.#list.ariaLabel = label;
    this.input.role = 'combobox';
    this.input.setAttribute('aria-autocomplete', 'list');
    this.input.setAttribute('aria-controls', this.#list.id);
    this.input.ariaExpanded = 'false';
    this.root = element('div', { className: 'language-box' }, this.input, this.#list);
    this.#listen();
  }

  /**
   * @param {Group[]} groups
   * @param {string | null} value
   */
  show(groups, value) {
    this.#groups = groups;
    this.#value = value;
    if (this.#open) this.#filter(this.#query());
    else this.#writeValue();
  }

  #listen() {
    const { input } = this;
    input.addEventListener('click', () => this.#setOpen(true));
    input.addEventListener('input', () => {
      this.#setOpen(true);
      this.#filter(input.value);
    });
    input.addEventListener('blur', () => this.#setOpen(false));
    input.addEventListener('keydown', (event) => this.#press(event));
    // The field keeps the focus: what it loses closes the list.
    this.#list.addEventListener('mousedown', (event) => event.preventDefault());
    this.#list.addEventListener('click', ({ target }) => {
      const option = /** @type {Element} */ (target).closest('[role=option]');
      if (option) this.#take(Number(/** @type {HTMLElement} */ (option).dataset.at));
    });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key } = event;
    const last = this.#shown.length - 1;
    if (key === 'Tab') return;
    if (key === 'Escape') {
      if (!this.#open) return;
      event.preventDefault();
      return this.#setOpen(false);
    }
    if (key === 'Enter') {
      if (!this.#open) return this.#setOpen(true);
      event.preventDefault();
      return this.#take(this.#active);
    }
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: this.#active >= last ? 0 : this.#active + 1,
      ArrowUp: this.#active <= 0 ? last : this.#active - 1,
      PageDown: Math.min(last, this.#active + 8),
      PageUp: Math.max(0, this.#active - 8),
    };
    const move = moves[key];
    if (move === undefined) return;
    event.preventDefault();
    if (this.#open) this.#activate(move);
    else this.#setOpen(true);
  }

  /** @param {boolean} open */
  #setOpen(open) {
    if (open === this.#open) return;
    this.#open = open;
    this.input.ariaExpanded = String(open);
    if (!open) {
      this.#list.hidePopover();
      this.input.removeAttribute('aria-activedescendant');
      return this.#writeValue();
    }
    this.#filter('');
    this.#list.showPopover();
    this.#place();
    this.#activate(this.#shown.findIndex(({ code }) => code === this.#value));
    this.input.select();
    this.#opened();
  }

  /** Beside the field, where there is more room, and over none of it. */
  #place() {
    const { top, bottom, width } = this.input.getBoundingClientRect();
    const room = Math.max(innerHeight - bottom, top) - MARGIN_PX;
    const { style } = this.#list;
    style.minWidth = `${width}px`;
    style.maxHeight = `${Math.min(TALLEST_PX, room)}px`;
    place(this.#list, this.input);
  }

  /** @returns {string} what is sought; the name of what was chosen is not */
  #query() {
    const name = this.#nameOf(this.#value);
    return this.input.value === name ? '' : this.input.value;
  }

  /** @param {string} query */
  #filter(query) {
    const before = this.#shown[this.#active]?.code;
    const groups = found(this.#groups, query);
    this.#shown = groups.flatMap(({ choices }) => choices);
    let at = 0;
    const parts = groups.map(({ label, choices }) => {
      const options = choices.map((choice) => this.#option(choice, at++));
      if (label === '') return element('div', { role: 'presentation' }, ...options);
      const heading = element('div', { className: 'small soft', ariaHidden: 'true' }, label);
      return element('div', { role: 'group', ariaLabel: label }, heading, ...options);
    });
    const none = element('p', { className: 'small soft', textContent: this.nothing });
    this.#list.replaceChildren(...(parts.length > 0 ? parts : [none]));
    const same = this.#shown.findIndex(({ code }) => code === before);
    this.#activate(query === '' ? same : 0);
  }

  /**
   * @param {Choice} choice
   * @param {number} at
   */
  #option({ code, name, note }, at) {
    const option = element('div', { role: 'option', id: `${this.#list.id}-${at}` });
    option.dataset.code = code ?? '';
    option.dataset.at = String(at);
    option.ariaSelected = String(code === this.#value);
    option.append(element('span', { textContent: name }));
    if (note) option.append(element('span', { className: 'small soft', textContent: note }));
    return option;
  }

  /** @param {number} at -1: none */
  #activate(at) {
    this.#active = at;
    for (const option of this.#list.querySelectorAll('[role=option]')) {
      const isActive = /** @type {HTMLElement} */ (option).dataset.at === String(at);
      option.classList.toggle('active', isActive);
      if (!isActive) continue;
      this.input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    }
    if (at < 0) this.input.removeAttribute('aria-activedescendant');
  }

  /** @param {number} at */
  #take(at) {
    const choice = this.#shown[at];
    if (!choice) return;
    this.#value = choice.code;
    this.#setOpen(false);
    this.#choose(choice.code);
  }

  #writeValue() {
    this.input.value = this.#nameOf(this.#value);
  }

  /** @param {string | null} value */
  #nameOf(value) {
    const choices = this.#groups.flatMap((group) => group.choices);
    return choices.find(({ code }) => code === value)?.name ?? value ?? '';
  }
}
