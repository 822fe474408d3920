/** The languages that Whisper knows, by its codes, and their names. */
import { ENGLISH_NAMES } from './english_names.js';
import { memoised } from './memo.js';

const CODES =
  'af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi ' +
  'hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn ' +
  'no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi ' +
  'yi yo yue zh';

export const LANGUAGES = CODES.split(' ');

/**
 * @param {readonly string[]} preferred `navigator.languages`
 * @returns {string} the code of the user's own language, as translators have it
 */
export function homeLanguage(preferred) {
  return ownLanguages(preferred)[0] ?? 'en';
}

/**
 * @param {readonly string[]} preferred `navigator.languages`
 * @returns {string[]} the user's languages, as translators have them
 */
export function ownLanguages(preferred) {
  return [...new Set(preferred.map(withoutRegion))];
}

/**
 * @param {string} code BCP 47
 * @returns {string} the language, with its script where that is not the usual one
 */
function withoutRegion(code) {
  const { language, script } = new Intl.Locale(code).maximize();
  return language === 'zh' && script === 'Hant' ? 'zh-Hant' : language;
}

/** Codes of Whisper that differ from the standard's. */
const STANDARD = new Map([['jw', 'jv']]);

/** By locale. */
const displayNames = memoised(
  (locale) => new Intl.DisplayNames([locale], { type: 'language', fallback: 'none' }),
);

/** By locale. */
const scriptNames = memoised((locale) => new Intl.DisplayNames([locale], { type: 'script' }));

/**
 * @param {string} code
 * @param {string} locale whose names to use
 * @returns {string} the name, the English one where the browser knows none, or else the code
 */
export function languageName(code, locale) {
  const tag = STANDARD.get(code) ?? code;
  const name = displayNames(locale).of(tag) ?? englishName(tag, locale);
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

/**
 * @param {string} tag
 * @param {string} locale of the script's name
 */
function englishName(tag, locale) {
  const [language = '', script] = tag.split('-');
  const name = ENGLISH_NAMES.get(language);
  if (name === undefined) return tag;
  return script === undefined ? name : `${name} (${scriptNames(locale).of(script)})`;
}

/**
 * @param {readonly string[]} codes
 * @param {string} locale
 * @returns {{ code: string, name: string }[]} in the order of their names
 */
export function namedLanguages(codes, locale) {
  return codes
    .map((code) => ({ code, name: languageName(code, locale) }))
    .sort((a, b) => a.name.localeCompare(b.name, locale));
}
