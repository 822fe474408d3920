/**
 * A film's picture, shown later: its pictures wait in memory and are drawn onto a canvas that lies
 * over the film. It is loaded only when that is wanted.
 *
 * Drawing is allowed whatever site a film is of; only reading is not. Protected films (DRM) come out
 * black, so they are left alone (`MediaWatch`).
 */

/** How often it is looked where the film is in its page, ms; resizes are noticed at once. */
const ALIGN_EVERY_MS = 500;

/** What is drawn now is seen with the next frame of the screen, ms. */
const UNTIL_SEEN_MS = 16;

/** Browser's own controls lie under the canvas. Where they are seen it leaves their strip free. */
const CONTROLS_HEIGHT = 96;
const CONTROLS_LINGER_MS = 3_000;

/** Of the pictures that tell how many a second a film has. */
const RATE_FRAMES = 12;

const USUAL_RATE = 30;

/** Shows pictures without drawing them. */
const RENDERER = 'bitmaprenderer';

export class DelayedPicture {
  #rules;
  #queue;
  /** @type {HTMLVideoElement | null} */
  #film = null;
  #delay = 0;
  /** @type {AbortController | null} */
  #listening = null;
  /** @type {Cover | null} */
  #cover = null;
  #resized = new ResizeObserver(() => this.#align());
  #alignedAt = 0;
  #rate = USUAL_RATE;
  /** @type {{ frames: number, at: number } | null} where the rate was counted from */
  #counted = null;
  /** The next picture is shown at once: the first one, and the first after a seek. */
  #atOnce = true;
  #size = { width: 1, height: 1 };

