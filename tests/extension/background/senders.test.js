import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  mayConnect,
  maySend,
  mayTellHost,
  senderOf,
} from '../../../extension/background/senders.js';

const EXTENSION = new URL('../../../extension/', import.meta.url);
const OWN = 'chrome-extension://own';

Object.assign(globalThis, {
  chrome: { runtime: { id: 'own', getURL: (/** @type {string} */ path) => `${OWN}/${path}` } },
});

/** @param {object} sender @returns {any} as the browser tells of one of ours */
const told = (sender) => ({ id: 'own', ...sender });
const tab = { id: 7 };
const PAGE = { url: 'https://a.org/x', origin: 'https://a.org', tab, frameId: 0 };

/** @param {string} path @param {object} [more] */
const own = (path, more = {}) => told({ url: `${OWN}/${path}`, origin: OWN, ...more });

test('a sender is known by where its document is', () => {
  assert.equal(senderOf(told(PAGE)), 'place');
  assert.equal(senderOf(told({ ...PAGE, origin: 'null' })), 'place', 'in a sandbox');
  assert.equal(senderOf(own('popup/popup.html?tab=7')), 'popup');
  assert.equal(senderOf(own('popup/problem.html?tab=7&code=x')), 'problem');
  assert.equal(senderOf(own('options/options.html#model-base', { tab, frameId: 0 })), 'options');
  assert.equal(senderOf(own('offscreen/offscreen.html')), 'document');
  assert.equal(senderOf(own('overlay/frame.html#1', { tab, frameId: 5 })), 'frame');
  const sandboxed = { tab, frameId: 5, origin: 'null' };
  assert.equal(senderOf(own('overlay/frame.html#1', sandboxed)), 'frame');
});

test('a frame of another site in a page is told from the page', () => {
  assert.equal(senderOf(told({ ...PAGE, frameId: 3 })), 'inner');
  assert.ok(mayConnect('inner', 'inner'));
  assert.ok(!mayConnect('place', 'inner'));
  for (const type of ['media', 'position', 'frames', 'hampered', 'seek', 'speaking']) {
    assert.ok(!maySend({ type }, 'inner'));
  }
});

test('whoever is elsewhere than it should be is nobody', () => {
  const nobodies = [
    undefined,
    {},
    { ...PAGE, id: 'another' },
    told({ ...PAGE, tab: undefined }),
    told({ ...PAGE, origin: OWN }),
    told({ ...PAGE, origin: 'https://a.or' }),
    told({ ...PAGE, url: undefined }),
    own('popup/popup.html', { origin: 'https://a.org' }),
    own('popup/popup.html', { tab, frameId: 3 }),
    own('options/options.html', { origin: 'null', tab, frameId: 0 }),
    own('offscreen/offscreen.html', { tab, frameId: 0 }),
    own('overlay/frame.html', { tab, frameId: 0 }),
    own('overlay/frame.html'),
    own('toString'),
    own('manifest.json'),
  ];
  for (const nobody of nobodies) assert.equal(senderOf(/** @type {any} */ (nobody)), null);
});

test('each says what it is for, and nobody says anything else', () => {
  assert.ok(maySend({ type: 'position' }, 'place'));
  assert.ok(maySend({ type: 'stop', tabId: 7 }, 'panel'));
  for (const type of ['start', 'stop', 'check', 'microphone', 'retranslate', 'command', 'x']) {
    for (const sender of /** @type {const} */ (['place', 'frame', 'document', null])) {
      assert.equal(maySend({ type }, sender), false, `${sender}: ${type}`);
    }
  }
  for (const junk of [null, 'stop', 7, [], { type: 'constructor' }, { type: ['stop'] }]) {
    assert.equal(maySend(junk, 'popup'), false);
  }
});

test('a port is opened by its own kind of document', () => {
  assert.ok(mayConnect('captures', 'document'));
  assert.ok(mayConnect('view', 'options'));
  assert.ok(mayConnect('frame 1-2', 'frame'));
  for (const name of ['captures', 'view', 'frame 1-2', '', '__proto__']) {
    assert.equal(mayConnect(name, 'place'), false, name);
  }
  assert.equal(mayConnect('captures', 'options'), false);
  assert.equal(mayConnect('view', 'frame'), false);
});

test('the host is told nothing but what is on the list', async () => {
  const schema = new URL('../../../host/wlk_host/protocol/schema.json', import.meta.url);
  const definitions = JSON.parse(await readFile(schema, 'utf8')).$defs;
  const types = definitions.ToHost.oneOf.map((/** @type {{ $ref: string }} */ { $ref }) => {
    return definitions[$ref.replace('#/$defs/', '')].properties.type.const;
  });
  const senders = /** @type {const} */ ([
    'place',
    'frame',
    'document',
    'history',
    'microphone',
    'options',
    'panel',
    'popup',
    'problem',
    'welcome',
  ]);
  /** @param {string} type */
  const allowed = (type) => senders.filter((sender) => mayTellHost({ type }, sender));
  // The worker itself greets and names a server; all pages that show a transcript, or steer it, make files of it; and
  // translators are got in the controls as well.
  const exceptions = {
    hello: [],
    remote: [],
    export: ['history', 'panel', 'popup'],
    cancel: ['options', 'popup'],
    download: ['options', 'popup'],
    models: ['options', 'popup'],
  };
  for (const type of types) {
    const expected = Object.entries(exceptions).find(([each]) => each === type)?.[1];
    if (expected) assert.deepEqual(allowed(type), expected);
    else assert.equal(allowed(type).length, 1, `${type}: ${allowed(type)}`);
  }
  assert.deepEqual(allowed('download'), ['options', 'popup']);
  assert.deepEqual(allowed('remove'), ['options']);
  assert.deepEqual(allowed('start'), ['document']);
  assert.deepEqual(allowed('exec'), []);
});

test('the worker and the overlay alone listen to messages, and nobody to other extensions', async () => {
  const paths = (await readdir(EXTENSION, { recursive: true })).filter((p) => p.endsWith('.js'));
  for (const path of paths) {
    const source = await readFile(new URL(path, EXTENSION), 'utf8');
    assert.doesNotMatch(source, /on(?:Message|Connect)External/, path);
    const listens = /chrome\.runtime\.on(?:Message|Connect)\.addListener/.test(source);
    const isListener = ['background/worker.js', 'overlay/overlay.js'].includes(path);
    if (listens) assert.ok(isListener, path);
  }
});
