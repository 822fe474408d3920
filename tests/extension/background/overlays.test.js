import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { asPort, FakePort, settled, startCaptioned, startWorker } from './fake_chrome.js';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

const CAPTIONS = { type: 'captions', session: 's', revision: 1, lines: [], draft: null };

/**
 * A frame's port as Chrome hands it over; `closed` says whether the worker has refused it.
 * @param {string} secret
 * @param {{ tabId?: number }} [from]
 */
function framePort(secret, { tabId = 7 } = {}) {
  const port = new FakePort();
  const seen = { closed: false };
  const sender = { tab: { id: tabId }, frameId: 5 };
  const disconnect = () => void (seen.closed = true);
  Object.assign(port, { name: `frame ${secret}`, sender, disconnect });
  return { port, seen };
}

test('captions go to the frame, and the page gets none of them', async () => {
  const { document, seen, frame } = await startCaptioned();
  document.receive({ type: 'overlay', tabId: 7, message: CAPTIONS });
  await settled();
  assert.deepEqual(frame.sent.at(-1), CAPTIONS);
  assert.deepEqual(
    seen.toPage.map(({ type }) => type),
    ['frame'],
  );
});

test('a frame without the secret, or with one that was used, is refused', async () => {
  const { overlays, seen } = await startCaptioned();
  const [{ secret }] = seen.toPage;
  for (const wrong of ['', 'guessed', secret]) {
    const { port, seen: refused } = framePort(wrong);
    await overlays.accept(asPort(port));
    assert.ok(refused.closed, `admitted with ${wrong}`);
    assert.deepEqual(port.sent, []);
  }
});

test('a secret serves one tab', async () => {
  const { controller, overlays, seen } = startWorker();
  seen.opensFrames = false;
  await controller.toggle(7);
  await settled();
  const { port, seen: refused } = framePort(seen.toPage[0].secret, { tabId: 8 });
  await overlays.accept(asPort(port));
  assert.ok(refused.closed);
});

test('a frame that was removed is opened again, with another secret, once a second', async () => {
  const { seen, frame } = await startCaptioned();
  frame.disconnect();
  await settled();
  assert.equal(seen.toPage.length, 1, 'at once');
  mock.timers.tick(1_000);
  for (let turn = 0; turn < 5; turn += 1) await settled();
  assert.equal(seen.toPage.length, 2);
  assert.notEqual(seen.toPage[1].secret, seen.toPage[0].secret);
  assert.equal(seen.frame?.sent[0].type, 'settings');
});

test('a frame that has not come is asked for again', async () => {
  const { controller, seen } = startWorker();
  seen.opensFrames = false;
  await controller.toggle(7);
  await settled();
  mock.timers.tick(2_000);
  for (let turn = 0; turn < 5; turn += 1) await settled();
  assert.deepEqual(
    seen.toPage.map(({ type }) => type),
    ['frame', 'frame'],
  );
  assert.equal(seen.toPage[1].secret, seen.toPage[0].secret, 'the first may still be on its way');
});

test('where a page runs no scripts, captions are drawn in the page', async () => {
  const { controller, document, seen } = startWorker();
  seen.scriptless = true;
  await controller.toggle(7);
  document.receive({ type: 'overlay', tabId: 7, message: CAPTIONS });
  await settled();
  assert.deepEqual(
    seen.toPage.map(({ type }) => type),
    ['no-frame', 'settings', 'captions'],
  );
});
