/** Settings of any shape end in sound settings, in bounded time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, GROUPS, isRecord, SETTINGS } from '../../../extension/shared/settings.js';
import {
  isReadable,
  migrate,
  upgrade,
  validate,
} from '../../../extension/shared/settings_rules.js';
import { SettingsStore } from '../../../extension/shared/settings_store.js';
import { pick, randomOf } from '../fuzz/mutate.js';

const RUNS = 5_000;
const MANY_MS = 20_000;

const NUMBERS = [0, -0, 1, -1, 0.5, 1e300, -1e300, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, 1e21, 5e-324];
const ODD = [NaN, Infinity, -Infinity, 'Infinity', '__proto__', '', 'ž'.repeat(5_000), '\u0000'];
const KEYS = ['version', 'sites', '__proto__', 'constructor', 'toString', ...Object.keys(SETTINGS)];

/** @param {() => number} next @param {number} depth @returns {unknown} */
function anything(next, depth = 3) {
  const kind = Math.floor(next() * (depth > 0 ? 7 : 5));
  const scalars = [null, true, undefined, pick(next, NUMBERS), pick(next, ODD)];
  if (kind < 5) return scalars[kind];
  const size = Math.floor(next() * 6);
  if (kind === 5) return Array.from({ length: size }, () => anything(next, depth - 1));
  return record(next, depth, size);
}

/** @param {() => number} next @param {number} depth @param {number} size */
function record(next, depth, size) {
  const made = {};
  for (let n = 0; n < size; n += 1) {
    // As JSON makes it: also "__proto__" is a field.
    const value = anything(next, depth - 1);
    const field = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(made, pick(next, KEYS), field);
  }
  return made;
}

/** @param {() => number} next @returns {unknown} sound settings, with something wrong in them */
function damaged(next) {
  /** @type {any} */
  const settings = structuredClone(DEFAULTS);
  for (let n = 0; n < 3; n += 1) {
    const key = pick(next, KEYS);
    const group = settings[key];
    if (GROUPS.includes(key) && isRecord(group) && next() < 0.5) {
      group[pick(next, KEYS.concat(Object.keys(group)).slice(3))] = anything(next);
    } else {
      const field = { value: anything(next), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(settings, key, field);
    }
  }
  return settings;
}

test('whatever is stored, the settings are sound, and soon', () => {
  const next = randomOf(14);
  const begun = performance.now();
  for (let run = 0; run < RUNS; run += 1) {
    const stored = run % 2 ? anything(next) : damaged(next);
    const settings = migrate(stored);
    assert.deepEqual(validate(settings), { settings, faults: [] });
    assert.deepEqual(Object.keys(settings).sort(), Object.keys(DEFAULTS).sort());
    assert.equal(typeof isReadable(stored), 'boolean');
  }
  assert.ok(performance.now() - begun < MANY_MS);
});

test('a version that is none is a fault, and nothing is migrated from it', () => {
  const step = () => assert.fail('migrated');
  for (const version of [...NUMBERS, ...ODD, null, [], {}, '1', true]) {
    if (version === 1) continue;
    const isLater = Number.isSafeInteger(version) && Number(version) > 1;
    assert.equal(isReadable({ version }), isLater, String(version));
    upgrade({ version }, { 0: step, 1: step }, 1);
    if (!isLater) assert.match(validate({ version }).faults.join(), /^version: /, String(version));
  }
});

test('a site of any name is only a site', () => {
  const stored = JSON.parse('{"version": 1, "sites": {"__proto__": {"mode": "reading"}}}');
  const { sites } = migrate(stored);
  assert.ok(Object.hasOwn(sites, '__proto__'));
  assert.equal(Object.getPrototypeOf(sites), Object.prototype);
});

/** @param {unknown} synced @param {unknown} local @returns a storage in which settings are these */
function storageWith(synced, local) {
  /** @param {unknown} settings */
  const area = (settings) => {
    /** @type {Record<string, any>} */
    const items = settings === undefined ? {} : { settings };
    return {
      items,
      get: async (/** @type {string} */ key) => (key in items ? { [key]: items[key] } : {}),
      set: async (/** @type {object} */ changes) => void Object.assign(items, changes),
      remove: async () => {},
      clear: async () => {},
    };
  };
  return { sync: area(synced), local: area(local), onChanged: { addListener: () => {} } };
}

test('settings that cannot be read are set aside, told, and stand in the way no more', async () => {
  for (const bad of [
    { version: -1e300, mode: 'reading' },
    [],
    'settings',
    7,
    null,
    { version: {} },
  ]) {
    const storage = storageWith(bad, { version: 1, model: 'base' });
    const store = new SettingsStore(storage);
    assert.deepEqual(await store.load(), { ...DEFAULTS, model: 'base' });
    assert.deepEqual(await store.damaged(), { sync: bad });
    assert.deepEqual(storage.sync.items.settings, { version: 1 });
    await store.discardDamaged();
    assert.equal(await store.damaged(), null);
    assert.equal((await store.load()).model, 'base');
  }
});

test('positions of any shape are none, and those of few sites are kept', async () => {
  const store = new SettingsStore(storageWith(undefined, undefined));
  const position = { x: 0, y: 0, width: 1 };
  for (let n = 0; n < 510; n += 1) await store.savePosition(`${n}.org`, 'windowed', position);
  assert.equal((await store.positionsOf('0.org')).windowed, null);
  assert.deepEqual((await store.positionsOf('509.org')).windowed, position);
  assert.deepEqual((await store.positionsOf('10.org')).windowed, position);
  const odd = storageWith(undefined, undefined);
  await odd.local.set({ positions: 7 });
  assert.equal((await new SettingsStore(odd).positionsOf('a.org')).windowed, null);
});
