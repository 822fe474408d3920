import { within } from '../shared/deadline.js';

/** @typedef {import('../shared/messages.js').OffscreenCommand} OffscreenCommand */
/** @typedef {import('../shared/messages.js').OffscreenReport} OffscreenReport */

/**
 * @typedef {object} CapturesListener
 * @property {(report: OffscreenReport) => void} report
 * @property {() => void} connected the first report of this document is on its way
 * @property {() => void} lost the document is gone, and what it captured
 */

/** The document connects as soon as it is loaded. */
const OPEN_WITHIN_MS = 10_000;

/** The worker's end of the port that the offscreen document opens. */
export class Captures {
  /** @type {chrome.runtime.Port | null} */
  #port = null;
  /** Whether the document has said what runs. */
  #hasReported = false;
  /** @type {Promise<void> | null} */
  #creating = null;
  /** @type {(() => void)[]} */
  #waiting = [];
  #listener;

  /** @param {CapturesListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /**
   * Take the port of a document that has just connected.
   * @param {chrome.runtime.Port} port
   */
  accept(port) {
    this.#port = port;
    this.#hasReported = false;
    port.onMessage.addListener((/** @type {OffscreenReport} */ report) => {
      this.#hasReported = true;
      this.#listener.report(report);
      // The first report lists what runs; who waits for the document needs that, too.
      for (const resume of this.#waiting.splice(0)) resume();
    });
    port.onDisconnect.addListener(() => {
      if (this.#port !== port) return;
      this.#port = null;
      this.#listener.lost();
    });
    this.#listener.connected();
  }

  /**
   * Have a document.
   * @returns {Promise<boolean>} whether it exists and has said what runs
   */
  async open() {
    if (this.#port && this.#hasReported) return true;
    const connected = new Promise((resolve) => this.#waiting.push(() => resolve(true)));
    this.#creating ??= createDocument().finally(() => {
      this.#creating = null;
    });
    const opened = this.#creating.then(() => connected).then(() => true);
    return within(opened, OPEN_WITHIN_MS, false);
  }

  /** A document that has outlived the worker, if there is one, has said what runs. */
  async rejoin() {
    if (this.#port || (await documentExists())) await this.open();
  }

  /** @param {OffscreenCommand} command */
  send(command) {
    this.#port?.postMessage(command);
  }

  /** Close the document. */
  async close() {
    if (this.#port) await chrome.offscreen.closeDocument();
  }
}

/** Create the document, unless one has outlived the worker before. */
async function createDocument() {
  if (await documentExists()) return;
  await chrome.offscreen.createDocument({
    url: 'offscreen/offscreen.html',
    reasons: ['USER_MEDIA'],
    justification: 'Takes the sound that the user wants captioned: of tabs, and of the microphone.',
  });
}

async function documentExists() {
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] });
  return contexts.length > 0;
}
