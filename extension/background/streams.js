/** The sound of tabs: handed out by the browser, opened by the offscreen document. */
import { within } from '../shared/deadline.js';
import { tabAt, visibleTabs } from './tabs.js';

/** @typedef {import('../shared/messages.js').OffscreenCommand} OffscreenCommand */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('./preferences.js').Preferences} Preferences */

/** The browser hands out a stream in milliseconds, where it does so at all. */
export const STREAM_WITHIN_MS = 10_000;

/** The document opens it within a deadline of its own, which is shorter. */
export const OPENED_WITHIN_MS = 20_000;

/**
 * What is opened again is tried again soon, because what is said meanwhile is lost. An attempt that
 * is answered later counts all the same.
 */
export const AGAIN_WITHIN_MS = 1_000;

/** Chrome's text for a tab that something else captures. Its errors carry no code. */
const TAKEN = /active stream/i;

/** Opens captures, and says what came of it. */
export class Streams {
  /** @type {Map<string, (problem: Problem | null) => void>} by session */
  #opening = new Map();
  /** @type {Set<string>} sessions whose stream was opened after its deadline */
  #late = new Set();
  #send;
  #preferences;

  /**
   * @param {(command: OffscreenCommand) => void} send to the offscreen document
   * @param {Preferences} preferences
   */
  constructor(send, preferences) {
    this.#send = send;
    this.#preferences = preferences;
  }

  /**
   * Begin to capture a tab.
   * @param {number} tabId
   * @param {string | null} after transcript with which this one goes on: if that is saved, so is this
   * @returns {Promise<Problem | null>}
   */
  async begin(tabId, after) {
    const stream = await streamOf(tabId, STREAM_WITHIN_MS);
    if ('problem' in stream) return stream.problem;
    const session = crypto.randomUUID();
    const { streamId } = stream;
    const visible = (await visibleTabs()).includes(tabId);
    const wanted = await this.#preferences.forCapture(tabId);
    const microphone = await this.#preferences.wantsMicrophone(tabId);
    const tab = await tabAt(tabId);
    const muted = tab?.mutedInfo?.muted === true;
    const page = pageOf(tab);
    // Of a private window nothing reaches the disk.
    const isPublic = tab?.incognito === false;
    const own = { page, after: isPublic ? after : null, knownVoices: isPublic };
    const begin = { session, tabId, streamId, ...wanted, visible, microphone, muted, ...own };
    const refusal = await this.#open(session, { type: 'begin', ...begin }, OPENED_WITHIN_MS);
    const audible = (await tabAt(tabId))?.audible === true;
    this.#send({ type: 'audible', tabId, audible });
    return refusal;
  }

  /**
   * Go on with a capture that has ended by itself.
   * @param {string} session
   * @param {number} tabId
   * @returns {Promise<Problem | null>}
   */
  async reopen(session, tabId) {
    const stream = await streamOf(tabId, AGAIN_WITHIN_MS);
    if ('problem' in stream) return stream.problem;
    const muted = (await tabAt(tabId))?.mutedInfo?.muted === true;
    const { streamId } = stream;
    const reopen = { session, tabId, streamId, muted };
    return this.#open(session, { type: 'reopen', ...reopen }, AGAIN_WITHIN_MS);
  }

  /**
   * @param {string} session
   * @returns {boolean} whether its stream has been opened since an attempt was given up
   */
  cameLate(session) {
    return this.#late.delete(session);
  }

  /**
   * The document says what came of a stream.
   * @param {string} session
   * @param {Problem | null} outcome
   */
  opened(session, outcome) {
    const settle = this.#opening.get(session);
    this.#opening.delete(session);
    if (settle) settle(outcome);
    else if (outcome === null) this.#late.add(session);
  }

  /** @param {Problem} cause the document is gone: nothing comes of what is being opened */
  abandon(cause) {
    for (const session of [...this.#opening.keys()]) this.opened(session, cause);
  }

  /**
   * @param {string} session
   * @param {OffscreenCommand} command
   * @param {number} withinMs
   * @returns {Promise<Problem | null>}
   */
  async #open(session, command, withinMs) {
    /** @type {Promise<Problem | null>} */
    const outcome = new Promise((resolve) => this.#opening.set(session, resolve));
    this.#send(command);
    const late = problem('capture_timeout');
    const answer = await within(outcome, withinMs, late);
    if (answer === late) this.#opening.delete(session);
    return answer;
  }
}

/**
 * @param {chrome.tabs.Tab | null} tab
 * @returns {import('../shared/messages.js').Page}
 */
function pageOf(tab) {
  return { site: tab?.url ? new URL(tab.url).host : '', title: tab?.title ?? '' };
}

/**
 * @param {string} code
 * @param {string} [hint]
 * @returns {Problem}
 */
export function problem(code, hint = '') {
  return { code, message: '', hint };
}

/**
 * @param {number} tabId
 * @param {number} withinMs
 * @returns {Promise<{ streamId: string } | { problem: Problem }>}
 */
async function streamOf(tabId, withinMs) {
  const asked = chrome.tabCapture.getMediaStreamId({ targetTabId: tabId }).then(
    (streamId) => ({ streamId }),
    (/** @type {Error} */ { message }) => {
      const code = TAKEN.test(message) ? 'capture_taken' : 'capture_not_allowed';
      return { problem: problem(code, message) };
    },
  );
  return within(asked, withinMs, { problem: problem('capture_timeout') });
}
