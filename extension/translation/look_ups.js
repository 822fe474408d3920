/** What words mean, told by whoever translates the lines. */
import { isSameLanguage } from '../shared/translation_rules.js';
import { TranslationFault } from './browser_translator.js';

/** @typedef {import('../shared/messages.js').LookedUp} LookedUp */
/** @typedef {import('../shared/messages.js').Meaning} Meaning */
/** @typedef {import('../shared/protocol.js').Translated} Translated */
/** @typedef {import('../shared/translation_rules.js').Wish} Wish */

/**
 * @typedef {object} LookUpEdges
 * @property {Pick<import('./browser_translator.js').BrowserTranslator, 'translate'>} translator
 * @property {(message: import('../shared/protocol.js').Translate) => void} toHost
 * @property {(action: () => void, delayMs: number) => void} schedule
 */

/**
 * Where a word was said.
 * @typedef {object} Said
 * @property {string} session
 * @property {string | null} language that is spoken there
 * @property {string | null} translator of the host's, as the user chose it
 */

/** The host gives a word up after 8 s. One that is older than this extension says nothing. */
const ANSWERED_WITHIN_MS = 10_000;

/** @type {Meaning} */
const UNANSWERED = { meaning: null, why: 'look_up_unanswered' };

/** Asks for each word the translator of the lines, and nobody else. */
export class LookUps {
  /** @type {Map<string, (meaning: Meaning) => void>} by request */
  #waiting = new Map();
  #asked = 0;
  #edges;

  /** @param {LookUpEdges} edges */
  constructor(edges) {
    this.#edges = edges;
  }

  /**
   * @param {LookedUp} asked
   * @param {Pick<Wish, 'target' | 'home' | 'by'>} wish
   * @param {Said} said
   * @returns {Promise<Meaning>} in bounded time
   */
  async meaningOf({ word, language, into }, { target, home, by }, said) {
    const source = language ?? said.language ?? 'en';
    // A word of a translation is told in the language of its line, or in the user's own.
    const wanted = [into, target, home].find((code) => code && !isSameLanguage(code, source));
    if (!wanted) return { meaning: null, why: null };
    if (by === 'browser') return this.#byBrowser(word, source, wanted);
    return this.#byHost({ text: word, source, target: wanted }, said);
  }

  /** @param {Translated} answer of the host; one that nobody waits for is dropped */
  take({ request, text, problem }) {
    this.#waiting.get(request)?.({ meaning: text, why: problem?.code ?? null });
  }

  /** Nobody waits any more. */
  close() {
    for (const tell of this.#waiting.values()) tell(UNANSWERED);
  }

  /**
   * @param {string} word
   * @param {string} source
   * @param {string} target
   * @returns {Promise<Meaning>}
   */
  async #byBrowser(word, source, target) {
    try {
      const meaning = await this.#edges.translator.translate(source, target, word);
      return { meaning, why: null };
    } catch (error) {
      if (!(error instanceof TranslationFault)) throw error;
      return { meaning: null, why: `translation_${error.kind}` };
    }
  }

  /**
   * @param {{ text: string, source: string, target: string }} asked
   * @param {Said} said
   * @returns {Promise<Meaning>}
   */
  #byHost(asked, { session, translator }) {
    const request = String((this.#asked += 1));
    return new Promise((resolve) => {
      const tell = (/** @type {Meaning} */ meaning) => {
        this.#waiting.delete(request);
        resolve(meaning);
      };
      this.#waiting.set(request, tell);
      this.#edges.schedule(() => tell(UNANSWERED), ANSWERED_WITHIN_MS);
      this.#edges.toHost({ type: 'translate', session, request, ...asked, translator });
    });
  }
}
