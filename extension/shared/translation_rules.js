/**
 * Which lines are translated, and into what. Pure.
 *
 * The overlay loads this module too, where no module can import another.
 */

/**
 * What is done with lines in a language, whatever else was chosen.
 * @typedef {{ language: string, translate: 'always' | 'never' }} LanguageRule
 */

/**
 * What the user wants of translations in a tab.
 * @typedef {object} Wish
 * @property {string | null} target code of the language that was chosen; null: none
 * @property {string} home code of the user's own language, for what is always translated
 * @property {readonly LanguageRule[]} rules the first one for a language holds
 * @property {'host' | 'browser'} by who translates
 * @property {boolean} aloud whether translations are read out
 */

/** @type {Readonly<Wish>} */
export const NO_WISH = Object.freeze({
  target: null,
  home: 'en',
  rules: Object.freeze([]),
  by: 'host',
  aloud: false,
});

/**
 * @param {import('./settings.js').SiteSettings} settings that hold in a tab
 * @param {string} home code of the user's own language
 * @param {string} browser the translator that is the browser
 * @returns {Wish}
 */
export function wishOf(
  { translateTo, translator, languageRules, speakTranslations },
  home,
  browser,
) {
  return {
    target: translateTo,
    home,
    rules: languageRules,
    by: translator === browser ? 'browser' : 'host',
    aloud: speakTranslations,
  };
}

/**
 * The language that a line is translated into. What is in that language already is not.
 * @param {Pick<Wish, 'target' | 'home' | 'rules'>} wish
 * @param {string | null} language of the line; null: not known yet
 * @returns {string | null}
 */
export function targetFor({ target, home, rules }, language) {
  const rule = ruleFor(rules, language);
  if (rule === 'never') return null;
  const into = rule === 'always' ? (target ?? home) : target;
  return into !== null && isSameLanguage(language, into) ? null : into;
}

/**
 * @param {Pick<Wish, 'target' | 'rules'>} wish
 * @returns {boolean} whether there may be translations at all
 */
export function mayTranslate({ target, rules }) {
  return target !== null || rules.some(({ translate }) => translate === 'always');
}

/**
 * @param {readonly LanguageRule[]} rules
 * @param {string | null} language
 * @returns {LanguageRule['translate'] | null}
 */
export function ruleFor(rules, language) {
  return rules.find((rule) => isSameLanguage(language, rule.language))?.translate ?? null;
}

/**
 * @param {string | null} one
 * @param {string | null} other
 * @returns {boolean} whether a translation between the two would only change the spelling
 */
export function isSameLanguage(one, other) {
  return one !== null && other !== null && baseOf(one) === baseOf(other);
}

/** Codes of Whisper and of browsers that differ from the standard's. */
const STANDARD = new Map([
  ['jw', 'jv'],
  ['iw', 'he'],
  ['in', 'id'],
  ['tl', 'fil'],
  ['nb', 'no'],
]);

/**
 * @param {string} code BCP 47, or Whisper's
 * @returns {string} the language alone, as the standard writes it
 */
export function baseOf(code) {
  const base = code.split(/[-_]/)[0]?.toLowerCase() ?? '';
  return STANDARD.get(base) ?? base;
}
