import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  forgetPrivate,
  lockStorage,
  openStorage,
} from '../../../extension/shared/browser_storage.js';
import { SettingsStore } from '../../../extension/shared/settings_store.js';
import { fakeStorage } from '../background/fake_chrome.js';

const EXTENSION = new URL('../../../extension/', import.meta.url);

/** A browser's storage, and a store for each kind of window. */
function bench() {
  const storage = fakeStorage();
  const normal = new SettingsStore(openStorage(/** @type {any} */ (storage), { incognito: false }));
  const hidden = new SettingsStore(openStorage(/** @type {any} */ (storage), { incognito: true }));
  return { storage, normal, hidden };
}

const POSITION = { x: 0.5, y: 0.9, width: 0.6 };

test('nothing of a private window reaches the disk or the sync', async () => {
  const { storage, normal, hidden } = bench();
  const settings = await hidden.load();
  settings.sites['secret.example'] = { language: 'de' };
  settings.mode = 'reading';
  await hidden.save(settings);
  await hidden.savePosition('secret.example', 'windowed', POSITION);
  assert.deepEqual([storage.local.items, storage.sync.items], [{}, {}]);
  assert.equal((await hidden.load()).sites['secret.example']?.language, 'de');
  assert.deepEqual((await hidden.positionsOf('secret.example')).windowed, POSITION);
  assert.equal((await normal.load()).mode, 'fast');
  assert.equal((await normal.positionsOf('secret.example')).windowed, null);
});

test('a private window begins with what holds elsewhere, and forgets what it changed', async () => {
  const { storage, normal, hidden } = bench();
  await normal.save({ ...(await normal.load()), language: 'fr' });
  assert.equal((await hidden.load()).language, 'fr');
  await hidden.save({ ...(await hidden.load()), language: 'es' });
  await storage.session.set({ other: 1 });
  await forgetPrivate(/** @type {any} */ (storage));
  assert.equal((await hidden.load()).language, 'fr');
  assert.deepEqual(storage.session.items, { other: 1 });
});

test('erasing in a private window leaves what others have kept', async () => {
  const { storage, normal, hidden } = bench();
  await normal.savePosition('a.org', 'windowed', POSITION);
  await hidden.savePosition('b.org', 'windowed', POSITION);
  await hidden.erase();
  assert.deepEqual(storage.session.items, {});
  assert.ok('positions' in storage.local.items);
});

test('a change in a private window is one of its settings', async () => {
  const storage = fakeStorage();
  /** @type {((changes: object) => void)[]} */
  const listeners = [];
  Object.assign(storage, {
    onChanged: { addListener: (/** @type {any} */ l) => listeners.push(l) },
  });
  let changes = 0;
  new SettingsStore(openStorage(/** @type {any} */ (storage), { incognito: true })).onChange(
    () => changes++,
  );
  await new SettingsStore(openStorage(/** @type {any} */ (storage), { incognito: true })).save(
    await new SettingsStore(openStorage(/** @type {any} */ (storage), { incognito: true })).load(),
  );
  for (const key of Object.keys(storage.session.items)) listeners[0]?.({ [key]: {} });
  assert.equal(changes, 2);
  listeners[0]?.({ intent: {} });
  assert.equal(changes, 2);
});

test('content scripts are kept from every area, where the browser can do so', async () => {
  const { storage } = bench();
  /** @type {string[]} */
  const locked = [];
  for (const [name, area] of Object.entries({ local: storage.local, session: storage.session })) {
    const setAccessLevel = async (/** @type {{ accessLevel: string }} */ { accessLevel }) =>
      void locked.push(`${name}: ${accessLevel}`);
    Object.assign(area, { setAccessLevel });
  }
  await lockStorage(/** @type {any} */ (storage));
  assert.deepEqual(locked, ['local: TRUSTED_CONTEXTS', 'session: TRUSTED_CONTEXTS']);
});

test('there is no other way to the storage', async () => {
  const paths = (await readdir(EXTENSION, { recursive: true })).filter((p) => p.endsWith('.js'));
  for (const path of paths) {
    const source = await readFile(new URL(path, EXTENSION), 'utf8');
    const others = source.replace(
      /\b(?:openStorage|lockStorage|forgetPrivate)\(chrome\.storage\b/g,
      '',
    );
    const uses =
      /chrome\.storage\b(?! \*\/|$)|localStorage|sessionStorage|indexedDB|caches\.open|\.cookie/;
    if (path !== 'shared/browser_storage.js') assert.doesNotMatch(others, uses, path);
  }
});
