/** How what the user chose is changed, and for which site. Pure. */
import { mergeInto, SETTINGS } from './settings.js';
import { isSameLanguage } from './translation_rules.js';

/** @typedef {import('./settings.js').Appearance} Appearance */
/** @typedef {import('./settings.js').Json} Json */
/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./settings.js').SiteOverrides} SiteOverrides */

/**
 * Change what holds on a site: where the site has a rule of its own for it, the rule; else the
 * setting for all sites.
 * @param {Readonly<Settings>} settings
 * @param {string | null} site
 * @param {SiteOverrides} changes
 * @returns {Settings}
 */
export function changeFor(settings, site, changes) {
  const changed = structuredClone(/** @type {Settings} */ (settings));
  const rule = site === null ? undefined : changed.sites[site];
  for (const [field, value] of Object.entries(changes)) {
    const owner = rule && Object.hasOwn(rule, field) ? rule : changed;
    mergeInto(/** @type {Json} */ (owner), { [field]: value });
  }
  return changed;
}

/**
 * @param {Appearance} appearance
 * @param {1 | -1} direction
 * @returns {Partial<Appearance>} a step larger or smaller, within what is allowed
 */
export function resized(appearance, direction) {
  const { minimum, maximum } = SETTINGS.appearance.fontSize;
  const next = Math.round(appearance.fontSize * (direction === 1 ? 1.12 : 1 / 1.12));
  return { fontSize: Math.min(maximum, Math.max(minimum, next)) };
}

/**
 * The name under which a page's rules and positions are kept.
 * @param {string | undefined} url
 * @returns {string | null} null for pages that are not of the web
 */
export function siteOf(url) {
  if (url === undefined || !URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) ? hostname.replace(/^www\./, '') : null;
}

/**
 * @param {Readonly<Settings>} settings
 * @param {string | null} site
 * @returns {boolean} whether the site has settings of its own, besides rules for languages
 */
export function hasOwnSettings(settings, site) {
  const rule = site === null ? undefined : settings.sites[site];
  return rule !== undefined && Object.keys(rule).some((name) => name !== 'languageRules');
}

/**
 * Say what is done with a language on a site, whatever else is chosen.
 * @param {Readonly<Settings>} settings
 * @param {string} site
 * @param {string} language
 * @param {'always' | 'never' | null} translate null: as on all sites
 * @returns {Settings}
 */
export function withRule(settings, site, language, translate) {
  const changed = structuredClone(/** @type {Settings} */ (settings));
  const { languageRules = [], ...own } = changed.sites[site] ?? {};
  const others = languageRules.filter((rule) => !isSameLanguage(rule.language, language));
  const rules = translate === null ? others : [...others, { language, translate }];
  if (rules.length > 0) changed.sites[site] = { ...own, languageRules: rules };
  else if (Object.keys(own).length > 0) changed.sites[site] = own;
  else delete changed.sites[site];
  return changed;
}
