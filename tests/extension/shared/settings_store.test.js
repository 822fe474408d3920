import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS } from '../../../extension/shared/settings.js';
import { SettingsStore } from '../../../extension/shared/settings_store.js';

/** A storage as the browser's, kept in memory. */
function memory() {
  /** @type {((changes: Record<string, unknown>) => void)[]} */
  const listeners = [];
  /** @param {Record<string, unknown>} items */
  const area = (items) => ({
    items,
    get: async (/** @type {string} */ key) => structuredClone({ [key]: items[key] }),
    set: async (/** @type {Record<string, unknown>} */ changes) => {
      Object.assign(items, structuredClone(changes));
      for (const listener of listeners) listener(changes);
    },
    remove: async () => {},
    clear: async () => {
      for (const key of Object.keys(items)) delete items[key];
    },
  });
  return {
    sync: area({}),
    local: area({}),
    onChanged: {
      addListener: (/** @type {(changes: Record<string, unknown>) => void} */ listener) => {
        listeners.push(listener);
      },
    },
  };
}

/** @type {import('../../../extension/shared/settings.js').Settings} */
const OWN = {
  ...structuredClone(DEFAULTS),
  language: 'de',
  model: 'base',
  vocabulary: ['Ada Lovelace'],
  filters: { profanity: true, replacements: [{ from: 'a', to: 'b' }] },
  sites: { 'secret.example': { mode: 'reading' } },
};

test('without anything stored there are the defaults', async () => {
  assert.deepEqual(await new SettingsStore(memory()).load(), DEFAULTS);
});

test('what is saved is loaded', async () => {
  const store = new SettingsStore(memory());
  await store.save(OWN);
  assert.deepEqual(await store.load(), OWN);
});

test('words, sites and models do not leave the machine', async () => {
  const storage = memory();
  await new SettingsStore(storage).save(OWN);
  const synced = JSON.stringify(storage.sync.items);
  assert.match(synced, /"language":"de"/);
  for (const own of ['Ada', 'secret', 'base', 'profanity']) assert.ok(!synced.includes(own), own);
});

test('positions are kept by site and screen, and are no change of the settings', async () => {
  const store = new SettingsStore(memory());
  let changes = 0;
  store.onChange(() => changes++);
  const position = { x: 0.5, y: 0.9, width: 0.6 };
  await store.savePosition('a.org', 'windowed', position);
  await store.savePosition('a.org', 'fullscreen', { ...position, y: 0.1 });
  await store.savePosition('a.org', 'windowed', null);
  assert.deepEqual(await store.positionsOf('a.org'), {
    windowed: null,
    fullscreen: { ...position, y: 0.1 },
  });
  assert.deepEqual(await store.positionsOf('b.org'), { windowed: null, fullscreen: null });
  assert.deepEqual(await store.positionsOf(null), { windowed: null, fullscreen: null });
  assert.equal(changes, 0);
  await store.save(OWN);
  assert.ok(changes > 0);
});

test('erasing forgets settings and positions', async () => {
  const storage = memory();
  const store = new SettingsStore(storage);
  await store.save(OWN);
  await store.savePosition('a.org', 'windowed', { x: 0, y: 0, width: 1 });
  await store.erase();
  assert.deepEqual([storage.sync.items, storage.local.items], [{}, {}]);
});
