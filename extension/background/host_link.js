import { DEFINITIONS, PROTOCOL_VERSION } from '../shared/protocol.js';
import { findFault, withoutUnknown } from '../shared/validate.js';
import { isNewer } from '../shared/versions.js';
import { isTransient, problemOfDisconnect } from '../shared/problems.js';
import { LifeSigns } from './life_signs.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/protocol.js').HostHello} HostHello */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/**
 * The part of a native port that is used.
 * @typedef {object} NativePort
 * @property {(message: ToHost) => void} postMessage
 * @property {() => void} disconnect
 * @property {{ addListener(listener: (message: any) => void): void }} onMessage
 * @property {{ addListener(listener: () => void): void }} onDisconnect
 */

/**
 * @typedef {object} HostEnvironment
 * @property {() => NativePort} connect
 * @property {() => string | undefined} lastError why a port was disconnected
 * @property {(action: () => void, delayMs: number) => () => void} schedule returns what cancels
 * @property {() => number} now milliseconds
 * @property {string} version of the extension
 */

/**
 * @typedef {object} HostListener
 * @property {() => void} ready the host has greeted; sessions may start
 * @property {() => void} down the host is gone; another one is being started
 * @property {(message: ToExtension) => void} message
 * @property {(problem: Problem) => void} failed given up; `open` tries again
 */

/** The definition of what the host says. */
const MESSAGE = 'ToExtension';

/** Loading Python from a cold disk can take this long. */
const HELLO_TIMEOUT_MS = 20_000;

/** Never so far apart that captions would be missed when what ended the host is gone. */
export const BACKOFF_MS = [0, 250, 500, 1000, 1500, 1500, 1500, 1500];

/** A host that ran this long was sound: its end begins a new count of attempts. */
export const STABLE_MS = 30_000;

/** The one connection to the host, kept up across the host's deaths. */
export class HostLink {
  /** @type {'closed' | 'connecting' | 'ready' | 'waiting'} */
  #state = 'closed';
  /** @type {NativePort | null} */
  #port = null;
  /** A host has been there since `open`, so one that exits is worth another attempt. */
  #established = false;
  #attempts = 0;
  #readyAt = 0;
  #heardAt = 0;
  #lifeSigns = new LifeSigns();
  /** @type {HostHello | null} of the host that is there */
  #hello = null;
  #cancelTimer = () => {};
  /** @type {((problem: Problem | null) => void)[]} */
  #waiting = [];
  #environment;
  #listener;

  /**
   * @param {HostEnvironment} environment
   * @param {HostListener} listener
   */
  constructor(environment, listener) {
    this.#environment = environment;
    this.#listener = listener;
  }

  get ready() {
    return this.#state === 'ready';
  }

  /** What the host said of itself; null while there is none. */
  get hello() {
    return this.ready ? this.#hello : null;
  }

