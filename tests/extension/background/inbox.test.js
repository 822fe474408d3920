import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inbox } from '../../../extension/background/inbox.js';
import { playhead as playheadAt } from '../transcript/builders.js';

/** @typedef {import('../../../extension/shared/messages.js').Problem} Problem */

/** An inbox, whose controller and preferences write down what they are asked. */
function bench() {
  /** @type {unknown[][]} */
  const asked = [];
  /** @type {{ problem: Problem | null }} */
  const host = { problem: null };
  /** @param {string} name */
  const noted =
    (name) =>
    /** @param {...unknown} args */
    async (...args) =>
      void asked.push([name, ...args]);
  /** @param {string} name */
  const answered =
    (name) =>
    /** @param {...unknown} args */
    async (...args) => {
      asked.push([name, ...args]);
      return host.problem;
    };
  const controller = {
    checkHost: answered('checkHost'),
    toggle: answered('toggle'),
    noteHampered: noted('noteHampered'),
    noteMedia: noted('noteMedia'),
    retranslate: noted('retranslate'),
    setMicrophone: noted('setMicrophone'),
    stop: noted('stop'),
  };
  const inbox = new Inbox(
    controller,
    { keepPosition: noted('keepPosition') },
    {
      edit: noted('edit'),
      editKept: noted('editKept'),
      noteSpeaking: noted('noteSpeaking'),
      remember: noted('remember'),
      save: noted('save'),
      seek: noted('seek'),
    },
    { watch: noted('watchFrames') },
  );
  return { inbox, asked, host };
}

const playhead = playheadAt(12);

const OWN = 'chrome-extension://own';
Object.assign(globalThis, {
  chrome: { runtime: { id: 'own', getURL: (/** @type {string} */ path) => `${OWN}/${path}` } },
});

const ORIGIN = 'https://example.org';
/** @type {any} */
const PAGE = { id: 'own', tab: { id: 7 }, frameId: 0, url: `${ORIGIN}/`, origin: ORIGIN };
/** @param {string} path @returns {any} */
const own = (path) => ({ id: 'own', url: `${OWN}/${path}`, origin: OWN });
const PANEL = own('panel/panel.html');
const POPUP = own('popup/popup.html');
const PROBLEM = own('popup/problem.html');
const OPTIONS = own('options/options.html');

test('requests of the extension’s pages are answered with the problem that is left', async () => {
  const { inbox, asked, host } = bench();
  /**
   * @param {import('../../../extension/shared/messages.js').Request} request
   * @param {any} [sender]
   */
  const answer = (request, sender = POPUP) =>
    new Promise((resolve) => assert.equal(inbox.receive(request, sender, resolve), true));
  assert.equal(await answer({ type: 'stop', tabId: 7 }), null);
  assert.equal(await answer({ type: 'microphone', tabId: 7, on: true }), null);
  assert.equal(await answer({ type: 'retranslate', tabId: 7 }), null);
  host.problem = { code: 'host_missing', message: '', hint: '' };
  assert.equal(await answer({ type: 'check' }, OPTIONS), host.problem);
  assert.equal(await answer({ type: 'start', tabId: 7, panel: true }, PROBLEM), host.problem);
  assert.deepEqual(asked, [
    ['stop', 7],
    ['setMicrophone', 7, true],
    ['retranslate', 7],
    ['checkHost'],
    ['toggle', 7, true],
  ]);
});

test('the side panel changes a transcript, and has the page go to a place', async () => {
  const { inbox, asked } = bench();
  const edit = /** @type {const} */ ({ kind: 'note', id: 'c 1', note: 'Why?' });
  const seek = /** @type {const} */ ({ type: 'seek', tabId: 7, media: 'film', at: 12 });
  for (const sender of [PANEL, PAGE]) {
    inbox.receive({ type: 'edit', tabId: 7, edit }, sender, () => {});
    inbox.receive({ type: 'edit-kept', tabId: 7, media: ['film'], edit }, sender, () => {});
    inbox.receive(seek, sender, () => {});
  }
  assert.deepEqual(asked, [
    ['edit', 7, edit],
    ['editKept', 7, ['film'], edit],
    ['seek', 7, 'film', 12],
  ]);
});

test('only the side panel has a voice remembered', () => {
  const { inbox, asked } = bench();
  const remember = /** @type {const} */ ({ type: 'remember', tabId: 7, speaker: '2', name: 'Ana' });
  for (const sender of [PANEL, PAGE, POPUP, OPTIONS]) inbox.receive(remember, sender, () => {});
  assert.deepEqual(asked, [['remember', 7, '2', 'Ana']]);
});

test('what an overlay says concerns its own tab and page, and is not answered', () => {
  const { inbox, asked } = bench();
  const respond = () => assert.fail('it was answered');
  const position = /** @type {const} */ ({ type: 'position', screen: 'windowed', position: null });
  const media = /** @type {const} */ ({ paused: true, playhead, picture: 'copied' });
  assert.equal(inbox.receive({ type: 'media', ...media }, PAGE, respond), undefined);
  assert.equal(inbox.receive(position, PAGE, respond), undefined);
  assert.equal(inbox.receive({ type: 'hampered' }, PAGE, respond), undefined);
  assert.equal(inbox.receive({ type: 'frames' }, PAGE, respond), undefined);
  assert.deepEqual(asked, [
    ['noteMedia', 7, media],
    ['keepPosition', PAGE, position],
    ['noteHampered', 7],
    ['watchFrames', 7],
  ]);
});

test('what comes from somebody else, or is of no known type, changes nothing', () => {
  const { inbox, asked } = bench();
  const respond = () => assert.fail('it was answered');
  const media = /** @type {const} */ ({ type: 'media', paused: true, playhead: null });
  inbox.receive(media, POPUP, respond);
  inbox.receive({ ...media, paused: /** @type {any} */ ('yes') }, PAGE, respond);
  inbox.receive({ ...media, picture: /** @type {any} */ ('a hat') }, PAGE, respond);
  for (const [field, value] of Object.entries({ key: 7, at: -1, rate: '1', wall: NaN })) {
    const told = /** @type {any} */ ({ ...playhead, [field]: value });
    inbox.receive({ ...media, playhead: told }, PAGE, respond);
  }
  assert.equal(inbox.receive({ type: 'stop', tabId: 8 }, PAGE, respond), undefined);
  assert.equal(inbox.receive({ type: 'check' }, { ...OPTIONS, id: 'other' }, respond), undefined);
  const unknown = /** @type {any} */ ({ type: 'unknown', tabId: 7 });
  assert.equal(inbox.receive(unknown, PAGE, respond), undefined);
  assert.deepEqual(asked, []);
});

test('who speaks in a meeting is taken from its page, and nothing that is no name', () => {
  const { inbox, asked } = bench();
  for (const name of ['Ana', null, '', '  ', 'x'.repeat(81), 7, ['Ana'], undefined]) {
    const told = { type: 'speaking', name, found: true };
    inbox.receive(/** @type {any} */ (told), PAGE, () => {});
  }
  assert.deepEqual(asked, [
    ['noteSpeaking', 7, { name: 'Ana', found: true }],
    ['noteSpeaking', 7, { name: null, found: true }],
  ]);
});
