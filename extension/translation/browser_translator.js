/**
 * The translator that the browser has (Chrome 138 and newer), on this device. Whoever calls it waits
 * for a bounded time, and gets a `TranslationFault` where nothing comes of it.
 * https://developer.mozilla.org/docs/Web/API/Translator
 */
import { within } from '../shared/deadline.js';
import { baseOf } from '../shared/translation_rules.js';
import { halves } from './clauses.js';

/** @typedef {'unavailable' | 'downloadable' | 'downloading' | 'available'} Availability */

/**
 * A translator for one pair, as the specification has it.
 * @typedef {object} PairTranslator
 * @property {(text: string, options?: { signal?: AbortSignal }) => Promise<string>} translate
 * @property {() => void} destroy
 */

/** @typedef {{ sourceLanguage: string, targetLanguage: string }} Pair */

/**
 * What a window has under the name `Translator`.
 * @typedef {object} TranslatorInterface
 * @property {(pair: Pair) => Promise<Availability>} availability
 * @property {(options: Pair & { signal?: AbortSignal,
 *   monitor?: (target: EventTarget) => void }) => Promise<PairTranslator>} create
 */

/**
 * Why there is no translation. `missing`: this browser has no translator; `pair`: it does not know
 * the pair; `click`: it must be downloaded, for which the browser wants a click; `downloading`: that
 * is under way; `download`: it failed; `cancelled`: by the user; `text`: this text is one that it
 * does not translate; `silent`: no answer in time; `failed`: anything else.
 * @typedef {'missing' | 'pair' | 'click' | 'downloading' | 'download' | 'cancelled' | 'text' | 'silent'
 *   | 'failed'} FaultKind
 */

/** What the browser's translator did not do. */
export class TranslationFault extends Error {
  /**
   * @param {FaultKind} kind
   * @param {string} [detail] the browser's own words
   */
  constructor(kind, detail = '') {
    super(detail === '' ? kind : `${kind}: ${detail}`);
    this.kind = kind;
    this.detail = detail;
  }
}

/** It answers from what it knows. */
const AVAILABILITY_WITHIN_MS = 5_000;

/** One that is on the disk is loaded by then. Without a network, one that is not never answers. */
const CREATED_WITHIN_MS = 20_000;

/** A line is translated in tenths of a second. */
const TRANSLATED_WITHIN_MS = 20_000;

/** A download that does not move for so long has ended. */
const STALLED_AFTER_MS = 60_000;

/** Each holds a model in memory. */
const PAIRS_KEPT = 3;

/** The browser's own kinds of errors. @type {Record<string, FaultKind>} */
const KINDS = {
  AbortError: 'cancelled',
  NetworkError: 'download',
  NotAllowedError: 'click',
  NotReadableError: 'text',
  NotSupportedError: 'pair',
  QuotaExceededError: 'text',
};

/** A browser that has no translator has none later either; a stand-in can come at any time. */
const inThisWindow = () =>
  /** @type {{ Translator?: TranslatorInterface }} */ (globalThis).Translator;

/** Translators of the browser by pair, made when they are needed. */
export class BrowserTranslator {
  /** @type {Map<string, Promise<PairTranslator>>} the one that was used last at the end */
  #pairs = new Map();
  #find;

  /** @param {() => TranslatorInterface | undefined} [find] undefined: the browser has none */
  constructor(find = inThisWindow) {
    this.#find = find;
  }

  /** @returns {boolean} whether this browser has a translator at all */
  get exists() {
    return this.#find() !== undefined;
  }

  /**
   * @param {string} source
   * @param {string} target
   * @returns {Promise<Availability>}
   */
  async availability(source, target) {
    const asked = this.#find()?.availability(pairOf(source, target));
    if (!asked) return 'unavailable';
    // A language code that it cannot read is one that it does not know.
    const answer = asked.catch(() => /** @type {const} */ ('unavailable'));
    return within(answer, AVAILABILITY_WITHIN_MS, /** @type {const} */ ('unavailable'));
  }

  /**
   * Have a pair ready. Where it is to be downloaded, the browser wants a click on the page that asks.
   * @param {string} source
   * @param {string} target
   * @param {{ progress?: (share: number) => void, signal?: AbortSignal }} [listening] to a download,
   *   which may then take its time
   * @returns {Promise<void>}
   * @throws {TranslationFault}
   */
  async prepare(source, target, listening = {}) {
    await this.#pair(source, target, listening);
  }

  /**
   * @param {string} source
   * @param {string} target
   * @param {string} text
   * @returns {Promise<string>}
   * @throws {TranslationFault}
   */
  async translate(source, target, text) {
    const translator = await this.#pair(source, target);
    try {
      return await inTime(translator.translate(text), TRANSLATED_WITHIN_MS);
    } catch (error) {
      const fault = faultOf(error);
      if (isTooLong(error)) return this.#inParts(source, target, text, fault);
      // What does not answer, or was destroyed, is made anew.
      if (fault.kind === 'silent' || fault.kind === 'failed') this.#forget(source, target);
      throw fault;
    }
  }

