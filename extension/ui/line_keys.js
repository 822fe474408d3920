/** What pointer and keys do with the lines of a transcript. */
import { LineEditor } from './line_editor.js';
import { text } from './page.js';
import { openMenu } from './popover.js';
import { openSpeakerForm } from './speaker_form.js';

/** @typedef {import('../shared/messages.js').TranscriptEdit} TranscriptEdit */
/** @typedef {import('../transcript/rows.js').LineRow} LineRow */
/** @typedef {import('../transcript/rows.js').Row} Row */

/**
 * @typedef {object} KeysListener
 * @property {((media: string, at: number) => void) | null} seek
 * @property {(edit: TranscriptEdit) => void} edit
 * @property {() => import('./speaker_form.js').SpeakerFormListener['remember']} remember
 * @property {() => import('../transcript/transcript.js').Transcript | null} transcript
 */

/** Rows that a page is, for the keys that go page by page. */
const PAGE_ROWS = 10;

/** One line is the one that Tab reaches; arrow keys go from one to the next. */
export class LineKeys {
  /** @type {string | null} */
  #key = null;
  /** @type {string | null} where a selection by keys began */
  #anchor = null;
  #list;
  #selection;
  #listener;
  #editor;

  /** @type {Record<string, (row: LineRow) => void>} */
  #actions = {
    b: (row) => this.#bookmark(row),
    e: (row) => this.#editor.correct(row),
    f2: (row) => this.#editor.correct(row),
    n: (row) => this.#editor.note(row),
    r: (row) => this.nameSpeaker(row),
  };

  /**
   * @param {import('./virtual_list.js').VirtualList<Row>} list
   * @param {import('./selection.js').Selection} selection
   * @param {KeysListener} listener
   */
  constructor(list, selection, listener) {
    this.#list = list;
    this.#selection = selection;
    this.#listener = listener;
    this.#editor = new LineEditor(list, {
      edit: (edit) => listener.edit(edit),
      pin: () => this.pin(),
      done: (key) => this.#focus(key),
    });
    const sheet = list.sheet;
    sheet.addEventListener('click', (event) => this.#clicked(event));
    sheet.addEventListener('keydown', (event) => this.#pressed(event));
    sheet.addEventListener('focusin', (event) => this.#focused(event));
  }

  /** @param {string} key of a row that shows a field instead of its words */
  isEdited(key) {
    return this.#editor.key === key;
  }

  /** Another transcript is shown. */
  reset() {
    this.#editor.close();
    this.#key = null;
    this.#anchor = null;
  }

  /** Keep in the document what has the focus, is edited, or holds an end of the selection. */
  pin() {
    const focused = this.#hasFocus ? this.#key : null;
    const own = [focused, this.#editor.key].filter((key) => key !== null);
    this.#list.pin([...own, ...this.#selection.pinned]);
  }

  /** See to it that Tab reaches one line. */
  settle() {
    if (!this.#hasFocus) this.#key = this.#lastSeenLine();
    for (const [key, made] of this.#list.elements()) {
      for (const button of made.querySelectorAll('button')) {
        button.tabIndex = key === this.#key ? 0 : -1;
      }
    }
  }

  get #hasFocus() {
    return this.#list.sheet.contains(document.activeElement);
  }

  /** @returns {string | null} */
  #lastSeenLine() {
    const { geometry, lastSeen, rows } = this.#list;
    for (let index = geometry.placeOf(lastSeen ?? ''); index >= 0; index -= 1) {
      const row = rows[index];
      if (row?.kind === 'line') return row.key;
    }
    return null;
  }

  /** @param {Event} event */
  #focused({ target }) {
    const key = this.#list.keyOf(/** @type {Node} */ (target));
    if (key === null || key === this.#key) return;
    this.#key = key;
    this.pin();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = this.#rowOf(target);
    if (!row || this.isEdited(row.key)) return;
    if (target.closest('.more')) return this.#openMenu(row);
    if (target.closest('.speaker') && row.label !== '') return this.nameSpeaker(row);
    // Who selects words does not want to go anywhere.
    if (this.#selection.isSomething && !target.closest('.time')) return;
    if (!this.#seek(row) && target.closest('.time')) this.#openMenu(row);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = this.#rowOf(target);
    if (!row || target.matches('input, textarea')) return;
    const { altKey, ctrlKey, key, metaKey, shiftKey } = event;
    if (altKey) return;
    if (ctrlKey || metaKey) return this.#command(event);
    if (this.#move(row, event)) return event.preventDefault();
    const action = shiftKey ? undefined : this.#actions[key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action(row);
  }

  /** @param {KeyboardEvent} event of a key that is pressed with Ctrl */
  #command(event) {
    const key = event.key.toLowerCase();
    if (key === 'a') this.#selectAll(event);
    if (key !== 'z' || event.shiftKey) return;
    event.preventDefault();
    this.#listener.edit({ kind: 'undo' });
  }

  /**
   * @param {LineRow} row that has the focus
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key goes elsewhere; with Shift it selects
   */
  #move(row, { key, shiftKey }) {
    const next = this.#target(key, this.#list.geometry.placeOf(row.key));
    if (next === null) return false;
    this.#anchor = shiftKey ? (this.#anchor ?? row.key) : null;
    this.#focus(next);
    if (this.#anchor !== null) this.#selection.selectRows(this.#anchor, next);
    return true;
  }

  /**
   * @param {string} pressed
   * @param {number} place of the row that has the focus
   * @returns {string | null} the key of the line to which it goes
   */
  #target(pressed, place) {
    const last = this.#list.geometry.count - 1;
    /** @type {Record<string, [from: number, step: number]>} */
    const moves = {
      ArrowDown: [place + 1, 1],
      ArrowUp: [place - 1, -1],
      PageDown: [Math.min(last, place + PAGE_ROWS), 1],
      PageUp: [Math.max(0, place - PAGE_ROWS), -1],
      Home: [0, 1],
      End: [last, -1],
    };
    const [from, step] = moves[pressed] ?? [-1, 0];
    if (step === 0) return null;
    const all = this.#list.rows;
    for (let index = from; index >= 0 && index <= last; index += step) {
      if (all[index]?.kind === 'line') return all[index]?.key ?? null;
    }
    return null;
  }

  /** @param {KeyboardEvent} event */
  #selectAll(event) {
    event.preventDefault();
    const [first, last] = [this.#list.rows.at(0), this.#list.rows.at(-1)];
    if (first && last) this.#selection.selectRows(first.key, last.key);
  }

  /** @param {string} key of a line */
  #focus(key) {
    this.#key = key;
    this.#list.scrollTo(key, 'near');
    this.pin();
    const time = this.#list.elementOf(key)?.querySelector('.time');
    /** @type {HTMLElement | null | undefined} */ (time)?.focus({ preventScroll: true });
  }

  /** @param {LineRow} row @returns {boolean} whether there is something to seek */
  #seek({ entry: { media, start } }) {
    if (!this.#listener.seek || media === null) return false;
    this.#listener.seek(media, start);
    return true;
  }

  /** @param {LineRow} row */
  #bookmark({ key, entry }) {
    this.#listener.edit({ kind: 'bookmark', id: key, bookmarked: !entry.bookmarked });
  }

  /** @param {LineRow} row of which it is to be said who speaks */
  nameSpeaker(row) {
    const made = this.#list.elementOf(row.key);
    const more = /** @type {HTMLElement | null | undefined} */ (made?.querySelector('.more'));
    const transcript = this.#listener.transcript();
    if (!more || !transcript) return;
    this.#editor.close();
    openSpeakerForm(more, row, transcript, {
      edit: (edit) => this.#listener.edit(edit),
      done: () => this.#focus(row.key),
      remember: this.#listener.remember(),
    });
  }

  /** @param {LineRow} row */
  #openMenu(row) {
    const { entry, key } = row;
    const more = this.#list.elementOf(key)?.querySelector('.more');
    if (!more) return;
    const { bookmarked, corrected } = entry;
    const items = [
      { label: text('panel_bookmark'), checked: bookmarked, choose: () => this.#bookmark(row) },
      { label: text('panel_note'), choose: () => this.#editor.note(row) },
      { label: text('panel_correct'), choose: () => this.#editor.correct(row) },
    ];
    const restore = () => this.#listener.edit({ kind: 'correct', id: key, text: null });
    if (corrected !== null) items.push({ label: text('panel_uncorrect'), choose: restore });
    items.push({ label: text('panel_rename'), choose: () => this.nameSpeaker(row) });
    openMenu(/** @type {HTMLElement} */ (more), text('panel_line_actions', row.time), items);
  }

  /**
   * @param {HTMLElement} target
   * @returns {LineRow | null}
   */
  #rowOf(target) {
    const key = this.#list.keyOf(target);
    const row = key === null ? undefined : this.#list.rows[this.#list.geometry.placeOf(key)];
    return row?.kind === 'line' ? row : null;
  }
}
