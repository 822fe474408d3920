/** @typedef {import('./placement.js').Place} Place */
/** @typedef {import('./placement.js').Size} Size */

/** Longer than the slowest fade in the style. */
const FADE_MS = 400;

/** The grips appear when the pointer is this near, in pixels. */
const NEAR = 32;

/** When two overlays want to be in front, they must not keep each other busy. */
const RAISE_AGAIN_MS = 1_000;

/**
 * Captions over the page. They stand in a popover, because the top layer is above everything,
 * fullscreen included (https://developer.mozilla.org/docs/Glossary/Top_layer). No markup is parsed
 * and no style attribute is written, so they work under any content security policy. When there is
 * nothing to show, the overlay is not in the page at all.
 */
export class CaptionView {
  // A page that defines a custom element gets the closed shadow root of each such element from
  // `attachInternals()`. A `div` cannot be defined by a page, and refuses that call.
  // https://html.spec.whatwg.org/multipage/custom-elements.html#dom-attachinternals
  #host = document.createElement('div');
  #stage = element('div', 'stage');
  #captions = element('div', 'captions');
  #notice = element('div', 'notice');
  #noticeText = element('span', 'label');
  #spoken = element('div', 'spoken');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hideTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #raiseTimer;
  #raisedAt = -Infinity;
  /** @type {AbortController | null} ends the listeners of an open overlay */
  #listening = null;
  #covered = new IntersectionObserver((entries) => this.#seen(entries), {
    // No event says that a dialog in a shadow root has come to the front. With `trackVisibility`
    // the observer does: it reports whether anything covers its target.
    // https://web.dev/articles/intersectionobserver-v2
    .../** @type {{}} */ ({ trackVisibility: true, delay: 100 }),
    threshold: [0, 1],
  });
  /** @type {{ left: number, right: number, top: number, bottom: number }} */
  #area = { left: 0, right: 0, top: 0, bottom: 0 };
  #flow;
  #gauge = element('div', 'gauge');
  #gauged = new ResizeObserver(([entry]) => this.#measured(entry));
  #listener;

  /**
   * @param {string} style
   * @param {import('./flow.js').CaptionFlow} flow
   * @param {HTMLElement[]} grips
   * @param {{ opened: () => void, closed: () => void, gauged: (width: number) => void }} listener
   *   `gauged`: how wide the gauge of text is, in pixels
   */
  constructor(style, flow, grips, listener) {
    this.#flow = flow;
    this.#listener = listener;
    const root = this.#host.attachShadow({ mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    this.#notice.append(element('span', 'light'), this.#noticeText);
    this.#captions.append(flow.element, microphoneMark(), ...grips);
    const probe = element('div', 'probe');
    const stack = element('div', 'stack');
    stack.append(this.#notice, this.#captions);
    this.#spoken.ariaLive = 'polite';
    this.#stage.append(stack, this.#spoken, probe);
    root.append(this.#stage, this.#gauge);
    this.#gauged.observe(this.#gauge);
    this.#covered.observe(probe);
    this.#host.popover = 'manual';
  }

  /**
   * Show exactly these lines. Without lines the captions fade.
   * @param {readonly import('./bilingual.js').ShownLine[]} lines
   */
  showLines(lines) {
    if (lines.length === 0) {
      this.#captions.classList.remove('shown');
      this.#hideWhenIdle();
      return;
    }
    // Lines that are fading out must not come back with the new words.
    if (!this.#captions.classList.contains('shown')) this.#flow.clear();
    this.#captions.classList.add('shown');
    this.#open();
    this.#flow.write(lines);
  }

  /** @param {{ text: string, busy: boolean, forMs: number | null }} notice */
  showNotice({ text, busy, forMs }) {
    clearTimeout(this.#noticeTimer);
    this.#noticeText.textContent = text;
    this.#notice.classList.toggle('busy', busy);
    this.#notice.classList.add('shown');
    this.#open();
    if (forMs !== null) this.#noticeTimer = setTimeout(() => this.endNotice(), forMs);
  }

  endNotice() {
    clearTimeout(this.#noticeTimer);
    this.#notice.classList.remove('shown');
    this.#hideWhenIdle();
  }

  /** @param {string} text for a screen reader */
  announce(text) {
    this.#spoken.textContent = text;
  }

  /** @param {boolean} announced a screen reader is given the lines, and need not find them as well */
  setAnnounced(announced) {
    this.#flow.element.ariaHidden = String(announced);
  }

  /** @param {boolean} on whether the microphone is captioned as well */
  setMicrophone(on) {
    this.#captions.classList.toggle('listens', on);
  }

  /** Everything fades. */
  dismiss() {
    this.endNotice();
    this.showLines([]);
  }

  /** @param {Record<string, string>} properties custom properties of the style */
  setProperties(properties) {
    for (const [name, value] of Object.entries(properties)) {
      this.#stage.style.setProperty(name, value);
    }
  }

  /**
   * @param {Place} place
   * @param {number} height of full captions
   * @param {Size} viewport
   */
  place({ left, bottom, width }, height, viewport) {
    this.#area = { left, right: left + width, top: bottom - height, bottom };
    this.setProperties({
      '--left': `${left}px`,
      '--bottom': `${viewport.height - bottom}px`,
      '--width': `${width}px`,
      '--height': `${height}px`,
    });
  }

  /** @param {boolean} held the user drags them: they follow without a transition */
  setHeld(held) {
    this.#captions.classList.toggle('held', held);
  }

  /** Come to the front again. What entered the top layer last lies above the rest of it. */
  raise() {
    if (!this.#host.matches(':popover-open')) return;
    this.#raisedAt = performance.now();
    this.#host.hidePopover();
    this.#host.showPopover();
  }

  #open() {
    clearTimeout(this.#hideTimer);
    // A page can replace its whole document, and the overlay with it.
    if (!this.#host.isConnected) document.documentElement.append(this.#host);
    if (!this.#host.matches(':popover-open')) this.#host.showPopover();
    if (this.#listening) return;
    this.#listening = new AbortController();
    const options = { signal: this.#listening.signal, capture: true };
    addEventListener('pointermove', (event) => this.#near(event), { ...options, passive: true });
    document.addEventListener('fullscreenchange', () => this.raise(), options);
    // A dialog or popover of the page has opened. The event does not bubble, but it is captured.
    // https://developer.mozilla.org/docs/Web/API/HTMLElement/toggle_event
    document.addEventListener('toggle', ({ target }) => this.#raiseAbove(target), options);
    this.#listener.opened();
  }

  /** Once it has faded, the overlay leaves the page. So it costs nothing while nobody speaks. */
  #hideWhenIdle() {
    clearTimeout(this.#hideTimer);
    const shown = [this.#captions, this.#notice].some((part) => part.classList.contains('shown'));
    if (shown) return;
    this.#hideTimer = setTimeout(() => {
      clearTimeout(this.#raiseTimer);
      this.#listening?.abort();
      this.#listening = null;
      this.#flow.clear();
      this.announce('');
      this.#host.remove();
      this.#listener.closed();
    }, FADE_MS);
  }

  /** @param {ResizeObserverEntry | undefined} entry of the gauge; its width is 0 while hidden */
  #measured(entry) {
    const width = entry?.contentRect.width ?? 0;
    if (width > 0) this.#listener.gauged(width);
  }

  /** @param {PointerEvent} event */
  #near({ clientX, clientY }) {
    const { left, right, top, bottom } = this.#area;
    const near =
      clientX > left - NEAR &&
      clientX < right + NEAR &&
      clientY > top - NEAR &&
      clientY < bottom + NEAR;
    this.#captions.classList.toggle('near', near);
  }

  /** @param {EventTarget | null} target of a `toggle` event; `raise` fires one as well */
  #raiseAbove(target) {
    if (target === this.#host || !(target instanceof Element)) return;
    // `target.matches` of a form is its field of that name, if it has one. So the method is taken
    // from the prototype. https://developer.mozilla.org/docs/Web/API/HTMLFormElement
    if (Element.prototype.matches.call(target, ':modal, :popover-open')) this.raise();
  }

  /** @param {IntersectionObserverEntry[]} entries of the probe, which is where the captions are */
  #seen(entries) {
    const last = /** @type {IntersectionObserverEntry & { isVisible: boolean }} */ (entries.at(-1));
    clearTimeout(this.#raiseTimer);
    if (last.isVisible || !last.isIntersecting) return;
    const wait = Math.max(0, this.#raisedAt + RAISE_AGAIN_MS - performance.now());
    this.#raiseTimer = setTimeout(() => this.raise(), wait);
  }
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
