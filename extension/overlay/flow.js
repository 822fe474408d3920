/** @typedef {import('./bilingual.js').ShownLine} ShownLine */
/** @typedef {import('./bilingual.js').ShownText} ShownText */
/** @typedef {import('./look.js').Look} Look */
/** @typedef {import('./pace.js').Block} Block */

/** How long a row takes to move in; short, for it delays reading. */
const SCROLL_MS = 180;

/**
 * The lines of captions as elements, scrolled at the pace at which they can be read. Sizes come
 * from a ResizeObserver, after the frame's own layout: none is ever forced on the page.
 */
export class CaptionFlow {
  element = element('div', 'window');
  #flow = element('div', 'flow');
  #calm = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {Map<number, HTMLElement>} in the order in which they were spoken */
  #rows = new Map();
  /** @type {Map<Element, number>} heights of texts in pixels */
  #heights = new Map();
  /** @type {Map<number | undefined, number>} how far a line's top is above the window's bottom */
  #distances = new Map();
  #observer = new ResizeObserver((entries) => this.#measured(entries));
  #pace;
  /** The next arrangement shows the end at once. */
  #jump = false;
  /** @type {Look | null} */
  #look = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;
  #pacing;
  #splitWords;
  #colourOf;
  #resized;

  /**
   * @param {typeof import('./pace.js')} pacing
   * @param {typeof import('./words.js').splitWords} splitWords
   * @param {typeof import('../shared/speakers.js').speakerColour} colourOf
   * @param {(height: number) => void} resized with the pixels of text that are seen from now on
   */
  constructor(pacing, splitWords, colourOf, resized) {
    this.#pacing = pacing;
    this.#pace = pacing.AT_REST;
    this.#splitWords = splitWords;
    this.#colourOf = colourOf;
    this.#resized = resized;
    this.element.append(this.#flow);
  }

  /**
   * Show exactly these lines, except for old ones that have left the window. They do not return.
   * @param {readonly ShownLine[]} lines
   */
  write(lines) {
    const rows = new Map(this.#needed(lines).map((line) => [line.id, this.#written(line)]));
    for (const [id, row] of this.#rows) if (!rows.has(id)) this.#forget(row);
    this.#rows = rows;
    placeChildren(this.#flow, [...rows.values()]);
  }

  /** What is written next is old news: its end is shown at once. */
  jump() {
    this.#jump = true;
  }

  clear() {
    clearTimeout(this.#next);
    for (const row of this.#rows.values()) this.#forget(row);
    this.#rows.clear();
    this.#distances.clear();
    this.#pace = this.#pacing.AT_REST;
    this.#flow.replaceChildren();
    this.element.style.height = '';
  }

  /** @param {Look} look */
  setLook(look) {
    this.#look = look;
    this.#arrange();
  }

  /** @param {readonly ShownLine[]} lines */
  #needed(lines) {
    const rowsSeen = this.#look
      ? Math.ceil(this.#look.capacity / this.#look.rowHeight.original)
      : 1;
    const [first = -Infinity] = this.#rows.keys();
    // By its place, for the line itself may be gone: mended lines are sometimes fewer.
    const oldest = Math.max(first, this.#pace.ids.at(-rowsSeen) ?? first);
    return lines.filter(({ id }) => id >= oldest);
  }

  /** @param {ShownLine} line */
  #written({ id, speaker, label, texts }) {
    const row = this.#rows.get(id) ?? element('div', 'row');
    Object.assign(row.dataset, { line: id, voice: speaker ?? '' });
    const paragraphs = texts.map((text, index) => {
      const found = /** @type {HTMLElement | null} */ (row.querySelector(`.${text.kind}`));
      const paragraph = found ?? this.#newText(text.kind);
      nameSpeaker(paragraph, index === 0 ? label : '', this.#colourOf(speaker));
      this.#writeText(paragraph, text);
      return paragraph;
    });
    for (const old of row.children) {
      if (!paragraphs.includes(/** @type {HTMLElement} */ (old))) this.#forgetText(old);
    }
    placeChildren(row, paragraphs);
    row.classList.toggle('paired', texts.length > 1);
    return row;
  }

  /** @param {ShownText['kind']} kind */
  #newText(kind) {
    const text = element('p', `text ${kind}`);
    text.dir = 'auto';
    this.#observer.observe(text);
    return text;
  }

  /**
   * Word by word, so that only words that changed are touched.
   * @param {HTMLElement} paragraph
   * @param {ShownText} text
   */
  #writeText(paragraph, { committed, draft, language, of }) {
    if (paragraph.lang !== (language ?? '')) paragraph.lang = language ?? '';
    if (paragraph.dataset.of !== (of ?? '')) paragraph.dataset.of = of ?? '';
    const words = this.#splitWords(committed, draft);
    for (const [index, { text, draft: isDraft }] of words.entries()) {
      const word = paragraph.children[index] ?? paragraph.appendChild(element('span', 'word'));
      if (word.textContent !== text) word.textContent = text;
      word.classList.toggle('draft', isDraft);
    }
    while (paragraph.children.length > words.length) paragraph.lastElementChild?.remove();
  }

  /** @param {HTMLElement} row */
  #forget(row) {
    for (const text of row.children) this.#forgetText(text);
  }

  /** @param {Element} text */
  #forgetText(text) {
    this.#observer.unobserve(text);
    this.#heights.delete(text);
  }

  /** @param {ResizeObserverEntry[]} entries */
  #measured(entries) {
    for (const { target, contentRect } of entries) this.#heights.set(target, contentRect.height);
    this.#arrange(this.#jump);
    this.#jump = false;
  }

  /**
   * Let out what is due, or everything, and glide to where that puts the text.
   * @param {boolean} [everything]
   */
  #arrange(everything = false) {
    clearTimeout(this.#next);
    if (!this.#look || this.#rows.size === 0) return;
    const now = performance.now();
    const { capacity } = this.#look;
    const blocks = this.#blocks(this.#look);
    const anchor = this.#pace.ids.at(-1);
    const before = this.#distances.get(anchor);
    const room = everything ? Infinity : capacity;
    this.#pace = this.#pacing.advance(this.#pace, blocks, room, now);
    this.#scrollTo(blocks, capacity);
    const after = this.#distances.get(anchor);
    if (before !== undefined && after !== undefined) this.#glide(after - before);
    const due = this.#pacing.dueAt(this.#pace, now);
    if (due !== null) this.#next = setTimeout(() => this.#arrange(), due - now);
  }

  /**
   * @param {readonly Block[]} blocks
   * @param {number} capacity
   */
  #scrollTo(blocks, capacity) {
    const waiting = this.#pacing.heightWaiting(this.#pace, blocks);
    let height = -waiting;
    this.#distances.clear();
    for (const { id, rows } of blocks.toReversed()) {
      height += rows.reduce((total, row) => total + row, 0);
      this.#distances.set(id, height);
    }
    this.#flow.style.transform = waiting > 0 ? `translateY(${waiting}px)` : '';
    const seen = Math.min(capacity, height);
    this.element.style.height = `${seen}px`;
    this.#resized(seen);
  }

  /** @param {number} moved pixels upwards; added to what still moves */
  #glide(moved) {
    if (moved === 0 || this.#calm.matches) return;
    this.#flow.animate(
      { transform: [`translateY(${moved}px)`, 'none'] },
      { duration: SCROLL_MS, easing: 'ease-out', composite: 'add' },
    );
  }

  /**
   * @param {Look} look
   * @returns {Block[]}
   */
  #blocks({ rowHeight }) {
    return [...this.#rows].map(([id, row]) => ({
      id,
      rows: [...row.children].flatMap((text) => {
        const height = text.matches('.original') ? rowHeight.original : rowHeight.translation;
        return Array(Math.round((this.#heights.get(text) ?? 0) / height)).fill(height);
      }),
    }));
  }
}

/**
 * Begin a text with who speaks; no word of it is touched.
 * @param {HTMLElement} paragraph
 * @param {string} label
 * @param {number} colour
 */
function nameSpeaker(paragraph, label, colour) {
  if (paragraph.dataset.speaker !== label) paragraph.dataset.speaker = label;
  if (paragraph.dataset.colour !== String(colour)) paragraph.dataset.colour = String(colour);
}

/**
 * Make these the children, and touch nothing when they are.
 * @param {Element} parent
 * @param {Element[]} children
 */
function placeChildren(parent, children) {
  const inPlace = parent.children;
  const same =
    children.length === inPlace.length &&
    children.every((child, index) => child === inPlace[index]);
  if (!same) parent.replaceChildren(...children);
}

/**
 * @param {string} tag
 * @param {string} className
 * @returns {HTMLElement}
 */
function element(tag, className) {
  const created = document.createElement(tag);
  created.className = className;
  return created;
}
