/**
 * Which engine translates a pair of languages, and what there would be to get. Pure.
 *
 * The rule for what can be used now: an installed translator of the caption program, which tells its
 * own in the order of their quality; else the browser's own, where it has the pair on this device;
 * else Whisper itself, into English, where the model can. What the user has named goes before all of
 * it. The caption program keeps the same rule for its own part (`core/translation/choice.py`).
 */
import { memoised } from './memo.js';
import { baseOf, isSameLanguage } from './translation_rules.js';

/** @typedef {import('../translation/browser_translator.js').Availability} Availability */
/** @typedef {import('./protocol.js').CatalogModel} CatalogModel */
/** @typedef {import('./protocol.js').HostHello} HostHello */

/**
 * @typedef {object} Engines
 * @property {HostHello['translators']} installed
 * @property {readonly CatalogModel[]} catalogue also what recognises
 * @property {ReadonlyMap<string, Availability>} browser by target; empty: it has no translator
 * @property {boolean} whisper whether the model in use writes English
 */

/** @typedef {'host' | 'browser' | 'whisper'} By */

/**
 * What would serve a pair of languages, once it is here.
 * @typedef {object} Offer
 * @property {string} id the same as long as it is about the same
 * @property {'browser' | 'catalogue'} by
 * @property {readonly CatalogModel[]} models in the order of their use; none of the browser's
 * @property {number} bytes still to be downloaded; 0 where that is not known
 * @property {boolean} throughEnglish whether two translators are used one after the other
 * @property {'draft' | 'good' | 'best' | null} quality of the weakest part; null: not known
 * @property {number | null} milliseconds for an ordinary line on this machine
 * @property {string[]} terms what licences forbid, in plain words
 * @property {CatalogModel['state']} state
 */

const QUALITIES = /** @type {const} */ (['draft', 'good', 'best']);
const STATES = /** @type {const} */ (['damaged', 'downloading', 'absent', 'installed']);

/**
 * @param {Engines} engines
 * @returns {string[]} codes of all languages that some engine translates into, each once
 */
export function reachable({ installed, catalogue, browser, whisper }) {
  const codes = [
    ...installed.flatMap(({ targets }) => targets),
    ...catalogue.flatMap(({ translation }) => translation?.into ?? []),
    ...[...browser].flatMap(([code, state]) => (state === 'unavailable' ? [] : [code])),
    ...(whisper ? ['en'] : []),
  ];
  // One language can have several codes; which of them comes first is no matter.
  const known = new Map(codes.toReversed().map((code) => [canonical(code), code]));
  return [...known.values()];
}

/**
 * What translates a pair now.
 * @param {string} target
 * @param {string | null} source null: not known
 * @param {Engines} engines
 * @returns {By | null}
 */
export function servedBy(target, source, { installed, browser, whisper }) {
  const knows = installed.some(
    ({ sources, targets }) =>
      covers(targets, target) && (sources.length === 0 || may(sources, source)),
  );
  if (knows) return 'host';
  if (browserState(browser, target) === 'available') return 'browser';
  return whisper && isSameLanguage(target, 'en') ? 'whisper' : null;
}

/**
 * What could be got for a pair, the one that is suggested first. What is free for all uses goes
 * before what is not, then quality counts, then size; two through English are the last resort.
 * @param {string} target
 * @param {string | null} source null: not known
 * @param {Engines} engines
 * @returns {Offer[]}
 */
export function offersFor(target, source, { catalogue, browser }) {
  const translators = catalogue.filter(({ translation }) => translation);
  const direct = translators.filter((model) => goes(model, source, target)).map((model) => [model]);
  const pivots = direct.length > 0 ? [] : pairsThroughEnglish(translators, source, target);
  const offers = [...direct, ...pivots].map(offerOf).sort(byRank);
  const state = browserState(browser, target);
  if (state === undefined || state === 'unavailable') return offers;
  return [browserOffer(state), ...offers];
}

/**
 * Whether a model of Whisper writes English itself: no English-only one does, nor turbo and distil.
 * @param {string | null} model in use; null: not known
 * @param {readonly CatalogModel[]} catalogue
 * @returns {boolean}
 */
