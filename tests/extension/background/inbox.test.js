import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inbox } from '../../../extension/background/inbox.js';

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
    noteMedia: noted('noteMedia'),
    obey: noted('obey'),
    retranslate: noted('retranslate'),
    setMicrophone: noted('setMicrophone'),
    stop: noted('stop'),
  };
  const inbox = new Inbox(controller, { keepPosition: noted('keepPosition') });
  return { inbox, asked, host };
}

/** @type {any} */
const PAGE = { tab: { id: 7 }, url: 'https://example.org/' };
/** @type {any} */
const POPUP = { url: 'chrome-extension://x/popup/popup.html' };

test('requests of the extension’s pages are answered with the problem that is left', async () => {
  const { inbox, asked, host } = bench();
  /** @param {import('../../../extension/shared/messages.js').Request} request */
  const answer = (request) =>
    new Promise((resolve) => assert.equal(inbox.receive(request, POPUP, resolve), true));
  assert.equal(await answer({ type: 'stop', tabId: 7 }), null);
  assert.equal(await answer({ type: 'microphone', tabId: 7, on: true }), null);
  assert.equal(await answer({ type: 'retranslate', tabId: 7 }), null);
  host.problem = { code: 'host_missing', message: '', hint: '' };
  assert.equal(await answer({ type: 'check' }), host.problem);
  assert.equal(await answer({ type: 'start', tabId: 7, panel: true }), host.problem);
  assert.deepEqual(asked, [
    ['stop', 7],
    ['setMicrophone', 7, true],
    ['retranslate', 7],
    ['checkHost'],
    ['toggle', 7, true],
  ]);
});

test('what an overlay says concerns its own tab and page, and is not answered', () => {
  const { inbox, asked } = bench();
  const respond = () => assert.fail('it was answered');
  const position = /** @type {const} */ ({ type: 'position', screen: 'windowed', position: null });
  assert.equal(inbox.receive({ type: 'command', command: 'mode' }, PAGE, respond), undefined);
  assert.equal(inbox.receive({ type: 'media', paused: true }, PAGE, respond), undefined);
  assert.equal(inbox.receive(position, PAGE, respond), undefined);
  assert.deepEqual(asked, [
    ['obey', 'mode', 7],
    ['noteMedia', 7, true],
    ['keepPosition', PAGE.url, position],
  ]);
});

test('what comes from no tab, or is of no known type, changes nothing', () => {
  const { inbox, asked } = bench();
  const respond = () => assert.fail('it was answered');
  inbox.receive({ type: 'command', command: 'mode' }, POPUP, respond);
  inbox.receive({ type: 'media', paused: true }, POPUP, respond);
  const unknown = /** @type {any} */ ({ type: 'unknown', tabId: 7 });
  assert.equal(inbox.receive(unknown, PAGE, respond), undefined);
  assert.deepEqual(asked, []);
});
