/** The extension's open pages (popup, side panel, options): each holds a port to be kept informed. */
import { DEFINITIONS } from '../shared/protocol.js';
import { findFault } from '../shared/validate.js';
import { mayTellHost } from './senders.js';

/** @typedef {import('../shared/messages.js').SessionMessage} SessionMessage */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../shared/messages.js').ViewRequest} ViewRequest */
/** @typedef {import('./senders.js').Sender} Sender */

/**
 * @typedef {object} ViewsListener
 * @property {(view: View) => void} opened
 * @property {(view: View, request: ViewRequest) => void} request
 * @property {() => void} closed
 */

/**
 * One open page and what it wants.
 * @typedef {object} View
 * @property {(message: ViewMessage) => void} send
 * @property {number | null} tabId whose captions it shows
 * @property {boolean} meter whether it shows levels
 * @property {boolean} host whether it talks with the host
 * @property {boolean} transcript whether it shows all of that tab's transcript
 */

/** All open pages. */
export class Views {
  /** @type {Set<View>} */
  #views = new Set();
  #listener;

  /** @param {ViewsListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Whether some page shows levels. */
  get wantMeter() {
    return [...this.#views].some(({ meter }) => meter);
  }

  /** Whether some page talks with the host. */
  get wantHost() {
    return [...this.#views].some(({ host }) => host);
  }

  /** The tabs whose transcript some page shows. */
  get readTabs() {
    const tabs = [...this.#views].flatMap(({ tabId, transcript }) => (transcript ? tabId : null));
    return [...new Set(tabs)].filter((tabId) => tabId !== null);
  }

  /**
   * @param {chrome.runtime.Port} port that a page has just opened
   * @param {Sender} sender the page
   */
  accept(port, sender) {
    /** @type {View} */
    const view = {
      send: (message) => port.postMessage(message),
      tabId: null,
      meter: false,
      host: false,
      transcript: false,
    };
    this.#views.add(view);
    port.onMessage.addListener((/** @type {ViewRequest} */ request) => {
      if (request.type === 'watch') Object.assign(view, request.wants);
      else if (!isForHost(request, sender)) return;
      this.#listener.request(view, request);
    });
    port.onDisconnect.addListener(() => {
      this.#views.delete(view);
      this.#listener.closed();
    });
    this.#listener.opened(view);
  }

  /** @param {ViewMessage} message */
  tellAll(message) {
    for (const view of this.#views) view.send(message);
  }

  /** @param {import('../shared/messages.js').ReaderReport} report */
  tellReaders(report) {
    for (const view of this.#views) {
      if (view.transcript && view.tabId === report.tabId) view.send(report);
    }
  }

  /**
   * @param {number} tabId
   * @param {SessionMessage} message
   */
  tellOf(tabId, message) {
    for (const view of this.#views) {
      if (view.tabId === tabId) view.send({ type: 'session', tabId, message });
    }
  }
}

/**
 * @param {ViewRequest} request
 * @param {Sender} sender
 */
function isForHost(request, sender) {
  if (request.type !== 'to-host' || !mayTellHost(request.message, sender)) return false;
  return findFault(request.message, 'ToHost', DEFINITIONS) === null;
}
