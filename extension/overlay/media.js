/**
 * As much of a media element as matters here.
 * @typedef {Pick<HTMLMediaElement, 'paused' | 'ended' | 'muted' | 'volume' | 'currentTime'>} Medium
 */

/** Events that can change the answer. They do not bubble, but they are captured. */
const EVENTS = ['play', 'playing', 'pause', 'ended', 'emptied', 'volumechange'];

/**
 * Whether somebody has paused what could be heard. Media that have ended were not paused, and muted
 * ones say nothing about silence. Pure.
 * @param {readonly Medium[]} media of a page
 * @returns {boolean | null} null: none of them has been played, so what is heard is something else
 */
export function arePaused(media) {
  if (media.every(({ currentTime }) => currentTime === 0)) return null;
  const audible = media.filter(({ muted, volume }) => !muted && volume > 0);
  const halted = audible.filter(({ paused, ended, currentTime }) => {
    return paused && !ended && currentTime > 0;
  });
  return halted.length > 0 && audible.every(({ paused }) => paused);
}

/**
 * Knows whether the page's media are paused. It does not see media in frames of other sites, nor
 * those that a page plays outside its document.
 */
export class MediaWatch {
  #changed;
  /** @type {boolean | null} */
  #paused = null;
  /** @type {AbortController | null} */
  #watching = null;
  /** @type {WeakSet<Document | ShadowRoot>} where events are heard: they do not leave these */
  #heard = new WeakSet();

  /** @param {(paused: boolean | null) => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Report how it is now, and each change until `stop`. */
  start() {
    this.#watching ??= new AbortController();
    this.#look();
    this.#changed(this.#paused);
  }

  stop() {
    this.#watching?.abort();
    this.#watching = null;
    this.#heard = new WeakSet();
  }

  #look() {
    const roots = documentsIn(document).flatMap((found) => [found, ...shadowRoots(found)]);
    for (const root of roots) this.#hear(root);
    const media = roots.flatMap((root) => [...root.querySelectorAll('video, audio')]);
    this.#paused = arePaused(/** @type {HTMLMediaElement[]} */ (media));
  }

  /** @param {Document | ShadowRoot} root */
  #hear(root) {
    if (this.#heard.has(root) || !this.#watching) return;
    this.#heard.add(root);
    const options = { signal: this.#watching.signal, passive: true, capture: true };
    for (const type of EVENTS) root.addEventListener(type, () => this.#tell(), options);
    const onLoad = (/** @type {Event} */ { target }) => {
      if (target instanceof HTMLIFrameElement) this.#tell();
    };
    root.addEventListener('load', onLoad, options);
  }

  #tell() {
    const before = this.#paused;
    this.#look();
    if (this.#paused !== before) this.#changed(this.#paused);
  }
}

/**
 * @param {Document} top
 * @returns {Document[]} it and those of its frames that are of the same site
 */
function documentsIn(top) {
  const frames = [...top.querySelectorAll('iframe')];
  const inner = frames.flatMap(({ contentDocument }) => contentDocument ?? []);
  return [top, ...inner.flatMap(documentsIn)];
}

/**
 * @param {Document | ShadowRoot} root
 * @returns {ShadowRoot[]} open ones with media in them; looked for where there are none outside
 */
function shadowRoots(root) {
  if (root.querySelector('video, audio')) return [];
  return [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => {
    // `shadowRoot` of a form is its field of that name, if it has one.
    if (!(shadowRoot instanceof ShadowRoot)) return [];
    return shadowRoot.querySelector('video, audio') ? [shadowRoot] : shadowRoots(shadowRoot);
  });
}
