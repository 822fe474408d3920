import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { FakePort } from '../background/fake_chrome.js';

mock.timers.enable({ apis: ['setTimeout'] });

/** @type {FakePort[]} */
const ports = [];
globalThis.chrome = /** @type {any} */ ({
  i18n: { getUILanguage: () => 'en' },
  runtime: {
    connect: () => {
      ports.push(new FakePort());
      return ports.at(-1);
    },
  },
});
const { WorkerLine } = await import('../../../extension/ui/page.js');

test('the worker is asked for what changes, and a new worker for everything', () => {
  const line = new WorkerLine({ meter: true, transcript: true }, () => {});
  line.watch({ tabId: 7 });
  line.watch({ host: true });
  const wants = () => ports.at(-1)?.sent.map((request) => request.wants);
  assert.deepEqual(wants(), [{ meter: true, transcript: true }, { tabId: 7 }, { host: true }]);
  ports.at(-1)?.disconnect();
  mock.timers.tick(1000);
  assert.equal(ports.length, 2);
  assert.deepEqual(wants(), [{ meter: true, transcript: true, tabId: 7, host: true }]);
});