  /** Free what it holds. */
  close() {
    for (const key of [...this.#pairs.keys()]) this.#drop(key);
  }

  /**
   * @param {string} source
   * @param {string} target
   * @param {string} text that is too long for it
   * @param {TranslationFault} fault where it cannot be cut
   */
  async #inParts(source, target, text, fault) {
    const parts = halves(text);
    if (!parts) throw fault;
    const [first, second] = parts;
    const before = await this.translate(source, target, first);
    return `${before} ${await this.translate(source, target, second)}`;
  }

  /**
   * @param {string} source
   * @param {string} target
   * @param {{ progress?: (share: number) => void, signal?: AbortSignal }} [listening]
   * @returns {Promise<PairTranslator>}
   */
  async #pair(source, target, listening) {
    const key = keyOf(source, target);
    const known = this.#pairs.get(key);
    const made = known ?? this.#create(source, target, listening);
    this.#pairs.delete(key);
    this.#pairs.set(key, made);
    for (const oldest of [...this.#pairs.keys()].slice(0, -PAIRS_KEPT)) this.#drop(oldest);
    try {
      return await made;
    } catch (error) {
      if (this.#pairs.get(key) === made) this.#pairs.delete(key);
      throw faultOf(error);
    }
  }

  /**
   * @param {string} source
   * @param {string} target
   * @param {{ progress?: (share: number) => void, signal?: AbortSignal }} [listening]
   * @returns {Promise<PairTranslator>}
   */
  async #create(source, target, { progress, signal } = {}) {
    const translator = this.#find();
    if (!translator) throw new TranslationFault('missing');
    const state = await this.availability(source, target);
    if (state === 'unavailable') throw new TranslationFault('pair');
    if (state !== 'available' && !progress) {
      throw new TranslationFault(state === 'downloading' ? 'downloading' : 'click');
    }
    const stopped = new AbortController();
    const patience = new Patience(state === 'available' ? CREATED_WITHIN_MS : STALLED_AFTER_MS);
    const signals = signal ? [signal, stopped.signal] : [stopped.signal];
    const created = translator.create({
      ...pairOf(source, target),
      signal: AbortSignal.any(signals),
      monitor: (target) =>
        target.addEventListener('downloadprogress', (event) => {
          patience.renew();
          progress?.(/** @type {ProgressEvent} */ (event).loaded);
        }),
    });
    // It may be refused after nobody waits any longer.
    created.catch(() => {});
    try {
      return await Promise.race([created, patience.over, ended(signal)]);
    } catch (error) {
      stopped.abort();
      throw faultOf(error);
    } finally {
      patience.end();
    }
  }

  /**
   * @param {string} source
   * @param {string} target
   */
  #forget(source, target) {
    this.#drop(keyOf(source, target));
  }

  /** @param {string} key */
  #drop(key) {
    const made = this.#pairs.get(key);
    this.#pairs.delete(key);
    void made?.then((translator) => translator.destroy()).catch(() => {});
  }
}

/** A wait that ends when nothing happens for a while. */
class Patience {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #afterMs;
  #giveUp = () => {};
  /** @type {Promise<never>} */
  over;

  /** @param {number} afterMs */
  constructor(afterMs) {
    this.#afterMs = afterMs;
    this.over = new Promise((_, reject) => {
      this.#giveUp = () => reject(new TranslationFault('silent'));
    });
    this.over.catch(() => {});
    this.renew();
  }

  renew() {
    this.end();
    this.#timer = setTimeout(this.#giveUp, this.#afterMs);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

/**
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<never>} rejects when the user has cancelled, also where the browser does not heed it
 */
function ended(signal) {
  return new Promise((_, reject) => {
    const cancelled = () => reject(new TranslationFault('cancelled'));
    if (signal?.aborted) cancelled();
    signal?.addEventListener('abort', cancelled, { once: true });
  });
}

/**
 * @template T
 * @param {Promise<T>} task
 * @param {number} afterMs
 * @returns {Promise<T>}
 * @throws {TranslationFault} where there is no answer in time
 */
async function inTime(task, afterMs) {
  const late = Symbol('late');
  const answer = await within(task, afterMs, late);
  if (answer === late) throw new TranslationFault('silent');
  return /** @type {T} */ (answer);
}

/**
 * @param {unknown} error
 * @returns {TranslationFault}
 */
function faultOf(error) {
  if (error instanceof TranslationFault) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  return new TranslationFault(KINDS[name] ?? 'failed', message);
}

/** @param {unknown} error */
function isTooLong(error) {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

/**
 * @param {string} source
 * @param {string} target
 */
function keyOf(source, target) {
  return `${source} ${target}`;
}

/**
 * @param {string} source as Whisper has it
 * @param {string} target
 * @returns {Pair} as the browser has it
 */
function pairOf(source, target) {
  return { sourceLanguage: baseOf(source), targetLanguage: target };
}