  /**
   * Connect, unless that is done or under way.
   * @returns {Promise<Problem | null>} null as soon as the host is ready
   */
  open() {
    if (this.#state === 'ready') return Promise.resolve(null);
    const outcome = new Promise((resolve) => this.#waiting.push(resolve));
    if (this.#state === 'closed') this.#connect();
    return outcome;
  }

  /** @param {ToHost} message dropped without a host: sessions say it again to the next one */
  send(message) {
    if (this.#state !== 'ready') return;
    if (this.#lifeSigns.sent(message)) return this.#abandon();
    this.#port?.postMessage(message);
  }

  /** Let the host go. It finishes what it has and exits. */
  close() {
    this.#reset();
    this.#settle(null);
  }

  #connect() {
    const { connect, lastError, schedule, version } = this.#environment;
    this.#state = 'connecting';
    const port = connect();
    this.#port = port;
    this.#lifeSigns = new LifeSigns();
    port.onMessage.addListener((message) => {
      if (port === this.#port) this.#receive(message);
    });
    port.onDisconnect.addListener(() => {
      const text = lastError();
      if (port === this.#port) this.#lost(problemOfDisconnect(text));
    });
    this.#cancelTimer = schedule(() => this.#fail(problem('host_silent')), HELLO_TIMEOUT_MS);
    port.postMessage({ type: 'hello', protocol: PROTOCOL_VERSION, extension: version });
  }

  /** @param {unknown} message */
  #receive(message) {
    const understood = this.#ofNewer(message)
      ? withoutUnknown(message, MESSAGE, DEFINITIONS)
      : message;
    if (understood === null) return;
    const fault = findFault(understood, MESSAGE, DEFINITIONS);
    if (fault !== null) return this.#fail(problem('host_unintelligible', fault));
    const known = /** @type {ToExtension} */ (understood);
    this.#heardAt = this.#environment.now();
    this.#lifeSigns.heard(known);
    if (isOfPort(known)) return this.#fail(known);
    if (this.#state === 'ready') {
      // It says so again when what is installed has changed.
      if (known.type === 'hello') this.#hello = known;
      this.#listener.message(known);
    } else if (known.type === 'hello') this.#greet(known);
  }

  /**
   * @param {unknown} message
   * @returns {boolean} whether a host that is newer than this extension says it
   */
  #ofNewer(message) {
    const { version } = this.#environment;
    if (this.#hello !== null && this.#state === 'ready') return isNewer(this.#hello.host, version);
    const host = /** @type {{ host?: unknown } | null} */ (message)?.host;
    return typeof host === 'string' && isNewer(host, version);
  }

  /** @param {HostHello} hello */
  #greet(hello) {
    const { protocol, host } = hello;
    if (protocol !== PROTOCOL_VERSION) {
      const older = protocol > PROTOCOL_VERSION ? 'the extension' : 'wlk-host';
      const versions = `wlk-host ${host}: ${protocol}, extension: ${PROTOCOL_VERSION}`;
      return this.#fail(problem('protocol_mismatch', `${versions}; update ${older}`));
    }
    this.#cancelTimer();
    this.#state = 'ready';
    this.#hello = hello;
    this.#established = true;
    this.#readyAt = this.#environment.now();
    this.#listener.ready();
    this.#settle(null);
  }

  /** The host hangs. Chrome kills it 2 s after this. */
  #abandon() {
    const port = this.#port;
    this.#lost(problem('host_hung'), this.#heardAt);
    port?.disconnect();
  }

  /**
   * @param {Problem} cause
   * @param {number} [soundUntil] when the host was last known to work
   */
  #lost(cause, soundUntil = this.#environment.now()) {
    const wasReady = this.#state === 'ready';
    if (wasReady && soundUntil - this.#readyAt >= STABLE_MS) this.#attempts = 0;
    const delay = BACKOFF_MS[this.#attempts];
    if (!this.#established || !isTransient(cause) || delay === undefined) {
      return this.#fail(cause);
    }
    this.#cancelTimer();
    this.#attempts += 1;
    this.#state = 'waiting';
    this.#port = null;
    this.#cancelTimer = this.#environment.schedule(() => this.#connect(), delay);
    if (wasReady) this.#listener.down();
  }

  /** @param {Problem} cause */
  #fail(cause) {
    const { code, message, hint } = cause;
    this.#reset();
    this.#listener.failed({ code, message, hint });
    this.#settle({ code, message, hint });
  }

  #reset() {
    const port = this.#port;
    this.#cancelTimer();
    this.#port = null;
    this.#state = 'closed';
    this.#established = false;
    this.#attempts = 0;
    port?.disconnect();
  }

  /** @param {Problem | null} outcome */
  #settle(outcome) {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(outcome);
  }
}

/**
 * An error names the session that it ends, or the request that it answers. One that names neither
 * is of the whole port.
 * @param {ToExtension} message
 * @returns {message is Extract<ToExtension, { type: 'error' }>}
 */
function isOfPort(message) {
  return message.type === 'error' && message.session === null && message.request === undefined;
}

/**
 * @param {string} code
 * @param {string} [hint]
 * @returns {Problem}
 */
function problem(code, hint = '') {
  return { code, message: '', hint };
}
