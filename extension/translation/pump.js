/** Has lines translated one after the other, beside the captions, which never wait for it. */
import { TranslationFault } from './browser_translator.js';

/** @typedef {import('./browser_translator.js').FaultKind} FaultKind */
/** @typedef {import('./lines.js').Task} Task */
/** @typedef {import('./lines.js').TranslatedLines} TranslatedLines */
/** @typedef {import('../shared/protocol.js').Line} Line */

/**
 * @typedef {object} PumpEdges
 * @property {Pick<import('./browser_translator.js').BrowserTranslator, 'translate'>} translator
 * @property {() => number} now ms
 * @property {(action: () => void, delayMs: number) => void} schedule
 */

/**
 * @typedef {object} PumpListener
 * @property {(line: Line) => void} translated
 * @property {() => void} changed `fault` or `delayMs` has changed
 */

/** The next try after a failure: doubled each time, up to that. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** What the user does in another window ends these, so it is looked for again and again. */
const AWAITED = new Set(/** @type {FaultKind[]} */ (['click', 'downloading']));
const LOOK_AGAIN_MS = 2_000;

/** One task at a time, the next one as soon as it is done. */
export class TranslationPump {
  /** Why there are no translations at present. @type {TranslationFault | null} */
  fault = null;
  /** What the newest translation took from its text on, in ms. @type {number | null} */
  delayMs = null;
  /** The pair that could not be had. @type {{ source: string, target: string } | null} */
  pair = null;
  #lines;
  #edges;
  #listener;
  #busy = false;
  #pauseMs = 0;
  #notBefore = 0;
  #closed = false;
  /** @type {(() => void)[]} */
  #waiting = [];

  /**
   * @param {TranslatedLines} lines
   * @param {PumpEdges} edges
   * @param {PumpListener} listener
   */
  constructor(lines, edges, listener) {
    this.#lines = lines;
    this.#edges = edges;
    this.#listener = listener;
  }

  /** There may be something to translate. */
  kick() {
    if (this.#busy || this.#closed || this.#edges.now() < this.#notBefore) return;
    const task = this.#lines.next();
    if (!task) return this.#rest();
    this.#busy = true;
    void this.#translate(task).finally(() => {
      this.#busy = false;
      this.kick();
    });
  }

  /** The user wants something else: what failed may not fail now. */
  restart() {
    this.#pauseMs = this.#notBefore = 0;
    this.delayMs = null;
    this.#setFault(null, null);
    this.kick();
  }

  /** @returns {Promise<void> | null} when no final line waits any more; null: none does, or can */
  finished() {
    if (!this.#busy && (this.fault !== null || !this.#lines.finalWaits)) return null;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nothing is delivered any more. */
  close() {
    this.#closed = true;
    this.#rest();
  }

  /** @param {Task} task */
  async #translate(task) {
    try {
      const text = await this.#edges.translator.translate(task.source, task.target, task.text);
      if (this.#closed) return;
      const line = this.#lines.deliver(task, text.trim());
      this.#pauseMs = 0;
      if (line) this.delayMs = this.#edges.now() - task.since;
      this.#setFault(null, null);
      if (line) this.#listener.translated(line);
    } catch (error) {
      if (!(error instanceof TranslationFault)) throw error;
      if (!this.#closed) this.#fail(task, error);
    }
  }

  /**
   * @param {Task} task
   * @param {TranslationFault} fault
   */
  #fail(task, fault) {
    this.#lines.fail(task, fault.kind === 'text');
    // One text that it does not translate says nothing of the others.
    if (fault.kind === 'text') return;
    this.#pauseMs = AWAITED.has(fault.kind)
      ? LOOK_AGAIN_MS
      : Math.min(Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs), LONGEST_PAUSE_MS);
    this.#notBefore = this.#edges.now() + this.#pauseMs;
    this.#edges.schedule(() => this.kick(), this.#pauseMs);
    this.#setFault(fault, { source: task.source, target: task.target });
    this.#rest();
  }

  /**
   * @param {TranslationFault | null} fault
   * @param {{ source: string, target: string } | null} pair
   */
  #setFault(fault, pair) {
    const isSame = fault?.kind === this.fault?.kind && pair?.source === this.pair?.source;
    this.fault = fault;
    this.pair = pair;
    if (!isSame) this.#listener.changed();
  }

  #rest() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
