/** How what the user chose is changed, and for which site. Pure. */
import { mergeInto, SETTINGS } from './settings.js';

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
