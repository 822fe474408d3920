import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SECTIONS, valueAt } from '../../extension/options/fields.js';
import { DEFINITIONS } from '../../extension/shared/protocol.js';
import {
  DEFAULTS,
  HOST_OPTIONS,
  hostOptions,
  SETTINGS,
  settingsFor,
} from '../../extension/shared/settings.js';
import { validate } from '../../extension/shared/settings_rules.js';
import { findFault } from '../../extension/shared/validate.js';

/** @typedef {import('../../extension/shared/validate.js').Schema} Schema */
/** @typedef {Schema & { default: unknown, option?: string, step?: number }} Setting */

const SCHEMA = new URL('../../host/wlk_host/protocol/schema.json', import.meta.url);
/** @type {Record<string, Setting>} */
const TABLE = JSON.parse(await readFile(SCHEMA, 'utf8')).$defs.Options.properties;

/** Made of other settings: `translateTo`, `translator` and what is shown. */
const DERIVED = 'task';

/** Settings whose default is not what the host takes for absent, and why is said in the table. */
const OTHER_DEFAULTS = ['speakers'];

/** Settings that allow less than the host does, and why is said in the table. */
const NARROWER = ['language'];

/**
 * For each pattern of the tables a text that it allows, and by what this may go on. The first, where
 * there is none.
 * @type {[[string, string], ...[string, string][]]}
 */
const TEXTS = [
  ['a', 'a'],
  ['en', ''],
  ['3.1', ',3.1'],
  ['#0a0b0c', ''],
];

/** @type {[string, Setting][]} */
const LEAVES = Object.entries(SETTINGS).flatMap(([name, setting]) =>
  'default' in setting
    ? [[name, /** @type {Setting} */ (setting)]]
    : Object.entries(setting).map(([inner, leaf]) => [`${name}.${inner}`, leaf]),
);

/**
 * @param {Schema} schema
 * @returns {[unknown, boolean][]} texts at the limits and one step beyond; whether they are allowed
 */
function textCases({ minLength, maxLength, pattern }) {
  const [text, more] = TEXTS.find(([start]) => new RegExp(pattern ?? '').test(start)) ?? TEXTS[0];
  /** @type {[unknown, boolean][]} */
  const cases = [[text, true]];
  if (maxLength !== undefined) {
    const times = Math.floor((maxLength - text.length) / more.length);
    cases.push([text + more.repeat(times), true], [text + more.repeat(times + 1), false]);
  }
  if (minLength !== undefined) {
    cases.push(['a'.repeat(minLength), true], ['a'.repeat(minLength - 1), false]);
  }
  if (pattern !== undefined) cases.push(['?', false]);
  return cases;
}

/**
 * @param {Schema} schema of a list
 * @returns {[unknown, boolean][]}
 */
function listCases({ items = {}, maxItems = Infinity }) {
  const isText = items.type === 'string';
  const item = isText ? 'ab' : smallest(items);
  const texts = isText ? textCases(items) : [];
  return [
    ...texts.map(([text, fits]) => /** @type {[unknown, boolean]} */ ([[text], fits])),
    [Array(maxItems).fill(item), true],
    [Array(maxItems + 1).fill(item), false],
  ];
}

/**
 * @param {Schema} schema of a record
 * @returns {object} one that it allows
 */
function smallest({ properties = {} }) {
  const values = Object.entries(properties).map(([name, schema]) => {
    return [name, casesOf(/** @type {Setting} */ (schema)).find(([, fits]) => fits)?.[0]];
  });
  return Object.fromEntries(values);
}

/**
 * @param {Setting} schema of a number
 * @returns {[unknown, boolean][]}
 */
function numberCases({ minimum = NaN, maximum = NaN, step = NaN }) {
  return [...[minimum, maximum].map(allowed), [minimum - step, false], [maximum + step, false]];
}

/**
 * @param {Setting} schema
 * @returns {[unknown, boolean][]} values at each limit and one step beyond; whether they are allowed
 */
function casesOf(schema) {
  const type = [schema.type].flat()[0];
  if (schema.enum) return [...schema.enum.map(allowed), [`${schema.enum[0]}2`, false]];
  if (type === 'boolean') return [...[true, false].map(allowed), [1, false]];
  if (type === 'array') return listCases(schema);
  if (type === 'number' || type === 'integer') return numberCases(schema);
  return textCases(schema);
}

/** @param {unknown} value @returns {[unknown, boolean]} */
function allowed(value) {
  return [value, true];
}

/** @param {string} path @param {unknown} value @returns {string[]} faults of settings with it */
function faultsWith(path, value) {
  const [first = '', second] = path.split('.');
  return validate(second === undefined ? { [first]: value } : { [first]: { [second]: value } })
    .faults;
}

for (const [name, schema] of Object.entries(TABLE)) {
  test(`${name} has the limits of the protocol, in messages and in the settings`, () => {
    const setting = LEAVES.find(([, { option }]) => option === name);
    assert.equal(setting === undefined, name === DERIVED, `${name} is no setting`);
    const outcomes = casesOf(schema).map(([value, fits]) => {
      const fault = findFault({ [name]: value }, 'Options', DEFINITIONS);
      assert.equal(fault === null, fits, `${JSON.stringify(value).slice(0, 40)}: ${fault}`);
      const isRefused = setting !== undefined && faultsWith(setting[0], value).length > 0;
      if (setting && !NARROWER.includes(name)) assert.equal(isRefused, !fits);
      if (!fits && setting) assert.ok(isRefused);
      return fits;
    });
    assert.deepEqual(new Set(outcomes), new Set([true, false]));
  });
}

test('defaults are those of the protocol', () => {
  assert.deepEqual(Object.keys(HOST_OPTIONS), Object.keys(TABLE));
  const sent = /** @type {Record<string, unknown>} */ (hostOptions(settingsFor(DEFAULTS, null)));
  assert.deepEqual(Object.keys(sent).sort(), Object.keys(TABLE).sort());
  for (const [name, schema] of Object.entries(TABLE)) {
    const same = JSON.stringify(sent[name]) === JSON.stringify(schema.default);
    assert.equal(same, !OTHER_DEFAULTS.includes(name), name);
  }
});

for (const [path, setting] of LEAVES) {
  test(`${path} is refused one step beyond its limits, and its default is within`, () => {
    assert.deepEqual(valueAt(DEFAULTS, path), setting.default);
    assert.deepEqual(faultsWith(path, setting.default), []);
    for (const [value, fits] of casesOf(setting)) {
      assert.equal(faultsWith(path, value).length === 0, fits, JSON.stringify(value).slice(0, 40));
    }
  });
}

test('sliders and choices offer all that the table allows, and no more', () => {
  for (const { path, range, choices } of Object.values(SECTIONS).flat()) {
    const setting = LEAVES.find(([name]) => name === path)?.[1];
    if (range) {
      const { minimum, maximum, step } = range;
      assert.deepEqual(
        [minimum, maximum, step],
        [setting?.minimum, setting?.maximum, setting?.step],
      );
    }
    if (choices) assert.deepEqual(choices, setting?.enum, path);
  }
});
