/** Single values: messages of both directions, words to be replaced. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { siteOf } from '../../../extension/shared/settings_changes.js';
import { validate } from '../../../extension/shared/settings_rules.js';
import { SWEARWORDS } from '../../../extension/shared/swearwords.js';
import { makeFilter } from '../../../extension/shared/text_filters.js';
import { findFault } from '../../../extension/shared/validate.js';
import { below, mutated, pick } from './mutate.js';

/** @typedef {import('./targets.js').Target} Target */
/** @typedef {import('./mutate.js').Random} Random */
/** @typedef {import('../../../extension/shared/validate.js').Definitions} Definitions */

const FIXTURES = new URL('../../fixtures/protocol/', import.meta.url);

export const MESSAGES = ['valid', 'invalid'].flatMap((kind) => {
  const folder = new URL(`${kind}/`, FIXTURES);
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
});

/** Of each type of message the fields of both directions. @type {Map<unknown, Set<string>>} */
const FIELDS = new Map();
for (const { properties = {} } of Object.values(/** @type {Definitions} */ (DEFINITIONS))) {
  const type = properties.type?.const;
  FIELDS.set(type, new Set([...(FIELDS.get(type) ?? []), ...Object.keys(properties)]));
}

/** @param {Random} random @param {any} value @param {number} most */
export function mutatedOften(random, value, most = 3) {
  let made = value;
  for (let n = below(random, most + 1); n > 0; n -= 1) made = mutated(random, made);
  return made;
}

/** @type {Target} */
export const protocol = {
  quick: 20_000,
  make: (random) => mutatedOften(random, pick(random, MESSAGES)),
  read: (message) => {
    for (const name of ['ToExtension', 'ToHost']) {
      const fault = findFault(message, name, DEFINITIONS);
      if (fault !== null) {
        assert.equal(typeof fault, 'string');
        continue;
      }
      // What is sound is an object with the type of a message, and survives the port.
      assert.equal(typeof message.type, 'string');
      assert.ok(Object.keys(message).every((key) => FIELDS.get(message.type)?.has(key)));
      assert.equal(findFault(JSON.parse(JSON.stringify(message)), name, DEFINITIONS), null);
    }
  },
};

/** @param {unknown} value @returns {string} */
export const asText = (value) =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const TEXTS = ['teh cat, the TEH.', 'What the hell is $& going on?', '今日は良い天気', 'a b  c\n'];
const RULES = [
  [{ from: 'teh', to: 'the' }],
  [
    { from: 'a b', to: '$&$1' },
    { from: '天気', to: '' },
    { from: 'hell', to: 'heck' },
  ],
];

/** @type {Target} */
export const filters = {
  quick: 3_000,
  make: (random) => ({
    text: asText(mutatedOften(random, pick(random, TEXTS))),
    chosen: {
      profanity: random() < 0.5,
      replacements: mutatedOften(random, pick(random, RULES)),
    },
  }),
  read: ({ text, chosen }) => {
    const { filters: sound } = validate({ filters: chosen }).settings;
    const filter = makeFilter(sound, SWEARWORDS);
    const filtered = filter(text);
    assert.equal(typeof filtered, 'string');
    // Each character can at most become the longest replacement.
    assert.ok(filtered.length <= 101 * (text.length + 1));
    if (!sound.profanity && sound.replacements.length === 0) assert.equal(filtered, text);
    const masks = sound.replacements.every(({ from }) => from.trim() === '');
    if (masks) assert.equal(filtered.length, text.length, 'masks keep the length');
    siteOf(text);
  },
};
