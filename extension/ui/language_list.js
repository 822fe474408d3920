/** The languages of a list to choose from: in which order they stand, and what is found. Pure. */
import { languageName, ownLanguages } from '../shared/languages.js';
import { isSameLanguage } from '../shared/translation_rules.js';

/**
 * @typedef {object} Choice
 * @property {string | null} code null: none
 * @property {string} name
 * @property {string} note
 * @property {string} words that it is found by, folded
 */

/**
 * @typedef {object} Group
 * @property {string} label empty where it needs none
 * @property {Choice[]} choices
 */

/**
 * @param {readonly string[]} codes
 * @param {readonly string[]} preferred `navigator.languages`
 * @param {string} locale whose names to use
 * @param {(code: string) => string} noteOf
 * @returns {{ own: Choice[], others: Choice[] }} the user's own languages as they prefer them, the
 *   others by their names
 */
export function languageChoices(codes, preferred, locale, noteOf) {
  const choices = codes.map((code) => {
    const name = languageName(code, locale);
    return { code, name, note: noteOf(code), words: wordsOf(code, name) };
  });
  const named = new Map(choices.map((choice) => [choice.name, choice]));
  const all = [...named.values()].sort((a, b) => a.name.localeCompare(b.name, locale));
  const owned = ownLanguages(preferred);
  const rank = (/** @type {{ code: string }} */ { code }) =>
    owned.findIndex((own) => isOwn(code, own));
  const own = all.filter((choice) => rank(choice) >= 0).sort((a, b) => rank(a) - rank(b));
  return { own, others: all.filter((choice) => rank(choice) < 0) };
}

/**
 * @param {readonly Group[]} groups
 * @param {string} query
 * @returns {Group[]} what begins with it goes before what contains it; empty groups are left out
 */
export function found(groups, query) {
  const sought = folded(query);
  if (sought === '') return groups.filter(({ choices }) => choices.length > 0);
  const ranked = groups.map(({ label, choices }) => {
    const hits = choices.filter(({ words }) => words.includes(sought));
    const isStart = (/** @type {Choice} */ { words }) =>
      words.split('\n').some((word) => word.startsWith(sought));
    return { label, choices: [...hits.filter(isStart), ...hits.filter((hit) => !isStart(hit))] };
  });
  return ranked.filter(({ choices }) => choices.length > 0);
}

/**
 * @param {string} code
 * @param {string} own
 */
function isOwn(code, own) {
  const [, script] = own.split('-');
  return isSameLanguage(code, own) && (script === undefined || code.includes(script));
}

/**
 * @param {string} code
 * @param {string} name
 * @returns {string} one a line: in the user's language, in its own, in English, and its code
 */
function wordsOf(code, name) {
  return [name, languageName(code, code), languageName(code, 'en'), code].map(folded).join('\n');
}

/**
 * @param {string} text
 * @returns {string} without accents and capitals
 */
export function folded(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
}
