/** What is selected in a long list, of which most rows are not in the document. */
import { textBetween } from '../transcript/copy.js';

/** @typedef {import('../transcript/rows.js').Row} Row */

/**
 * The browser's own selection, whose ends stay in the document while it lasts: so it can reach over
 * thousands of rows. What is copied comes from the rows.
 */
export class Selection {
  /** @type {[anchor: string, focus: string] | null} keys of the rows in which it begins and ends */
  #ends = null;
  #list;
  #changed;

  /**
   * @param {import('./virtual_list.js').VirtualList<Row>} list
   * @param {() => void} changed called when it has other ends
   */
  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
    document.addEventListener('selectionchange', () => this.#note());
  }

  /** @returns {readonly string[]} keys of rows that have to stay in the document */
  get pinned() {
    return this.#ends ?? [];
  }

  /** Whether more is selected than a place for the cursor. */
  get isSomething() {
    return this.#ends !== null;
  }

  clear() {
    if (this.#ends) getSelection()?.removeAllRanges();
    this.#ends = null;
  }

  /**
   * Select all of some rows.
   * @param {string} anchor key of the first one
   * @param {string} focus key of the last one
   */
  selectRows(anchor, focus) {
    this.#ends = [anchor, focus];
    this.#changed();
    const [from, to] = [anchor, focus].map((key) => this.#wordsOf(key));
    if (!from || !to) return;
    const { geometry } = this.#list;
    const isForward = geometry.placeOf(anchor) <= geometry.placeOf(focus);
    const [start, end] = isForward ? [0, to.childNodes.length] : [from.childNodes.length, 0];
    getSelection()?.setBaseAndExtent(from, start, to, end);
  }

  /**
   * @param {import('../transcript/copy.js').CopyLook} look
   * @param {string} gap instead of what was skipped
   * @returns {string | null} what is selected; null: nothing of several rows
   */
  copied(look, gap) {
    const range = getSelection()?.rangeCount ? getSelection()?.getRangeAt(0) : undefined;
    if (!this.#ends || !range) return null;
    const places = this.#ends.map((key) => this.#list.geometry.placeOf(key));
    const [from = 0, to = 0] = places.toSorted((a, b) => a - b);
    if (from < 0 || (from === to && !look.times)) return null;
    return textBetween(
      this.#list.rows,
      { from, to, first: this.#partOf(from, range), last: this.#partOf(to, range) },
      look,
      gap,
    );
  }

  /**
   * @param {number} index of a row in which a range begins or ends
   * @param {Range} range
   * @returns {string} what is selected of the words in it
   */
  #partOf(index, range) {
    const key = this.#list.geometry.keyAt(index) ?? '';
    const said = this.#list.elementOf(key)?.querySelector('.committed');
    const row = this.#list.rows[index];
    if (!said || row?.kind !== 'line') return '';
    const part = document.createRange();
    part.selectNodeContents(said);
    if (said.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (said.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    return part.toString();
  }

  /** @param {string} key */
  #wordsOf(key) {
    const row = this.#list.elementOf(key);
    return row?.querySelector('.words') ?? row;
  }

  #note() {
    const selection = getSelection();
    if (!selection) return;
    const [anchor, focus] = selection.isCollapsed
      ? [null, null]
      : [this.#list.keyOf(selection.anchorNode), this.#list.keyOf(selection.focusNode)];
    const ends = /** @type {[string, string] | null} */ (anchor && focus ? [anchor, focus] : null);
    if (ends?.join() === this.#ends?.join()) return;
    this.#ends = ends;
    this.#changed();
  }
}
