/** Of a private window no voice is remembered, and none is recognised in it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { startWorker } from './fake_chrome.js';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

for (const incognito of [false, true]) {
  test(`a ${incognito ? 'private' : 'normal'} window`, async () => {
    const { controller, document, seen, transcripts } = startWorker();
    seen.incognito = incognito;
    await controller.toggle(7);
    await transcripts.remember(7, '2', 'Ana');
    const sent = /** @type {any[]} */ (document.sent);
    const ofType = (/** @type {string} */ type) => sent.filter((each) => each.type === type);
    assert.equal(ofType('begin')[0].knownVoices, !incognito);
    const asked = { type: 'remember', tabId: 7, speaker: '2', name: 'Ana' };
    assert.deepEqual(ofType('remember'), incognito ? [] : [asked]);
  });
}

test('of a tab that is closed nobody knows whether it was private', async () => {
  const { controller, document, seen, transcripts } = startWorker();
  await controller.toggle(7);
  seen.isOpen = false;
  await transcripts.remember(7, '2', 'Ana');
  const sent = /** @type {any[]} */ (document.sent);
  assert.deepEqual(
    sent.filter(({ type }) => type === 'remember'),
    [],
  );
});
