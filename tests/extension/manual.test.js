/** The manual names settings and keys as they are. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { nameKey, SECTIONS, valueAt } from '../../extension/options/fields.js';
import { DEFAULTS, GROUPS } from '../../extension/shared/settings.js';

const ROOT = new URL('../../', import.meta.url);

/** @param {string} path */
const read = (path) => readFile(new URL(path, ROOT), 'utf8');

const options = await read('host/docs/options.md');
const rows = [...options.matchAll(/^\| ([^|]+) \| `([\w.]+)` \| ([^|]+) \| `([^|`]+)` \|/gm)];

/** @type {Record<string, { message: string }>} */
const texts = JSON.parse(await read('extension/_locales/en/messages.json'));

/** @returns {string[]} each setting but the version and the rules for sites */
function settings() {
  const fields = Object.entries(DEFAULTS).filter(([name]) => !['version', 'sites'].includes(name));
  return fields.flatMap(([name, value]) =>
    GROUPS.includes(name) ? Object.keys(Object(value)).map((inner) => `${name}.${inner}`) : [name],
  );
}

test('each setting is described, with its default and as the options page calls it', () => {
  const expected = settings().map((path) => [
    texts[nameKey(path)]?.message,
    path,
    JSON.stringify(valueAt(DEFAULTS, path)),
  ]);
  const described = rows.map(([, label, path, , usual]) => [label, path, usual]);
  assert.deepEqual(described.sort(byPath), expected.sort(byPath));
});

test('what a setting can be is what its control offers', () => {
  for (const { path, choices, range } of Object.values(SECTIONS).flat()) {
    const values = rows.find((row) => row[2] === path)?.[3] ?? '';
    for (const value of choices ?? []) assert.ok(values.includes(`\`${value}\``), path);
    if (!range) continue;
    for (const limit of [range.minimum, range.maximum]) {
      const shown = range.unit === 'percent' ? 100 * limit : limit;
      assert.match(values, new RegExp(`\\b${shown}\\b`), path);
    }
  }
});

test('each key is told, for a Mac as well', async () => {
  const page = await read('host/docs/use.md');
  const told = [...page.matchAll(/^\| (\w+\+\S+) \| (\w+\+\S+) \|/gm)];
  /** @type {{ commands: Record<string, { suggested_key?: { default: string, mac: string } }> }} */
  const { commands } = JSON.parse(await read('extension/manifest.json'));
  const keys = Object.values(commands).flatMap(({ suggested_key: key }) => key ?? []);
  assert.deepEqual(
    told.map(([, usual, mac]) => [usual, mac]),
    keys.map((key) => [key.default, key.mac]),
  );
});

/**
 * @param {(string | undefined)[]} a
 * @param {(string | undefined)[]} b
 */
function byPath([, a = ''], [, b = '']) {
  return a < b ? -1 : 1;
}
