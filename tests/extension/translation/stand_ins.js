/** Stand-ins for what translates and what speaks. */
import { TranslationFault } from '../../../extension/translation/browser_translator.js';

/** @typedef {import('../../../extension/translation/browser_translator.js').Availability} Availability */
/** @typedef {import('../../../extension/translation/browser_translator.js').Pair} Pair */

/** A browser without a translator and without a voice; time stands still. */
export function noTranslation() {
  return {
    translator: {
      translate: async () => {
        throw new TranslationFault('missing');
      },
    },
    say: async () => /** @type {const} */ ('no_voice'),
    hush: () => {},
    duck: () => {},
    now: () => 0,
    schedule: () => {},
    toHost: () => {},
  };
}

/** Nothing is translated. */
export const NOT_TRANSLATED = Object.freeze({
  target: null,
  by: /** @type {const} */ ('host'),
  problem: null,
  pair: null,
  delayMs: null,
  unread: 0,
  voice: null,
});

/**
 * The browser's interface as its specification has it (https://webmachinelearning.github.io/translation-api/),
 * with a translator that writes the language in front of the text.
 * @param {Availability} state of every pair
 * @param {{ refuse?: string, hang?: boolean, quota?: number, steps?: number[],
 *   translate?: (text: string, pair: Pair) => Promise<string> }} [how] `refuse`: the name of the error
 *   with which `create` ends; `hang`: it never answers; `quota`: the longest text; `steps`: of a
 *   download
 */
export function browserInterface(
  state,
  { refuse, hang, quota = Infinity, steps = [], translate } = {},
) {
  /** @type {(Pair & { destroyed: boolean })[]} */
  const made = [];
  const usual = async (/** @type {string} */ text, /** @type {Pair} */ pair) =>
    `${pair.targetLanguage}: ${text}`;
  const found = {
    state,
    refuse,
    hang,
    made,
    /** @param {Pair} _pair */
    availability: async (_pair) => found.state,
    /** @param {Pair & { signal?: AbortSignal, monitor?: (target: EventTarget) => void }} options */
    create: async ({ signal, monitor, ...pair }) => {
      const target = new EventTarget();
      monitor?.(target);
      for (const loaded of steps) {
        target.dispatchEvent(Object.assign(new Event('downloadprogress'), { loaded }));
        await null;
      }
      if (found.hang) {
        await new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason)),
        );
      }
      if (found.refuse) throw new DOMException('Refused.', found.refuse);
      signal?.throwIfAborted();
      const one = { ...pair, destroyed: false };
      made.push(one);
      return {
        translate: async (/** @type {string} */ text) => {
          if (one.destroyed) throw new DOMException('Destroyed.', 'InvalidStateError');
          if (text.length > quota) throw new DOMException('Too long.', 'QuotaExceededError');
          return (translate ?? usual)(text, pair);
        },
        destroy: () => void (one.destroyed = true),
      };
    },
  };
  return found;
}
