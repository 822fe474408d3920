/** What all pages of the extension have in common: their texts, and their line to the worker. */
import { memoised } from '../shared/memo.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/messages.js').Request} Request */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../shared/messages.js').ViewRequest} ViewRequest */

/** A worker that dies at its start must not be started in a tight loop. */
const RECONNECT_MS = 300;

export const LOCALE = chrome.i18n.getUILanguage();

/**
 * @param {string} key
 * @param {...(string | number)} details for the placeholders
 * @returns {string} the user's text
 */
export function text(key, ...details) {
  return chrome.i18n.getMessage(key, details.map(String));
}

/** By options, as JSON. */
const numberFormat = memoised((options) => new Intl.NumberFormat(LOCALE, JSON.parse(options)));

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function number(value, options = {}) {
  return numberFormat(JSON.stringify(options)).format(value);
}

/**
 * Write the user's texts into a page: `data-i18n` names an element's text, `data-i18n-<attribute>`
 * that of an attribute.
 * @param {ParentNode} [root]
 */
export function localise(root = document) {
  document.documentElement.lang = LOCALE;
  document.documentElement.dir = text('@@bidi_dir');
  for (const element of root.querySelectorAll('[data-i18n]')) {
    element.textContent = text(element.getAttribute('data-i18n') ?? '');
  }
  for (const attribute of ['aria-label', 'placeholder', 'title']) {
    for (const element of root.querySelectorAll(`[data-i18n-${attribute}]`)) {
      element.setAttribute(attribute, text(element.getAttribute(`data-i18n-${attribute}`) ?? ''));
    }
  }
}

/**
 * @param {string} id
 * @returns {HTMLElement} that the page has
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element;
}

/** @type {WeakMap<Element, string>} what entries were made of, as JSON */
const WRITTEN = new WeakMap();

/**
 * Write the entries of a list anew, but only where they say something else: one that is in focus, or
 * pressed just now, has to stay while news come several times a second.
 * @template Fact
 * @param {Element} list
 * @param {readonly Fact[]} facts all that an entry is made of
 * @param {(fact: Fact) => Element} entryOf
 */
export function writeEntries(list, facts, entryOf) {
  const written = JSON.stringify(facts);
  if (WRITTEN.get(list) === written) return;
  WRITTEN.set(list, written);
  list.replaceChildren(...facts.map(entryOf));
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children);
  return created;
}

/**
 * Ask the worker.
 * @param {Request} request
 * @returns {Promise<Problem | null>}
 */
export function ask(request) {
  return chrome.runtime.sendMessage(request);
}

/** The page's port to the worker, opened again whenever the worker has died. */
export class WorkerLine {
  /** @type {chrome.runtime.Port | null} */
  #port = null;
  #wants;
  #receive;

  /**
   * @param {Extract<ViewRequest, { type: 'watch' }>['wants']} wants
   * @param {(message: ViewMessage) => void} receive
   */
  constructor(wants, receive) {
    this.#wants = wants;
    this.#receive = receive;
    this.#connect();
  }

  /** Whether the page talks with the host. */
  get watchesHost() {
    return this.#wants.host ?? false;
  }

  /** @param {import('../shared/protocol.js').ToHost} message */
  tellHost(message) {
    this.#send({ type: 'to-host', message });
  }

  /**
   * Ask for something else. Only that is sent: what is asked for is told from its beginning.
   * @param {Extract<ViewRequest, { type: 'watch' }>['wants']} wants from now on
   */
  watch(wants) {
    this.#wants = { ...this.#wants, ...wants };
    this.#send({ type: 'watch', wants });
  }

  #connect() {
    const port = chrome.runtime.connect({ name: 'view' });
    this.#port = port;
    port.onMessage.addListener(this.#receive);
    port.onDisconnect.addListener(() => {
      this.#port = null;
      setTimeout(() => this.#connect(), RECONNECT_MS);
    });
    // A worker that is new knows nothing of what was asked of the one before.
    this.watch(this.#wants);
  }

  /** @param {ViewRequest} request */
  #send(request) {
    this.#port?.postMessage(request);
  }
}
