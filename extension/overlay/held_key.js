/**
 * The key that is held to reach the captions: Control, on a Mac Option. While it is held they feel
 * the pointer, so that their text can be selected; at all other times a click goes through them.
 */

/** A key that is held for a shortcut is let go by then, or another one has come. */
const HELD_AFTER_MS = 250;

export class HeldKey {
  #changed;
  #frameHasFocus;
  #held = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {AbortController | null} */
  #listening = null;

  /**
   * @param {(held: boolean) => void} changed
   * @param {() => boolean} frameHasFocus whether the focus went into the captions
   */
  constructor(changed, frameHasFocus) {
    this.#changed = changed;
    this.#frameHasFocus = frameHasFocus;
  }

  /** @param {boolean} wanted whether there are captions to be reached */
  watch(wanted) {
    if (wanted === (this.#listening !== null)) return;
    if (!wanted) {
      this.#listening?.abort();
      this.#listening = null;
      return this.release();
    }
    this.#listening = new AbortController();
    const options = { signal: this.#listening.signal, capture: true };
    addEventListener('keydown', (event) => this.#press(event), options);
    addEventListener('keyup', (event) => isTheKey(event) && this.release(), options);
    addEventListener('blur', () => this.#leave(), options);
  }

  /** It is no longer held. */
  release() {
    clearTimeout(this.#timer);
    if (!this.#held) return;
    this.#held = false;
    this.#changed(false);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    // A page can make up events, but nobody's hand.
    if (!event.isTrusted || event.repeat) return;
    clearTimeout(this.#timer);
    if (!isTheKey(event) || this.#held) return;
    this.#timer = setTimeout(() => {
      this.#held = true;
      this.#changed(true);
    }, HELD_AFTER_MS);
  }

  /** The window loses the focus: to the captions themselves, which then feel the key. */
  #leave() {
    if (!this.#frameHasFocus()) this.release();
  }
}

/** @param {KeyboardEvent} event */
export function isTheKey({ key }) {
  return key === (/^Mac/.test(navigator.platform) ? 'Alt' : 'Control');
}
