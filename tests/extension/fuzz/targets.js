/** What is tried with random inputs: each target makes an input, and checks what comes of one. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as senders from '../../../extension/background/senders.js';
import {
  applyUpdate,
  captionRows,
  contextBefore,
  EMPTY_MODEL,
  LINES_KEPT,
  resumeAt,
  resumeSample,
} from '../../../extension/shared/captions.js';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { DEFAULTS, hostOptions, settingsFor } from '../../../extension/shared/settings.js';
import { migrate, validate } from '../../../extension/shared/settings_rules.js';
import { SettingsStore } from '../../../extension/shared/settings_store.js';
import { SWEARWORDS } from '../../../extension/shared/swearwords.js';
import { makeFilter } from '../../../extension/shared/text_filters.js';
import { findFault } from '../../../extension/shared/validate.js';
import { anything, changed, pick, text, update, upTo } from './inputs.js';
import { reducer } from './reducer_target.js';

/** @typedef {import('./inputs.js').Random} Random */
/** @typedef {{ make: (next: Random) => unknown, tryOne: (input: any) => unknown }} Target */

const VALID = new URL('../../fixtures/protocol/valid/', import.meta.url);
const MESSAGES = readdirSync(VALID)
  .map((name) => readFileSync(new URL(name, VALID), 'utf8'))
  .filter((json) => json.length < 5_000)
  .map((json) => JSON.parse(json));

/** @type {Target} */
const protocol = {
  make: (next) => {
    const message = changed(next, pick(next, MESSAGES));
    return next() < 0.3 ? changed(next, message) : message;
  },
  tryOne: (message) => {
    for (const side of ['ToExtension', 'ToHost']) {
      const fault = findFault(message, side, DEFINITIONS);
      assert.ok(fault === null || typeof fault === 'string');
      if (fault === null && message.type === 'captions') applyUpdate(EMPTY_MODEL, message);
    }
  },
};

/** @type {Target} */
const captions = {
  make: (next) => Array.from({ length: 1 + upTo(next, 6) }, () => update(next)),
  tryOne: (updates) => {
    let model = EMPTY_MODEL;
    for (const one of updates) {
      const before = JSON.stringify([model, one]);
      const after = applyUpdate(model, one);
      assert.equal(JSON.stringify([model, one]), before, 'its arguments were changed');
      assert.equal(applyUpdate(after, one), after, 'a replay changes nothing');
      assert.equal(after.revision, Math.max(model.revision, one.revision));
      checkModel(after);
      model = after;
    }
    checkModel(resumeAt(model, 20_000));
    assert.ok(resumeSample(model, 20_000) >= 20_000);
  },
};

/** @param {import('../../../extension/shared/captions.js').CaptionModel} model */
function checkModel(model) {
  const { lines } = model;
  assert.ok(lines.length <= LINES_KEPT);
  assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length);
  assert.ok(lines.every((line, n) => n === 0 || (lines[n - 1]?.start ?? 0) <= line.start));
  assert.ok(lines.every((line) => line.text !== ''));
  assert.ok(captionRows(model, 0, 3).length <= 3);
  assert.ok(contextBefore(model, 1e6, 50).length <= 50);
}

const SITES = ['a.org', '__proto__', 'constructor', ''];

/** @type {Target} */
const settings = {
  make: (next) => {
    const sites = { 'a.org': { mode: 'reading', appearance: { fontSize: 30 } } };
    let synced = changed(next, { ...DEFAULTS, sites });
    if (next() < 0.1) synced = anything(next);
    const positions = { 'a.org': { windowed: { x: 0, y: 0, width: 1 }, fullscreen: null } };
    return { synced, local: changed(next, DEFAULTS), positions: changed(next, positions) };
  },
  tryOne: async ({ synced, local, positions }) => {
    checkSettings(migrate(synced));
    const store = new SettingsStore(
      storageWith({ settings: synced }, { settings: local, positions }),
    );
    checkSettings(await store.load());
    for (const site of SITES) {
      await store.savePosition(site, 'windowed', null);
      assert.equal((await store.positionsOf(site)).windowed, null);
    }
  },
};

