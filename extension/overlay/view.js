/** Longer than the slowest fade in the style. */
const FADE_MS = 400;

/**
 * The captions as elements: what is said, and what the overlay says about itself. No markup is
 * parsed and no style attribute is written, so they work under any content security policy.
 */
export class CaptionView {
  element = element('div', 'stage');
  #captions = element('div', 'captions');
  #notice = element('div', 'notice');
  #noticeText = element('span', 'label');
  #spoken = element('div', 'spoken');
  #server = element('span', 'server');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clearTimer;
  /** Pixels of text that are seen. */
  #height = 0;
  /** What the page knows, as JSON. */
  #told = '';
  #flow;
  #toPage;

  /**
   * @param {import('./flow.js').CaptionFlow} flow
   * @param {(message: import('./steps.js').ToPage) => void} toPage
   * @param {(asked: import('../shared/messages.js').FrameMessage) => void} ask for what the user has
   *   clicked on
   */
  constructor(flow, toPage, ask) {
    this.#flow = flow;
    this.#toPage = toPage;
    this.#notice.append(element('span', 'light'), this.#noticeText);
    this.#captions.append(flow.element, microphoneMark(), this.#server);
    const stack = element('div', 'stack');
    stack.append(this.#notice, this.#captions);
    this.#spoken.ariaLive = 'polite';
    this.element.append(stack, this.#spoken);
    flow.element.addEventListener('dblclick', ({ target }) => {
      const asked = wordAt(/** @type {Element} */ (target));
      if (asked.word !== '') ask({ type: 'look-up', ...asked });
    });
    flow.element.addEventListener('click', (event) => {
      const { line = '', voice = '' } = lineNamedAt(event)?.dataset ?? {};
      if (voice !== '') ask({ type: 'who', line: Number(line), speaker: voice });
    });
  }

  /** @param {boolean} reached whether text can be selected */
  setReached(reached) {
    this.element.classList.toggle('reached', reached);
    if (!reached) getSelection()?.empty();
  }

  /**
   * Show exactly these lines. Without lines the captions fade.
   * @param {readonly import('./bilingual.js').ShownLine[]} lines
   */
  showLines(lines) {
    if (lines.length === 0) {
      this.#captions.classList.remove('shown');
      this.#clearWhenFaded();
    } else {
      // Lines that are fading out must not come back with the new words.
      if (!this.#captions.classList.contains('shown')) this.#flow.clear();
      this.#captions.classList.add('shown');
      clearTimeout(this.#clearTimer);
      this.#flow.write(lines);
    }
    this.#tellPage();
  }

  /** @param {{ text: string, busy: boolean, forMs: number | null }} notice */
  showNotice({ text, busy, forMs }) {
    clearTimeout(this.#noticeTimer);
    this.#noticeText.textContent = text;
    this.#notice.classList.toggle('busy', busy);
    this.#notice.classList.add('shown');
    this.#tellPage();
    if (forMs !== null) this.#noticeTimer = setTimeout(() => this.endNotice(), forMs);
  }

  endNotice() {
    clearTimeout(this.#noticeTimer);
    this.#notice.classList.remove('shown');
    this.#tellPage();
  }

  /** @param {string} text for a screen reader */
  announce(text) {
    this.#spoken.textContent = text;
  }

  /** @param {boolean} announced a screen reader is given the lines, and need not find them as well */
  setAnnounced(announced) {
    this.#flow.element.ariaHidden = String(announced);
  }

  /**
   * @param {{ microphone: boolean } | { server: string | null }} mark whether the microphone is
   *   captioned as well, or the server that captions (null: this machine does)
   */
  mark(mark) {
    if ('microphone' in mark) {
      this.#captions.classList.toggle('listens', mark.microphone);
    } else {
      this.#server.textContent = mark.server === null ? '' : `⇄ ${mark.server}`;
      this.#captions.classList.toggle('remote', mark.server !== null);
    }
  }

  /** Everything fades. */
  dismiss() {
    this.endNotice();
    this.showLines([]);
  }

  /** @param {Record<string, string>} properties custom properties of the style */
  setProperties(properties) {
    for (const [name, value] of Object.entries(properties)) {
      this.element.style.setProperty(name, value);
    }
  }

  /** @param {boolean} held the user drags them: they follow without a transition */
  setHeld(held) {
    this.#captions.classList.toggle('held', held);
  }

  /** @param {number} height pixels of text that are seen from now on */
  setHeight(height) {
    if (height === this.#height) return;
    this.#height = height;
    this.#tellPage();
  }

  /** The page must know how much room is taken, but not by which words. */
  #tellPage() {
    const [captions = false, notice = false] = [this.#captions, this.#notice].map((part) =>
      part.classList.contains('shown'),
    );
    const seen = { captions, notice, height: this.#height };
    const told = JSON.stringify(seen);
    if (told === this.#told) return;
    this.#told = told;
    this.#toPage({ type: 'seen', ...seen });
  }

  #clearWhenFaded() {
    clearTimeout(this.#clearTimer);
    this.#clearTimer = setTimeout(() => {
      this.#flow.clear();
      this.announce('');
    }, FADE_MS);
  }
}

/**
 * @param {Element} target of a double click
 * @returns {import('../shared/messages.js').LookedUp} without the marks around it
 */
function wordAt(target) {
  const selected = getSelection()?.toString().trim() ?? '';
  const own = target.closest('.word')?.textContent ?? '';
  const text = selected === '' ? own : selected;
  const { lang = '', dataset } = /** @type {HTMLElement | null} */ (target.closest('.text')) ?? {};
  const word = text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return { word, language: lang || null, into: dataset?.of || null };
}

/**
 * @param {MouseEvent} event
 * @returns {HTMLElement | null} the line on whose speaker it is, who stands before its first word
 */
function lineNamedAt({ target, clientX, clientY }) {
  const text = /** @type {HTMLElement} */ (target);
  const isNamed = text.matches('.text') && text.dataset.speaker;
  const [first] = isNamed ? (text.firstElementChild?.getClientRects() ?? []) : [];
  if (!first) return null;
  const isRight = getComputedStyle(text).direction === 'rtl';
  const isBefore = isRight ? clientX > first.right : clientX < first.left;
  const isThere = clientY < first.top || (clientY < first.bottom && isBefore);
  return isThere ? text.closest('.row') : null;
}

/** @returns {SVGElement} drawn, because a page can forbid images and fonts */
function microphoneMark() {
  const namespace = 'http://www.w3.org/2000/svg';
  const mark = document.createElementNS(namespace, 'svg');
  mark.setAttribute('class', 'microphone');
  mark.setAttribute('viewBox', '0 0 24 24');
  mark.setAttribute('aria-hidden', 'true');
  const lines = document.createElementNS(namespace, 'path');
  lines.setAttribute(
    'd',
    'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M6 11a6 6 0 0 0 12 0M12 17v4',
  );
  mark.append(lines);
  return mark;
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
