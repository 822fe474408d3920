/** What is said of translators, in the user's words. */
import { languageName } from '../shared/languages.js';
import { LOCALE, number, text } from './page.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/messages.js').TranslationState} TranslationState */
/** @typedef {import('../shared/protocol.js').CatalogModel} CatalogModel */
/** @typedef {import('../shared/translators.js').Offer} Offer */
/** @typedef {import('../translation/browser_translator.js').FaultKind} FaultKind */

const MEGABYTE = 1_000_000;

/** @type {Record<FaultKind, string>} */
const FAULTS = {
  missing: 'translation_fault_missing',
  pair: 'translation_fault_pair',
  click: 'translation_fault_click',
  downloading: 'translation_fault_downloading',
  download: 'translation_fault_download',
  cancelled: 'translation_fault_cancelled',
  text: 'translation_fault_failed',
  silent: 'translation_fault_silent',
  failed: 'translation_fault_failed',
};

const QUALITY = {
  draft: 'translation_quality_draft',
  good: 'translation_quality_good',
  best: 'translation_quality_best',
};

/**
 * @param {FaultKind} kind of the browser's translator
 * @param {{ source: string, target: string } | null} pair
 * @returns {string}
 */
export function faultWords(kind, pair) {
  return text(FAULTS[kind], pair ? pairWords(pair.source, pair.target) : '');
}

/**
 * @param {TranslationState} state
 * @returns {string} why there are no translations; empty: there is no problem
 */
export function problemWords({ problem, pair }) {
  if (!problem) return '';
  const kind = /^translation_(\w+)$/.exec(problem.code)?.[1] ?? '';
  if (problem.message === '' && kind in FAULTS) {
    return faultWords(/** @type {FaultKind} */ (kind), pair);
  }
  return `${problem.message} ${problem.hint}`.trim();
}

/**
 * @param {string} source
 * @param {string} target
 */
function pairWords(source, target) {
  return `${languageName(source, LOCALE)} → ${languageName(target, LOCALE)}`;
}

/**
 * @param {Offer} offer
 * @returns {string} its name
 */
export function offerName({ by, models }) {
  if (by === 'browser') return text('translator_browser');
  return models.map(({ name }) => name).join(' + ');
}

/**
 * @param {Offer} offer
 * @returns {string} size, licence, quality, speed, as far as they are known
 */
export function offerFacts({ by, bytes, models, throughEnglish, quality, milliseconds }) {
  if (by === 'browser') return text('translator_browser_facts');
  const licences = [...new Set(models.map(({ licence }) => licence))];
  return [
    bytes > 0 ? megabytes(bytes) : '',
    ...licences,
    quality ? text(QUALITY[quality]) : '',
    milliseconds === null ? '' : text('translation_speed', seconds(milliseconds)),
    throughEnglish ? text('translation_through_english') : '',
  ]
    .filter((fact) => fact !== '')
    .join(' · ');
}

/**
 * @param {CatalogModel} model that translates
 * @returns {string} between which languages
 */
export function translatorUse({ translation }) {
  if (!translation) return '';
  const [source, target] = [translation.from[0], translation.into[0]];
  const isPair = translation.from.length === 1 && translation.into.length === 1;
  if (isPair && source && target) return pairWords(source, target);
  return text('translator_languages', translation.into.length);
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${number(Math.max(1, Math.round(bytes / MEGABYTE)))} MB`;
}

/** @param {number} ms */
function seconds(ms) {
  return number(ms / 1000, { maximumFractionDigits: ms < 1000 ? 2 : 1 });
}