/** @param {import('../../../extension/shared/settings.js').Settings} found */
function checkSettings(found) {
  assert.deepEqual(validate(found), { settings: found, faults: [] });
  for (const site of SITES) {
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

const OWN = 'chrome-extension://own';

/** Where each sender is, and what it may do: by hand, beside the tables of the code. */
const ALLOWED = /** @type {Record<string, { path: string, says: string[] }>} */ ({
  microphone: { path: 'microphone/microphone.html', says: ['microphone'] },
  document: {
    path: 'offscreen/offscreen.html',
    says: [
      'captures',
      ...['audio', 'configure', 'cut', 'retranslate', 'start', 'stop', 'visibility'],
    ],
  },
  options: {
    path: 'options/options.html',
    says: ['check', 'view', 'cancel', 'download', 'health', 'models', 'remove'],
  },
  frame: { path: 'overlay/frame.html', says: ['frame'] },
  history: { path: 'history/history.html', says: ['check', 'view', 'export'] },
  panel: {
    path: 'panel/panel.html',
    says: ['check', 'edit', 'export', 'retranslate', 'save', 'seek', 'stop', 'view'],
  },
  popup: { path: 'popup/popup.html', says: ['microphone', 'retranslate', 'start', 'stop', 'view'] },
  problem: { path: 'popup/problem.html', says: ['start'] },
  welcome: { path: 'welcome/welcome.html', says: ['check', 'view', 'speech'] },
  place: { path: '', says: ['frames', 'hampered', 'media', 'position', 'place'] },
  inner: { path: '', says: ['inner'] },
});
const WORDS = [
  ...new Set(Object.values(ALLOWED).flatMap(({ says }) => says)),
  'hello',
  '__proto__',
];

/**
 * @param {string} known
 * @param {chrome.runtime.MessageSender} sender that was taken for it
 */
function assertIsAt(known, { id, url = '', frameId, tab }) {
  assert.equal(id, 'own');
  if (known === 'place' || known === 'inner') {
    assert.ok(!url.startsWith(`${OWN}/`) && tab?.id !== undefined);
    assert.equal(frameId === 0, known === 'place');
  } else assert.equal(url.split(/[?#]/)[0], `${OWN}/${ALLOWED[known]?.path}`);
}

/** @type {Target} */
const whoMay = {
  make: (next) => {
    const { path } = pick(next, Object.values(ALLOWED));
    const url = pick(next, [
      `${OWN}/${path}`,
      `${OWN}/${path}#1`,
      `${OWN}/${path}x`,
      'https://a.org/x',
    ]);
    const origin = pick(next, [OWN, 'https://a.org', 'null', `${OWN}.org`]);
    const sender = { id: 'own', url, origin, tab: { id: 7 }, frameId: upTo(next, 1) };
    const usual = next() < 0.5 ? sender : { id: 'own', url, origin };
    const message = { type: pick(next, WORDS), tabId: 7 };
    return {
      sender: next() < 0.5 ? changed(next, usual) : usual,
      message: next() < 0.3 ? changed(next, message) : message,
    };
  },
  tryOne: ({ sender, message }) => {
    const known = senders.senderOf(sender ?? undefined);
    const type = message?.type;
    if (known === null) {
      assert.equal(senders.maySend(message, known), false);
      assert.equal(senders.mayConnect(typeof type === 'string' ? type : '', known), false);
      return;
    }
    assertIsAt(known, sender);
    const { says } = ALLOWED[known] ?? assert.fail(known);
    const may = [
      senders.maySend(message, known),
      senders.mayTellHost(message, known),
      typeof type === 'string' && senders.mayConnect(type, known),
    ];
    if (may.includes(true))
      assert.ok(says.includes(String(type).split(' ')[0] ?? ''), `${known}: ${type}`);
  },
};

/** @type {Target} */
const filters = {
  make: (next) => {
    const replacements = Array.from({ length: upTo(next, 5) }, () => ({
      from: text(next).slice(0, 100),
      to: text(next).slice(0, 100),
    }));
    const words = Array.from({ length: upTo(next, 3) }, () => pick(next, SWEARWORDS));
    return {
      profanity: next() < 0.05,
      replacements,
      said: [text(next), ...words, text(next)].join(' '),
    };
  },
  tryOne: ({ profanity, replacements, said }) => {
    const shown = makeFilter({ profanity, replacements }, SWEARWORDS)(said);
    assert.equal(typeof shown, 'string');
    assert.ok(shown.length <= (said.length + 1) * 101);
    const isPlain = replacements.every((/** @type {{ from: string }} */ { from }) => !from.trim());
    if (isPlain) assert.equal(shown.length, said.length, 'masks keep the length');
  },
};

/** @type {Record<string, Target>} */
export const TARGETS = { protocol, captions, settings, senders: whoMay, reducer, filters };

/** What the modules of the extension expect around them. */
export function installChrome() {
  const getURL = (/** @type {string} */ path) => `${OWN}/${path}`;
  Object.assign(globalThis, { chrome: { runtime: { id: 'own', getURL } } });
}