export function writesEnglish(model, catalogue) {
  const known = catalogue.find(({ name, kind }) => name === model && kind === 'recogniser');
  if (known) return known.translates;
  return model === null || !/turbo|distil|\.en\b/i.test(model);
}

/**
 * @param {Availability} state
 * @returns {Offer}
 */
function browserOffer(state) {
  const offer = { id: 'browser', by: /** @type {const} */ ('browser'), models: [], bytes: 0 };
  const unknown = { throughEnglish: false, quality: null, milliseconds: null, terms: [] };
  return { ...offer, ...unknown, state: state === 'available' ? 'installed' : 'absent' };
}

/**
 * @param {readonly CatalogModel[]} models
 * @returns {Offer}
 */
function offerOf(models) {
  const facts = models.flatMap(({ translation }) => translation ?? []);
  const times = facts.map(({ milliseconds }) => milliseconds);
  const missing = models.filter(({ state }) => state !== 'installed');
  return {
    id: models.map(({ name }) => name).join('+'),
    by: 'catalogue',
    models,
    bytes: missing.reduce((sum, { size_bytes: bytes }) => sum + bytes, 0),
    throughEnglish: models.length > 1,
    quality: QUALITIES.find((quality) => facts.some((one) => one.quality === quality)) ?? null,
    milliseconds: times.reduce((sum, ms) => (sum === null || ms === null ? null : sum + ms), 0),
    terms: [...new Set(facts.map(({ terms }) => terms))].filter((terms) => terms !== ''),
    state: STATES.find((state) => models.some((model) => model.state === state)) ?? 'absent',
  };
}

/**
 * @param {readonly CatalogModel[]} translators
 * @param {string | null} source
 * @param {string} target
 * @returns {CatalogModel[][]}
 */
function pairsThroughEnglish(translators, source, target) {
  const joined = translators.filter(({ translation }) => translation?.pivot);
  const from = joined.filter((model) => source !== null && goes(model, source, 'en'));
  const into = joined.filter((model) => goes(model, 'en', target));
  return from.flatMap((first) => into.map((second) => [first, second]));
}

/**
 * @param {CatalogModel} model
 * @param {string | null} source
 * @param {string} target
 */
function goes({ translation }, source, target) {
  if (!translation) return false;
  return covers(translation.into, target) && may(translation.from, source);
}

/**
 * @param {Offer} a
 * @param {Offer} b
 */
function byRank(a, b) {
  const rank = (/** @type {Offer} */ { quality }) => (quality ? QUALITIES.indexOf(quality) : -1);
  return a.terms.length - b.terms.length || rank(b) - rank(a) || a.bytes - b.bytes;
}

/**
 * @param {ReadonlyMap<string, Availability>} browser
 * @param {string} target
 */
function browserState(browser, target) {
  return (
    browser.get(target) ?? [...browser].find(([code]) => canonical(code) === canonical(target))?.[1]
  );
}

/**
 * A language that nobody knows yet can be any one of many; of one or two that would be a guess.
 * @param {readonly string[]} sources
 * @param {string | null} source
 */
function may(sources, source) {
  return source === null ? sources.length > 2 : covers(sources, source);
}

/**
 * @param {readonly string[]} codes
 * @param {string} code
 */
function covers(codes, code) {
  return canonicalOf(codes).has(canonical(code));
}

/**
 * A translator's two hundred languages are asked about for each of as many in a list.
 * @type {WeakMap<readonly string[], ReadonlySet<string>>}
 */
const CANONICAL = new WeakMap();

/** @param {readonly string[]} codes never changed: they are of a message */
function canonicalOf(codes) {
  const known = CANONICAL.get(codes) ?? new Set(codes.map(canonical));
  CANONICAL.set(codes, known);
  return known;
}

/**
 * Language and script of a code; a region changes the spelling alone, where it does not mean another
 * script.
 */
export const canonical = memoised((code) => {
  const [, ...parts] = code.split(/[-_]/);
  const base = baseOf(code);
  const { script, language } = new Intl.Locale([base, ...parts].join('-')).maximize();
  const usual = new Intl.Locale(base).maximize().script;
  return script === usual ? language : `${language}-${script}`;
});
