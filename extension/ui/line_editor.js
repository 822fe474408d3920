/** A field in a line, in which its text is corrected, or noted on. */
import { element, text } from './page.js';

/** @typedef {import('../shared/messages.js').TranscriptEdit} TranscriptEdit */
/** @typedef {import('../transcript/rows.js').LineRow} LineRow */
/** @typedef {import('../transcript/rows.js').Row} Row */

/** As much as a line of an export can be. */
const MAX_LENGTH = 2000;

/**
 * @typedef {object} EditorListener
 * @property {(edit: TranscriptEdit) => void} edit
 * @property {() => void} pin keep the row in the document from now on, or no longer
 * @property {(key: string) => void} done give the focus back to the row
 */

/**
 * @typedef {object} Field
 * @property {string} selector of what it stands in for, or behind
 * @property {string} label
 * @property {string} value
 * @property {(value: string) => TranscriptEdit | null} editOf null: nothing has changed
 */

/** One field at a time. Enter and leaving it keep what was written; Escape does not. */
export class LineEditor {
  /** @type {string | null} of the row */
  key = null;
  /** @type {(() => void) | null} */
  #remove = null;
  #list;
  #listener;

  /**
   * @param {import('./virtual_list.js').VirtualList<Row>} list
   * @param {EditorListener} listener
   */
  constructor(list, listener) {
    this.#list = list;
    this.#listener = listener;
  }

  /** @param {LineRow} row */
  correct({ key, entry, text: shown }) {
    const recognised = entry.text.trim();
    this.#open(key, {
      selector: '.said',
      label: text('panel_correct'),
      value: entry.corrected ?? recognised,
      editOf: (value) => {
        const wanted = value === '' || value === recognised ? null : value;
        if (wanted === entry.corrected || value === shown) return null;
        return { kind: 'correct', id: key, text: wanted };
      },
    });
  }

  /** @param {LineRow} row */
  note({ key, entry }) {
    this.#open(key, {
      selector: '.note',
      label: text('panel_note'),
      value: entry.note,
      editOf: (value) => (value === entry.note ? null : { kind: 'note', id: key, note: value }),
    });
  }

  /** Leave it as it was. */
  close() {
    const remove = this.#remove;
    this.#remove = null;
    this.key = null;
    remove?.();
  }

  /**
   * @param {string} key
   * @param {Field} wanted
   */
  #open(key, { selector, label, value, editOf }) {
    this.close();
    const shown = this.#list.elementOf(key)?.querySelector(selector);
    if (!shown) return;
    const field = element('textarea', { className: 'field', value, maxLength: MAX_LENGTH });
    field.ariaLabel = label;
    field.title = text('panel_field_keys');
    field.dir = 'auto';
    shown.classList.add('edited');
    shown.after(field);
    this.key = key;
    this.#remove = () => {
      field.remove();
      shown.classList.remove('edited');
    };
    this.#listen(field, key, editOf);
    this.#listener.pin();
    field.focus();
    field.select();
  }

  /**
   * @param {HTMLTextAreaElement} field
   * @param {string} key
   * @param {Field['editOf']} editOf
   */
  #listen(field, key, editOf) {
    const fit = () => {
      field.style.height = 'auto';
      field.style.height = `${field.scrollHeight + 2}px`;
    };
    field.addEventListener('input', fit);
    fit();
    field.addEventListener('keydown', (/** @type {any} */ event) => {
      const isEnd = event.key === 'Escape' || (event.key === 'Enter' && !event.shiftKey);
      if (!isEnd || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.#end(field, event.key === 'Escape' ? null : editOf);
      this.#listener.done(key);
    });
    field.addEventListener('blur', () => this.#end(field, editOf));
  }

  /**
   * @param {HTMLTextAreaElement} field
   * @param {Field['editOf'] | null} editOf null: what was written is not kept
   */
  #end(field, editOf) {
    if (!this.#remove || !field.isConnected) return;
    const value = field.value.replace(/\s+/g, ' ').trim();
    this.close();
    const edit = editOf?.(value);
    if (edit) this.#listener.edit(edit);
    this.#list.rewrite();
    this.#listener.pin();
  }
}
