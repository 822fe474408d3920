/** A click on a speaker over the page, from the frame to the panel. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { asPort, FakePort, settled, startCaptioned } from './fake_chrome.js';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

const WHO = { type: 'who', line: 32_000, speaker: '2' };

/** A tab with captions over its page. */
async function captioned() {
  const { frame, ...worker } = await startCaptioned();
  const panel = new FakePort();
  const open = async () => {
    worker.views.accept(asPort(panel), 'panel');
    panel.receive({ type: 'watch', wants: { tabId: 7, transcript: true } });
    await settled();
    worker.document.receive({ type: 'transcript', tabId: 7, transcript: { id: 't' } });
  };
  const asked = () => panel.sent.filter(({ type }) => type === 'who');
  return { frame, open, asked, panel };
}

test('a panel that is open is asked at once, and once', async () => {
  const { frame, open, asked } = await captioned();
  await open();
  frame.receive(WHO);
  assert.deepEqual(asked(), [{ ...WHO, tabId: 7 }]);
});

test('a panel that opens at the click is asked when it has the transcript', async () => {
  const { frame, open, asked, panel } = await captioned();
  frame.receive(WHO);
  await open();
  assert.deepEqual(asked(), [{ ...WHO, tabId: 7 }]);
  assert.equal(panel.sent.at(-2).type, 'transcript');
});

test('what is no such question goes nowhere', async () => {
  const { frame, open, asked } = await captioned();
  await open();
  for (const wrong of [{ line: '1' }, { line: 0.5 }, { speaker: '' }, { speaker: null }]) {
    frame.receive({ ...WHO, ...wrong });
  }
  assert.deepEqual(asked(), []);
});
