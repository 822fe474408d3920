/** @typedef {import('./placement.js').Place} Place */
/** @typedef {import('./placement.js').Size} Size */

/** Longer than the slowest fade in the style. */
const FADE_MS = 400;

/** The grips appear when the pointer is this near, in pixels. */
const NEAR = 32;

/** When two overlays want to be in front, they must not keep each other busy. */
const RAISE_AGAIN_MS = 1_000;

/**
 * The captions' place over the page. It is a popover, because the top layer is above everything,
 * fullscreen included (https://developer.mozilla.org/docs/Glossary/Top_layer). It holds what draws
 * the captions, and the grips around it. It knows where captions are, and not what they say.
 *
 * A closed shadow root does not keep a page out: `find()` searches it, and a font of the page tells
 * which letters are drawn in it. So what it holds is a frame wherever the page runs scripts.
 */
export class CaptionPopover {
  // A page that defines a custom element gets the closed shadow root of each such element from
  // `attachInternals()`. A `div` cannot be defined by a page, and refuses that call.
  // https://html.spec.whatwg.org/multipage/custom-elements.html#dom-attachinternals
  #host = document.createElement('div');
  #place = element('div', 'place');
  #grips = element('div', 'grips');
  #probe = element('div', 'probe');
  #gauge = element('div', 'gauge');
  /** @type {HTMLElement | null} what draws the captions */
  #content = null;
  /** Whether captions run; otherwise the popover leaves the page once they have faded. */
  #needed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hideTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #raiseTimer;
  #raisedAt = -Infinity;
  /** Whether it is to be seen. */
  #wanted = false;
  #pointed = false;
  #insistence;
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
  #gauged = new ResizeObserver(([entry]) => this.#measured(entry));
  #listener;

  /**
   * @param {string[]} styles
   * @param {HTMLElement[]} grips
   * @param {{ opened: () => void, closed: () => void, hampered: () => void,
   *   gauged: (width: number) => void, pointed: (pointed: boolean) => void }} listener `hampered`: the
   *   page hides it again and again; `gauged`: how wide the gauge of text is, in pixels; `pointed`:
   *   whether the pointer is on the captions
   * @param {typeof import('./insistence.js').Insistence} Insistence
   */
  constructor(styles, grips, listener, Insistence) {
    this.#listener = listener;
    const root = this.#host.attachShadow({ mode: 'closed' });
    root.adoptedStyleSheets = styles.map((style) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      return sheet;
    });
    this.#grips.append(...grips);
    this.#place.append(this.#grips, this.#probe);
    root.append(this.#place, this.#gauge);
    this.#gauged.observe(this.#gauge);
    this.#covered.observe(this.#probe);
    this.#host.popover = 'manual';
    this.#insistence = new Insistence(
      this.#host,
      () => this.#wanted && this.#host.isConnected,
      () => this.#open(),
      () => listener.hampered(),
    );
  }

  /** @param {HTMLElement} content that draws the captions from now on, instead of what did */
  hold(content) {
    this.remove();
    this.#content?.remove();
    this.#content = content;
    this.#place.prepend(content);
    document.documentElement.append(this.#host);
  }

  /** @returns {boolean} whether what was given to hold is in the page */
  get isInPage() {
    return this.#host.isConnected;
  }

  /**
   * @param {boolean} needed whether captions run. While they do, a popover with nothing to show is
   *   hidden; it costs nothing, and what draws the captions goes on
   */
  setNeeded(needed) {
    this.#needed = needed;
    if (!needed && !this.#host.matches(':popover-open')) this.remove();
  }

  /**
   * @param {{ captions: boolean, notice: boolean, height: number }} seen what there is to be seen;
   *   `height`: pixels of text
   */
  show({ captions, notice, height }) {
    this.#grips.classList.toggle('shown', captions);
    if (captions) this.#place.style.setProperty('--text-height', `${height}px`);
    if (captions || notice) this.#open();
    else this.#hideWhenFaded();
  }

  /** Leave the page at once. */
  remove() {
    this.#hide();
    this.#host.remove();
  }

  /** @param {Record<string, string>} properties custom properties of the style */
  setProperties(properties) {
    for (const [name, value] of Object.entries(properties)) {
      this.#place.style.setProperty(name, value);
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
    this.#grips.classList.toggle('held', held);
  }

  /** @param {boolean} reached whether captions feel the pointer, so that their text can be selected */
  setReached(reached) {
    this.#content?.classList.toggle('reached', reached);
    if (reached || !this.hasFocus) return;
    // The page had the focus before, and its keys are the page's.
    this.#content?.blur();
    window.focus();
  }

  /** @returns {boolean} whether the focus is in what draws the captions */
  get hasFocus() {
    return document.activeElement === this.#host;
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
    if (this.#insistence.hasGivenUp) return;
    this.#wanted = true;
    // A page can replace its whole document, and the overlay with it.
    if (!this.#host.isConnected) document.documentElement.append(this.#host);
    this.#host.popover ||= 'manual';
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

  #hideWhenFaded() {
    clearTimeout(this.#hideTimer);
    this.#hideTimer = setTimeout(() => {
      if (this.#needed) this.#hide();
      else this.remove();
    }, FADE_MS);
  }

  #hide() {
    clearTimeout(this.#hideTimer);
    clearTimeout(this.#raiseTimer);
    this.#wanted = false;
    if (this.#host.matches(':popover-open')) this.#host.hidePopover();
    if (!this.#listening) return;
    this.#listening.abort();
    this.#listening = null;
    this.#listener.closed();
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
    this.#grips.classList.toggle('near', near);
    const pointed = clientX > left && clientX < right && clientY > top && clientY < bottom;
    if (pointed === this.#pointed) return;
    this.#pointed = pointed;
    this.#listener.pointed(pointed);
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
