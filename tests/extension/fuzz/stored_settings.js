/** Settings and positions as they are stored, whatever has been stored. */
import assert from 'node:assert/strict';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { DEFAULTS, hostOptions, settingsFor } from '../../../extension/shared/settings.js';
import {
  isReadable,
  migrate,
  upgrade,
  validate,
} from '../../../extension/shared/settings_rules.js';
import { SettingsStore } from '../../../extension/shared/settings_store.js';
import { findFault } from '../../../extension/shared/validate.js';
import { pick } from './mutate.js';
import { mutatedOften } from './values.js';

/** @typedef {import('./mutate.js').Random} Random */

const SITES = { 'a.org': { mode: 'reading', appearance: { lines: 2 } } };
const FILTERS = { profanity: true, replacements: [{ from: 'teh', to: 'the' }] };
const STORED = [
  DEFAULTS,
  { ...DEFAULTS, sites: SITES, filters: FILTERS, vocabulary: ['Kubernetes'], translateTo: 'pt-BR' },
  { version: 1 },
];
const POSITIONS = {
  'a.org': { windowed: { x: 0, y: 0, width: 1 }, fullscreen: null },
  'b.org': { windowed: null, fullscreen: { x: 0.5, y: 0.9, width: 0.4 } },
};
const SITES_ASKED = [null, 'a.org', '__proto__', 'constructor', ''];

/** @type {import('./targets.js').Target} */
export const settings = {
  quick: 2_000,
  make: (random) => ({
    synced: someStored(random),
    local: someStored(random),
    positions: mutatedOften(random, POSITIONS) ?? null,
  }),
  read: async ({ synced, local, positions }) => {
    requireSound(migrate(synced));
    assert.equal(typeof isReadable(synced), 'boolean');
    assert.ok(validate(upgrade(synced)).faults.every((fault) => typeof fault === 'string'));
    const store = new SettingsStore(
      storageWith({ settings: synced }, { settings: local, positions }),
    );
    requireSound(await store.load());
    for (const site of SITES_ASKED) {
      if (site !== null) await store.savePosition(site, 'windowed', null);
      assert.equal((await store.positionsOf(site)).windowed, null);
    }
  },
};

/** @param {Random} random */
function someStored(random) {
  return mutatedOften(random, pick(random, STORED), 5) ?? null;
}

/** @param {import('../../../extension/shared/settings.js').Settings} found */
function requireSound(found) {
  assert.deepEqual(validate(found), { settings: found, faults: [] });
  assert.deepEqual(Object.keys(found).sort(), Object.keys(DEFAULTS).sort());
  assert.equal(Object.getPrototypeOf(found), Object.prototype);
  for (const site of [...SITES_ASKED, ...Object.keys(found.sites)]) {
    const options = hostOptions(settingsFor(found, site));
    assert.equal(findFault(options, 'Options', DEFINITIONS), null);
  }
}

/** @param {object} synced @param {object} local @returns {any} */
function storageWith(synced, local) {
  /** @param {Record<string, any>} items */
  const area = (items) => ({
    get: async (/** @type {string} */ key) =>
      Object.hasOwn(items, key) ? { [key]: items[key] } : {},
    set: async (/** @type {object} */ changes) => void Object.assign(items, changes),
    clear: async () => {},
  });
  return { sync: area({ ...synced }), local: area({ ...local }), onChanged: { addListener() {} } };
}
