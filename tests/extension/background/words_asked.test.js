/** A double click on a word over the page, from the frame to the document that knows who translates. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { startWorker } from './fake_chrome.js';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

const WORD = { type: 'look-up', word: 'perro', language: 'es', into: null };

/** A tab with captions over its page. */
async function captioned() {
  const worker = startWorker();
  await worker.controller.toggle(7);
  await new Promise((resolve) => setImmediate(resolve));
  const { frame } = worker.seen;
  assert.ok(frame, 'no frame was asked for');
  const asked = () => worker.document.sent.filter(({ type }) => type === 'look-up');
  return { frame, asked };
}

test('a word is asked for with its languages, as far as they are known', async () => {
  const { frame, asked } = await captioned();
  const words = [WORD, { ...WORD, language: 'pt', into: 'es' }, { ...WORD, language: null }];
  for (const word of words) frame.receive(word);
  assert.deepEqual(
    asked(),
    words.map((word) => ({ ...word, tabId: 7 })),
  );
});

test('what is no word, or far too long for one, goes nowhere', async () => {
  const { frame, asked } = await captioned();
  const long = 'a'.repeat(201);
  const wrongs = [
    ...['', long, null, 7].map((word) => ({ word })),
    ...['', long, undefined, 7].flatMap((code) => [{ language: code }, { into: code }]),
  ];
  for (const wrong of wrongs) frame.receive({ ...WORD, ...wrong });
  assert.deepEqual(asked(), []);
});
