/** Settings as a file, everything forgotten, and a report for who helps. */
import { upgrade, validate } from '../shared/settings_rules.js';
import { byId, element, text } from '../ui/page.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/protocol.js').HostHealth} HostHealth */
/** @typedef {import('../shared/protocol.js').HostHello} HostHello */
/** @typedef {import('../shared/settings.js').Settings} Settings */

/** Settings with the longest words and a rule for every site are smaller than this. */
const MAX_BYTES = 1_000_000;

/** Nobody reads more. */
const MAX_FAULTS = 50;

/**
 * @param {unknown} settings
 * @param {string} name of the file
 */
export function exportSettings(settings, name) {
  const file = new Blob([JSON.stringify(settings, null, 2)], { type: 'application/json' });
  const link = element('a', { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * @param {File} file
 * @returns {Promise<Settings | null>} null, with the reasons shown, when it is not sound
 */
export async function importSettings(file) {
  const { settings, faults } = file.size > MAX_BYTES ? tooLarge(file) : parse(await file.text());
  const all = faults.slice(0, MAX_FAULTS).map((fault) => element('li', { textContent: fault }));
  byId('import-faults').replaceChildren(...all);
  say(faults.length > 0 ? 'import_refused' : 'import_done');
  return faults.length > 0 ? null : settings;
}

/** @param {File} file */
function tooLarge({ size }) {
  return { ...validate({}), faults: [`${size} bytes, limit is ${MAX_BYTES}`] };
}

/** @param {string} json */
function parse(json) {
  try {
    return validate(upgrade(JSON.parse(json)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ...validate({}), faults: [error.message] };
  }
}

/** @param {string} key of what was done */
export function say(key) {
  byId('backup-state').textContent = text(key);
}

/**
 * What helps to find a fault: no word that was said or typed, no page, no site.
 * @param {Settings} settings
 * @param {object} now
 * @param {HostHello | null} now.hello
 * @param {HostHealth | null} now.health
 * @param {Problem | null} now.problem
 * @param {CaptureState[]} now.captures
 */
export function report(settings, { hello, health, problem, captures }) {
  const { vocabulary, filters, sites, ...plain } = settings;
  const counts = {
    vocabulary: vocabulary.length,
    replacements: filters.replacements.length,
    sites: Object.keys(sites).length,
  };
  const running = captures.map(({ phase, language, model }) => ({ phase, language, model }));
  const { version } = chrome.runtime.getManifest();
  const facts = {
    extension: version,
    browser: navigator.userAgent,
    host: hello,
    health: health?.runs ?? null,
    problem,
    running,
    settings: plain,
    counts,
  };
  return JSON.stringify(facts, null, 2);
}
