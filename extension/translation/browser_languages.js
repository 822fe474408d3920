/** The languages that the browser's translator may know. It lists none; it answers for pairs. */

/** @typedef {import('./browser_translator.js').Availability} Availability */
/** @typedef {import('./browser_translator.js').BrowserTranslator} BrowserTranslator */

/** Those of Chrome 138 and newer, and some that others may have. */
const CODES =
  'ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu id is it ja kn ko lt lv mk ml mr ms nl no ' +
  'pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur vi zh zh-Hant';

/**
 * @param {BrowserTranslator} translator
 * @param {string | null} source null: not known
 * @returns {Promise<Map<string, Availability>>} of each language that it knows, by code
 */
export async function browserReach(translator, source) {
  if (!translator.exists) return new Map();
  const answers = await Promise.all(
    CODES.split(' ').map(async (target) => {
      const from = source ?? (target === 'en' ? 'es' : 'en');
      const state = await translator.availability(from, target);
      return /** @type {const} */ ([target, state]);
    }),
  );
  return new Map(answers.filter(([, state]) => state !== 'unavailable'));
}
