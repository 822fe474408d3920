/** Senders of any kind, and what they may say. */
import assert from 'node:assert/strict';
import {
  mayConnect,
  maySend,
  mayTellHost,
  senderOf,
} from '../../../extension/background/senders.js';
import { below, pick } from './mutate.js';
import { asText, MESSAGES, mutatedOften } from './values.js';

/** @typedef {import('./mutate.js').Random} Random */

const OWN = 'chrome-extension://own';

/** Where each sender is, and what it may do: by hand, beside the tables of the code. */
const ALLOWED = /** @type {Record<string, Allowed>} */ ({
  document: {
    path: 'offscreen/offscreen',
    connects: ['captures'],
    tells: [
      'audio',
      'configure',
      'cut',
      'remember',
      'retranslate',
      'start',
      'stop',
      'translate',
      'visibility',
    ],
  },
  frame: { path: 'overlay/frame', connects: ['frame'] },
  history: { path: 'history/history', sends: ['check'], connects: ['view'], tells: ['export'] },
  microphone: { path: 'microphone/microphone', sends: ['microphone'] },
  options: {
    path: 'options/options',
    sends: ['check'],
    connects: ['view'],
    tells: ['cancel', 'download', 'forget', 'health', 'models', 'remove', 'voices'],
  },
  panel: {
    path: 'panel/panel',
    sends: ['check', 'edit', 'remember', 'retranslate', 'save', 'seek', 'stop'],
    connects: ['view'],
    tells: ['export'],
  },
  popup: {
    path: 'popup/popup',
    sends: ['check', 'microphone', 'retranslate', 'start', 'stop'],
    connects: ['view'],
    tells: ['cancel', 'download', 'export', 'models'],
  },
  problem: { path: 'popup/problem', sends: ['start'] },
  welcome: { path: 'welcome/welcome', sends: ['check'], connects: ['view'], tells: ['speech'] },
  place: { sends: ['frames', 'hampered', 'media', 'position', 'speaking'], connects: ['place'] },
  inner: { connects: ['inner'] },
});

/**
 * @typedef {object} Allowed
 * @property {string} [path] of the page; none: a content script in a page of somebody else's
 * @property {string[]} [sends] messages to the worker
 * @property {string[]} [connects] ports
 * @property {string[]} [tells] messages to the host
 */

const ALL = Object.values(ALLOWED);
const TYPES = [...new Set(ALL.flatMap(({ sends = [], tells = [] }) => [...sends, ...tells]))];
const NAMES = [...new Set(ALL.flatMap(({ connects = [] }) => connects)), 'frame secret'];
const TAB = { id: 7 };
const SENDERS = [
  ...[0, 3].map((frameId) => {
    return { id: 'own', url: 'https://a.org/x', origin: 'https://a.org', tab: TAB, frameId };
  }),
  ...ALL.flatMap(({ path = 'popup/none' }) => [
    { id: 'own', url: `${OWN}/${path}.html?tab=7`, origin: OWN },
    { id: 'own', url: `${OWN}/${path}.html#1`, origin: OWN, tab: TAB, frameId: 5 },
    { id: 'own', url: `${OWN}/${path}.html`, origin: OWN, tab: TAB, frameId: 0 },
  ]),
];

/** @type {import('./targets.js').Target} */
export const senders = {
  quick: 20_000,
  make: (random) => ({
    sender: mutatedOften(random, pick(random, SENDERS)) ?? null,
    message: someMessage(random) ?? null,
    name: asText(mutatedOften(random, pick(random, [...NAMES, ...TYPES, '__proto__', '']))),
  }),
  read: ({ sender, message, name }) => {
    Object.assign(globalThis, {
      chrome: { runtime: { id: 'own', getURL: (/** @type {string} */ path) => `${OWN}/${path}` } },
    });
    const known = senderOf(sender ?? undefined);
    const type = message?.type;
    const said = `${known}: ${asText(type)}, ${asText(name)}`;
    if (known === null) {
      assert.equal(maySend(message, known), false);
      assert.equal(mayConnect(name, known), false);
      return;
    }
    requireAt(known, sender);
    const { sends = [], connects = [], tells = [] } = ALLOWED[known] ?? assert.fail(known);
    assert.equal(maySend(message, known), sends.includes(type), said);
    assert.equal(mayTellHost(message, known), tells.includes(type), said);
    const port = name.split(' ')[0] ?? '';
    assert.equal(mayConnect(name, known), connects.includes(port), said);
  },
};

/** @param {Random} random */
function someMessage(random) {
  const type = pick(random, TYPES);
  const usual = below(random, 3) > 0 ? { type, tabId: 7 } : pick(random, MESSAGES);
  return random() < 0.5 ? usual : mutatedOften(random, usual);
}

/**
 * @param {string} known
 * @param {chrome.runtime.MessageSender} sender that was taken for it
 */
function requireAt(known, { id, url = '', frameId, tab }) {
  assert.equal(id, 'own');
  const { path } = ALLOWED[known] ?? assert.fail(known);
  if (path !== undefined) return assert.equal(url.split(/[?#]/)[0], `${OWN}/${path}.html`);
  // A page may say where captions stand and how its media are; nothing to the host.
  assert.ok(!url.startsWith(`${OWN}/`) && tab?.id !== undefined);
  assert.equal(frameId === 0, known === 'place');
}
