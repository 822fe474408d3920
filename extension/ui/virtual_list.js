/** A list of any length in a scrolling element: only rows near what is seen are in the document. */
import { Geometry } from '../transcript/geometry.js';

/** So far above and below what is seen, rows are there already, CSS pixels. */
const BEYOND_PX = 400;

/** Rows that turn out lower than estimated make room for more; each round measures these. */
const MAX_ROUNDS = 4;

/**
 * @template {{ key: string }} R
 * @typedef {object} RowMaker
 * @property {(row: R) => HTMLElement} make an element for a row like this one
 * @property {(element: HTMLElement, row: R) => void} write what the row says into its element
 * @property {(row: R, width: number) => number} estimate its height
 */

/**
 * Rows are told by their keys. Those that are pinned stay in the document wherever they are: one
 * that has the focus, is edited, or in which a selection begins.
 * @template {{ key: string }} R
 */
export class VirtualList {
  /** @type {readonly R[]} */
  #rows = [];
  /** @type {Map<string, { element: HTMLElement, row: R | null }>} */
  #shown = new Map();
  /** @type {Set<string>} */
  #pinned = new Set();
  #geometry = new Geometry((index) => this.#estimateAt(index));
  #width = 0;
  #scheduled = false;
  /** Where it has scrolled to by itself: whoever is elsewhere has scrolled there. */
  #scrolledTo = 0;
  #scroller;
  #sheet;
  #maker;
  #changed;
  #resizes = new ResizeObserver((entries) => this.#resized(entries));

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} sheet in it, for the rows
   * @param {RowMaker<R>} maker
   * @param {() => void} changed called after other rows are in the document
   */
  constructor(scroller, sheet, maker, changed) {
    this.#scroller = scroller;
    this.#sheet = sheet;
    this.#maker = maker;
    this.#changed = changed;
    this.#width = sheet.clientWidth;
    scroller.addEventListener('scroll', () => this.#schedule(), { passive: true });
    this.#resizes.observe(scroller);
  }

  /** @returns {readonly R[]} */
  get rows() {
    return this.#rows;
  }

  /** @returns {Geometry} */
  get geometry() {
    return this.#geometry;
  }

  /** @returns {HTMLElement} that the rows are in */
  get sheet() {
    return this.#sheet;
  }

  /** @returns {string | undefined} the key of the first row that is seen */
  get firstSeen() {
    return this.#geometry.keyAt(this.#geometry.indexAt(this.#scroller.scrollTop));
  }

  /** @returns {string | undefined} the key of the last row that is seen */
  get lastSeen() {
    const { clientHeight, scrollTop } = this.#scroller;
    return this.#geometry.keyAt(this.#geometry.indexAt(scrollTop + clientHeight - 1));
  }

  /** Whether the user has scrolled it to where it is. */
  get wasScrolled() {
    return Math.abs(this.#scroller.scrollTop - this.#scrolledTo) >= 2;
  }

  /** Whether the end is seen, or nearly. */
  get isAtEnd() {
    const { scrollTop, clientHeight } = this.#scroller;
    return this.#geometry.total - scrollTop - clientHeight < 60;
  }

  /**
   * @param {readonly R[]} rows those that are the same objects as before are left alone
   * @param {boolean} toEnd whether the last one is to be seen; otherwise what is seen stays in place
   */
  setRows(rows, toEnd) {
    const anchor = this.#anchor();
    this.#rows = rows;
    this.#geometry.setKeys(rows.map(({ key }) => key));
    this.#layOut(toEnd ? () => this.#geometry.total : anchor);
  }

  /** Show again what is shown, because all of it looks different now. */
  refresh() {
    const anchor = this.#anchor();
    this.#geometry.forget();
    for (const shown of this.#shown.values()) shown.row = null;
    this.#layOut(anchor);
  }

  /** Write again what is shown: some of it was left out. */
  rewrite() {
    for (const shown of this.#shown.values()) shown.row = null;
    this.#layOut(null);
  }

  /** @param {Iterable<string>} keys of rows that stay in the document from now on, and no others */
  pin(keys) {
    this.#pinned = new Set(keys);
    this.#layOut(null);
  }

  /**
   * @param {string} key
   * @returns {HTMLElement | null} the row's, if it is in the document
   */
  elementOf(key) {
    return this.#shown.get(key)?.element ?? null;
  }

  /**
   * @param {Node | null} node
   * @returns {string | null} the key of the row that it is in
   */
  keyOf(node) {
    for (const [key, { element }] of this.#shown) if (element.contains(node)) return key;
    return null;
  }

  /** @returns {Iterable<[string, HTMLElement]>} the rows that are in the document */
  *elements() {
    for (const [key, { element }] of this.#shown) yield [key, element];
  }

  /**
   * @param {string} key
   * @param {'near' | 'middle'} where near: no further than needed
   */
  scrollTo(key, where) {
    const index = this.#geometry.placeOf(key);
    if (index < 0) return;
    this.#layOut(() => this.#offsetFor(index, where));
  }

  scrollToEnd() {
    this.#layOut(() => this.#geometry.total);
  }

  /** @param {string} key @returns {boolean} whether some of the row is seen */
  isSeen(key) {
    const index = this.#geometry.placeOf(key);
    if (index < 0) return false;
    const { scrollTop, clientHeight } = this.#scroller;
    const top = this.#geometry.topOf(index);
    return top < scrollTop + clientHeight && top + this.#geometry.heightOf(index) > scrollTop;
  }

  /**
   * @param {number} index
   * @param {'near' | 'middle'} where
   */
  #offsetFor(index, where) {
    const { scrollTop, clientHeight } = this.#scroller;
    const [top, height] = [this.#geometry.topOf(index), this.#geometry.heightOf(index)];
    if (where === 'middle') return top - Math.max(0, (clientHeight - height) / 2);
    if (top < scrollTop) return top;
    return Math.max(scrollTop, top + Math.min(height, clientHeight) - clientHeight);
  }

  /** @returns {() => number} where to scroll so that the first row that is seen stays in place */
  #anchor() {
    const { scrollTop } = this.#scroller;
    const first = this.#geometry.indexAt(scrollTop);
    // The first row may go, so several are noted.
    const near = [0, 1, 2, 3, 4].flatMap((step) => {
      const key = this.#geometry.keyAt(first + step);
      return key === undefined ? [] : [{ key, from: this.#geometry.topOf(first + step) }];
    });
    return () => {
      const kept = near.find(({ key }) => this.#geometry.placeOf(key) >= 0);
      if (!kept) return scrollTop;
      return scrollTop + this.#geometry.topOf(this.#geometry.placeOf(kept.key)) - kept.from;
    };
  }

  /** @param {ResizeObserverEntry[]} entries */
  #resized(entries) {
    const width = this.#sheet.clientWidth;
    const anchor = this.#anchor();
    const atEnd = this.isAtEnd;
    if (width !== this.#width) {
      this.#width = width;
      this.#geometry.forget();
    } else if (!this.#measure() && entries.every(({ target }) => target !== this.#scroller)) {
      return;
    }
    this.#layOut(atEnd ? () => this.#geometry.total : anchor);
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      const anchor = this.#anchor();
      this.#layOut(anchor);
    });
  }

  /** @param {(() => number) | null} offset to scroll to, once heights are known; null: stay */
  #layOut(offset) {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { total } = this.#geometry;
      this.#sheet.style.height = `${total}px`;
      if (offset) this.#scroll(offset());
      this.#fill();
      this.#place();
      if (!this.#measure()) break;
    }
    this.#changed();
  }

  /** @param {number} offset */
  #scroll(offset) {
    const most = Math.max(0, this.#scroller.scrollHeight - this.#scroller.clientHeight);
    const target = Math.min(Math.max(0, offset), most);
    if (Math.abs(this.#scroller.scrollTop - target) >= 1) this.#scroller.scrollTop = target;
    this.#scrolledTo = this.#scroller.scrollTop;
  }

  /** Have the rows near what is seen in the document, and few others, in the order of the list. */
  #fill() {
    const wanted = this.#wanted();
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { element }] of this.#shown) if (!keys.has(key)) this.#remove(key, element);
    let next = this.#sheet.firstElementChild;
    for (const row of wanted) {
      const shown = this.#shown.get(row.key) ?? this.#add(row);
      if (shown.element === next) next = next.nextElementSibling;
      else this.#sheet.insertBefore(shown.element, next);
      if (shown.row !== row) this.#maker.write(shown.element, row);
      shown.row = row;
    }
  }

  /** @returns {R[]} */
  #wanted() {
    const { scrollTop, clientHeight } = this.#scroller;
    const [first, end] = this.#geometry.span(scrollTop, clientHeight, BEYOND_PX);
    const pinned = [...this.#pinned].map((key) => this.#geometry.placeOf(key));
    const before = pinned.filter((index) => index >= 0 && index < first).sort((a, b) => a - b);
    const after = pinned.filter((index) => index >= end).sort((a, b) => a - b);
    const at = (/** @type {number[]} */ indices) =>
      indices.flatMap((index) => this.#rows[index] ?? []);
    return [...at(before), ...this.#rows.slice(first, end), ...at(after)];
  }

  /** @param {R} row */
  #add(row) {
    const shown = { element: this.#maker.make(row), row: /** @type {R | null} */ (null) };
    this.#shown.set(row.key, shown);
    this.#resizes.observe(shown.element);
    return shown;
  }

  /**
   * @param {string} key
   * @param {HTMLElement} element
   */
  #remove(key, element) {
    this.#resizes.unobserve(element);
    element.remove();
    this.#shown.delete(key);
  }

  #place() {
    const count = String(this.#geometry.count);
    for (const [key, { element }] of this.#shown) {
      const index = this.#geometry.placeOf(key);
      const top = `${this.#geometry.topOf(index)}px`;
      if (element.style.top !== top) element.style.top = top;
      if (element.ariaSetSize !== count) element.ariaSetSize = count;
      const place = String(index + 1);
      if (element.ariaPosInSet !== place) element.ariaPosInSet = place;
    }
  }

  /** @returns {boolean} whether some row has another height than was thought */
  #measure() {
    let changed = false;
    for (const [key, { element }] of this.#shown) {
      const { height } = element.getBoundingClientRect();
      if (height > 0) changed = this.#geometry.measure(key, height) || changed;
    }
    return changed;
  }

  /** @param {number} index */
  #estimateAt(index) {
    const row = this.#rows[index];
    return row ? this.#maker.estimate(row, this.#width) : 0;
  }
}
