/** Single values: messages of the host, settings, senders, words to be replaced. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import {
  mayConnect,
  maySend,
  mayTellHost,
  senderOf,
} from '../../../extension/background/senders.js';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { DEFAULTS, hostOptions, settingsFor, siteOf } from '../../../extension/shared/settings.js';
import {
  isReadable,
  migrate,
  upgrade,
  validate,
} from '../../../extension/shared/settings_rules.js';
import { SWEARWORDS } from '../../../extension/shared/swearwords.js';
import { makeFilter } from '../../../extension/shared/text_filters.js';
import { findFault } from '../../../extension/shared/validate.js';
import { below, mutated, pick } from './mutate.js';

/** @typedef {import('./targets.js').Target} Target */
/** @typedef {import('./mutate.js').Random} Random */
/** @typedef {import('../../../extension/shared/validate.js').Definitions} Definitions */

const FIXTURES = new URL('../../fixtures/protocol/', import.meta.url);

const MESSAGES = ['valid', 'invalid'].flatMap((kind) => {
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

const SITES = { 'a.org': { mode: 'reading', appearance: { lines: 2 } } };
const FILTERS = { profanity: true, replacements: [{ from: 'teh', to: 'the' }] };
const STORED = [
  DEFAULTS,
  { ...DEFAULTS, sites: SITES, filters: FILTERS, vocabulary: ['Kubernetes'], translateTo: 'pt-BR' },
  { version: 1 },
];

/** @type {Target} */
export const settings = {
  quick: 2_000,
  make: (random) => {
    const made = mutatedOften(random, pick(random, STORED), 5);
    return made === undefined ? null : made;
  },
  read: (stored) => {
    const sound = migrate(stored);
    assert.deepEqual(validate(sound), { settings: sound, faults: [] });
    assert.deepEqual(Object.keys(sound).sort(), Object.keys(DEFAULTS).sort());
    assert.equal(Object.getPrototypeOf(sound), Object.prototype);
    assert.equal(typeof isReadable(stored), 'boolean');
    assert.ok(validate(upgrade(stored)).faults.every((fault) => typeof fault === 'string'));
    for (const site of [null, 'a.org', '__proto__', ...Object.keys(sound.sites)]) {
      const fault = findFault(hostOptions(settingsFor(sound, site)), 'Options', DEFINITIONS);
      assert.equal(fault, null);
    }
  },
};

const OWN = 'chrome-extension://own';
const PAGES = ['microphone/microphone', 'offscreen/offscreen', 'options/options', 'overlay/frame'];
const PATHS = [...PAGES, 'panel/panel', 'popup/popup', 'popup/problem', 'welcome/welcome'];
const TAB = { id: 7 };
const SENDERS = [
  { id: 'own', url: 'https://a.org/x', origin: 'https://a.org', tab: TAB, frameId: 0 },
  ...PATHS.flatMap((path) => [
    { id: 'own', url: `${OWN}/${path}.html?tab=7`, origin: OWN },
    { id: 'own', url: `${OWN}/${path}.html#1`, origin: OWN, tab: TAB, frameId: 5 },
  ]),
];
const TYPES = [
  'check',
  'microphone',
  'retranslate',
  'start',
  'stop',
  'hampered',
  'media',
  'position',
];
const NAMES = ['captures', 'frame', 'place', 'view', 'frame secret', 'hello', '__proto__', ''];

/** @param {unknown} value @returns {string} */
const asText = (value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** @param {Random} random @returns {any} as the browser tells it, which has its types right */
function someSender(random) {
  const made = mutatedOften(random, pick(random, SENDERS));
  if (typeof made !== 'object' || made === null) return null;
  const { url, origin, tab } = made;
  return {
    ...made,
    url: url === undefined ? url : asText(url),
    origin: origin === undefined ? origin : asText(origin),
    tab: typeof tab === 'object' && tab !== null ? tab : undefined,
  };
}

/** @type {Target} */
export const senders = {
  quick: 20_000,
  make: (random) => ({
    sender: someSender(random),
    message: mutatedOften(random, pick(random, [...TYPES.map((type) => ({ type })), ...MESSAGES])),
    name: asText(mutatedOften(random, pick(random, NAMES))),
  }),
  read: ({ sender, message, name }) => {
    Object.assign(globalThis, {
      chrome: { runtime: { id: 'own', getURL: (/** @type {string} */ path) => `${OWN}/${path}` } },
    });
    const known = senderOf(sender);
    const allowed = [maySend(message, known), mayConnect(name, known)];
    const toHost = known !== null && mayTellHost(message, known);
    assert.ok([...allowed, toHost].every((answer) => typeof answer === 'boolean'));
    if (known === null) return assert.ok(!allowed.some(Boolean));
    assert.equal(sender.id, 'own');
    const isOurs = sender.url.startsWith(`${OWN}/`);
    assert.equal(known === 'place', !isOurs);
    if (known === 'place') {
      assert.ok(sender.frameId === 0 && sender.tab.id !== undefined);
      // A page may say where captions stand and that its media were paused; nothing to the host.
      assert.ok(!toHost);
      assert.ok(!allowed[0] || ['hampered', 'media', 'position'].includes(message.type));
      assert.ok(!allowed[1] || name.split(' ')[0] === 'place');
    }
    if (toHost && message.type === 'audio') assert.equal(known, 'document');
    assert.ok(!(toHost && message.type === 'hello'));
  },
};

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
    siteOf(text);
  },
};