  /** @param {typeof import('./frame_queue.js')} rules */
  constructor(rules) {
    this.#rules = rules;
    this.#queue = /** @type {import('./frame_queue.js').FrameQueue<ImageBitmap>} */ (
      new rules.FrameQueue()
    );
  }

  /**
   * @param {HTMLMediaElement | null} medium the page's main one
   * @param {number | null} delay ms; null: its picture is seen as it comes
   */
  show(medium, delay) {
    const film = medium && 'videoWidth' in medium && delay !== null ? medium : null;
    this.#delay = delay ?? 0;
    if (film === this.#film) return;
    this.#leave();
    if (film) this.#follow(/** @type {HTMLVideoElement} */ (film));
  }

  /** @param {HTMLVideoElement} film */
  #follow(film) {
    this.#film = film;
    this.#atOnce = true;
    this.#counted = null;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const now = () => performance.now();
    film.addEventListener('play', () => this.#queue.run(true, now()), { signal });
    film.addEventListener('pause', () => this.#queue.run(film.ended, now()), { signal });
    film.addEventListener('seeked', () => this.#keep(film, now()), { signal });
    for (const event of ['seeking', 'emptied']) {
      film.addEventListener(event, () => this.#goElsewhere(), { signal });
    }
    this.#cover = new Cover(film, signal);
    this.#resized.observe(film);
    film.ownerDocument.addEventListener('fullscreenchange', () => this.#align(), { signal });
    this.#queue.run(!film.paused || film.ended, now());
    this.#align();
    this.#keep(film, now());
    film.requestVideoFrameCallback((at, frame) => this.#come(film, at, frame));
    requestAnimationFrame((at) => this.#draw(film, at));
  }

  #leave() {
    this.#listening?.abort();
    this.#listening = null;
    this.#resized.disconnect();
    this.#queue.clear();
    this.#queue.run(false, performance.now());
    this.#cover?.remove();
    this.#cover = null;
    this.#film = null;
  }

  #goElsewhere() {
    this.#queue.clear();
    this.#atOnce = true;
  }

  /**
   * The film shows another picture.
   * @param {HTMLVideoElement} film
   * @param {number} now
   * @param {VideoFrameCallbackMetadata} frame
   */
  #come(film, now, { expectedDisplayTime, presentedFrames }) {
    if (film !== this.#film) return;
    film.requestVideoFrameCallback((at, frame) => this.#come(film, at, frame));
    this.#countRate(presentedFrames, now);
    const isWanted = presentedFrames % this.#rules.thinning(this.#rate) === 0;
    if (isWanted || this.#atOnce) this.#keep(film, expectedDisplayTime);
  }

  /**
   * @param {HTMLVideoElement} film
   * @param {number} at when its picture of now is shown
   */
  #keep(film, at) {
    // While it seeks, it shows the place before.
    if (film.seeking || film.videoWidth === 0 || this.#queue.full) return;
    const { width, height } = this.#size;
    const atOnce = this.#atOnce;
    this.#atOnce = false;
    const take = atOnce ? this.#cover?.draw : this.#queue.add(at);
    // A copy: the decoder has but a few pictures to give away.
    createImageBitmap(film, { resizeWidth: width, resizeHeight: height }).then(
      (picture) => take?.(picture),
      // There is none yet, or none any more.
      () => take?.(null),
    );
  }

  /**
   * @param {HTMLVideoElement} film
   * @param {number} now
   */
  #draw(film, now) {
    if (film !== this.#film) return;
    requestAnimationFrame((at) => this.#draw(film, at));
    const picture = this.#queue.take(now + UNTIL_SEEN_MS, this.#delay);
    if (picture) this.#cover?.draw(picture);
    if (now - this.#alignedAt > ALIGN_EVERY_MS) this.#align();
  }

  /**
   * @param {number} frames that the film has shown
   * @param {number} now
   */
  #countRate(frames, now) {
    this.#counted ??= { frames, at: now };
    const count = frames - this.#counted.frames;
    if (count < RATE_FRAMES) return;
    this.#rate = (1000 * count) / (now - this.#counted.at);
    this.#counted = { frames, at: now };
  }

  #align() {
    this.#alignedAt = performance.now();
    const film = this.#film;
    if (!film || !this.#cover) return;
    const { width, height } = this.#cover.align();
    const shown = { width: width * devicePixelRatio, height: height * devicePixelRatio };
    const own = { width: film.videoWidth || 1, height: film.videoHeight || 1 };
    const { keptSize, thinning } = this.#rules;
    const rate = this.#rate / thinning(this.#rate);
    this.#size = keptSize(own, shown, rate, this.#delay / 1000);
  }
}

/** The canvas over a film. */
class Cover {
  #film;
  #host;
  #canvas;
  #context;
  #pointedAt = -Infinity;

  /**
   * @param {HTMLVideoElement} film
   * @param {AbortSignal} signal
   */
  constructor(film, signal) {
    this.#film = film;
    const { ownerDocument: page } = film;
    this.#host = page.createElement('div');
    this.#canvas = page.createElement('canvas');
    this.#context = this.#canvas.getContext(RENDERER);
    this.#host.attachShadow({ mode: 'closed' }).append(this.#canvas);
    this.#host.ariaHidden = 'true';
    setStyle(this.#host, { all: 'initial', position: 'absolute', left: '0', top: '0' });
    setStyle(this.#host, { 'pointer-events': 'none' });
    setStyle(this.#canvas, { display: 'block', width: '100%', height: '100%' });
    const point = () => (this.#pointedAt = performance.now());
    film.addEventListener('pointermove', point, { signal, passive: true });
    film.addEventListener('focus', point, { signal, passive: true });
    film.after(this.#host);
  }

  /** @param {ImageBitmap | null} picture it is closed */
  draw = (picture) => {
    if (!picture || !this.#context) return;
    const { width, height } = picture;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#context.transferFromImageBitmap(picture);
  };

  remove() {
    this.#host.remove();
  }

  /** @returns {{ width: number, height: number }} of the film in its page, CSS pixels */
  align() {
    const film = this.#film;
    // A page can move its player, or replace what is in it.
    if (film.isConnected && film.nextElementSibling !== this.#host) film.after(this.#host);
    const { position, zIndex, objectFit, objectPosition, borderRadius } = getComputedStyle(film);
    const isAlone = film.ownerDocument.fullscreenElement === film;
    const fixed = isAlone || position === 'fixed' ? 'fixed' : 'absolute';
    setStyle(this.#host, { position: fixed, 'z-index': zIndex, 'border-radius': borderRadius });
    setStyle(this.#canvas, { 'object-fit': objectFit, 'object-position': objectPosition });
    this.#raise(isAlone);
    const size = this.#lieOver(film.getBoundingClientRect());
    const strip = this.#showsControls() ? Math.min(CONTROLS_HEIGHT, size.height / 3) : 0;
    setStyle(this.#host, { 'clip-path': `inset(0 0 ${strip}px 0)` });
    return size;
  }

  /** @param {boolean} isAlone the film itself fills the screen: nothing beside it is seen */
  #raise(isAlone) {
    const host = this.#host;
    if (isAlone === host.matches(':popover-open')) return;
    host.popover = isAlone ? 'manual' : null;
    if (isAlone && host.isConnected) host.showPopover();
  }

  /** @param {DOMRect} film */
  #lieOver({ left, top, width, height }) {
    const host = this.#host;
    const now = host.getBoundingClientRect();
    // What the film is in may be scaled.
    const scale = host.offsetWidth > 0 && now.width > 0 ? now.width / host.offsetWidth : 1;
    const x = (Number.parseFloat(host.style.left) || 0) + (left - now.left) / scale;
    const y = (Number.parseFloat(host.style.top) || 0) + (top - now.top) / scale;
    const place = { left: `${x}px`, top: `${y}px` };
    setStyle(host, { ...place, width: `${width / scale}px`, height: `${height / scale}px` });
    return { width, height };
  }

  #showsControls() {
    const { controls, paused } = this.#film;
    return controls && (paused || performance.now() - this.#pointedAt < CONTROLS_LINGER_MS);
  }
}

/**
 * @param {HTMLElement} element
 * @param {Record<string, string>} style stronger than the page's
 */
function setStyle(element, style) {
  for (const [name, value] of Object.entries(style)) {
    element.style.setProperty(name, value, 'important');
  }
}
