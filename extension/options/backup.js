/** Settings as a file, everything forgotten, and a report for who helps. */
import { upgrade, validate } from '../shared/settings_rules.js';
import { byId, element, text } from '../ui/page.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/protocol.js').HostHello} HostHello */
/** @typedef {import('../shared/settings.js').Settings} Settings */

/** @param {Settings} settings */
export function exportSettings(settings) {
  const file = new Blob([JSON.stringify(settings, null, 2)], { type: 'application/json' });
  const link = element('a', { href: URL.createObjectURL(file), download: 'wlk-captions.json' });
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * @param {string} json
 * @returns {Settings | null} null, with the reasons shown, when it is not sound
 */
export function importSettings(json) {
  const { settings, faults } = parse(json);
  const all = faults.map((fault) => element('li', { textContent: fault }));
  byId('import-faults').replaceChildren(...all);
  say(faults.length > 0 ? 'import_refused' : 'import_done');
  return faults.length > 0 ? null : settings;
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
 * @param {HostHello | null} hello
 * @param {Problem | null} problem
 * @param {CaptureState[]} captures
 */
export function report(settings, hello, problem, captures) {
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
    problem,
    running,
    settings: plain,
    counts,
  };
  return JSON.stringify(facts, null, 2);
}
