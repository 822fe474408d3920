/** A worker that died is there again within this time, if captions run. */
const BACK_WITHIN_MS = 3_000;

/**
 * The overlay's line to the extension. Nothing is said on it: it ends with the worker. What an
 * extension has left in a page outlives it when it is reloaded, updated or removed, and can then
 * call nothing of the extension any more.
 */
export class Lifeline {
  /** @type {chrome.runtime.Port | null} */
  #port = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #connect;
  #isAlive;
  #lost;
  /** Whether captions run, and somebody must speak to the overlay. */
  needed = false;

  /**
   * @param {() => chrome.runtime.Port} connect to the worker, which starts it
   * @param {() => boolean} isAlive whether the extension that this script is of is still there
   * @param {() => void} lost nobody speaks to the overlay any more
   */
  constructor(connect, isAlive, lost) {
    this.#connect = connect;
    this.#isAlive = isAlive;
    this.#lost = lost;
  }

  /** The worker has spoken. */
  hold() {
    clearTimeout(this.#timer);
    this.#port ??= this.#open();
  }

  /** The page is left: with a line to an extension, it is not kept for the way back. */
  release() {
    clearTimeout(this.#timer);
    this.#port?.disconnect();
    this.#port = null;
  }

  #open() {
    const port = this.#connect();
    port.onDisconnect.addListener(() => this.#ended(port));
    return port;
  }

  /** @param {chrome.runtime.Port} port */
  #ended(port) {
    if (port !== this.#port) return;
    this.#port = null;
    if (this.#isAlive()) this.#timer = setTimeout(() => this.#wake(), BACK_WITHIN_MS);
    else this.#lost();
  }

  /** The worker has died, and nothing has started it again. */
  #wake() {
    if (!this.#isAlive()) return this.#lost();
    if (!this.needed) return;
    this.#port = this.#open();
    this.#timer = setTimeout(() => {
      this.release();
      this.#lost();
    }, BACK_WITHIN_MS);
  }
}
