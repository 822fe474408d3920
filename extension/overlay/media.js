/**
 * As much of a media element as matters here.
 * @typedef {Pick<HTMLMediaElement, 'paused' | 'ended' | 'muted' | 'volume' | 'currentTime'>} Medium
 */

/** What may change the answer. These events do not bubble, but they are captured. */
const EVENTS = ['play', 'pause', 'ended', 'emptied', 'volumechange'];

/**
 * Whether somebody has paused what could be heard. What has ended was not paused, and what is muted
 * says nothing about silence. Pure.
 * @param {readonly Medium[]} media of a page
 * @returns {boolean}
 */
export function arePaused(media) {
  const audible = media.filter(({ muted, volume }) => !muted && volume > 0);
  const halted = audible.filter(({ paused, ended, currentTime }) => {
    return paused && !ended && currentTime > 0;
  });
  return halted.length > 0 && audible.every(({ paused }) => paused);
}

/** Knows whether the page's media are paused; those in frames it does not see. */
export class MediaWatch {
  #changed;
  #paused = false;
  /** @type {AbortController | null} */
  #watching = null;
  /** @type {Set<Document | ShadowRoot>} where events are heard: they do not leave a shadow root */
  #heard = new Set();

  /** @param {(paused: boolean) => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Tell how it is now, and each change until `stop`. */
  start() {
    this.#watching ??= new AbortController();
    this.#look();
    this.#changed(this.#paused);
  }

  stop() {
    this.#watching?.abort();
    this.#watching = null;
    this.#heard.clear();
  }

  #look() {
    const roots = [document, ...shadowRoots(document)];
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
  }

  #tell() {
    const before = this.#paused;
    this.#look();
    if (this.#paused !== before) this.#changed(this.#paused);
  }
}

/**
 * @param {Document | ShadowRoot} root
 * @returns {ShadowRoot[]} open ones with media in them; looked for where there are none outside
 */
function shadowRoots(root) {
  if (root.querySelector('video, audio')) return [];
  return [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => {
    if (!shadowRoot) return [];
    return shadowRoot.querySelector('video, audio') ? [shadowRoot] : shadowRoots(shadowRoot);
  });
}
