import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InStep } from '../../../extension/offscreen/in_step.js';
import { line } from '../builders.js';
import { BEGAN, playhead } from '../transcript/builders.js';
import { FakeSource } from './conversations_bench.js';

/** @typedef {import('../../../extension/shared/messages.js').MediaReport} MediaReport */

function bench() {
  /** @type {(number | null)[]} */
  const toPage = [];
  let changes = 0;
  const step = new InStep({
    toPage: (delayMs) => toPage.push(delayMs),
    changed: () => void changes++,
    now: () => BEGAN + 120,
  });
  const source = new FakeSource(
    () => {},
    () => {},
  );
  return {
    step,
    source,
    takeChanges: () => changes - (changes = 0),
    /** @returns {(number | null)[]} */
    takeToPage: () => toPage.splice(0),
    /** @param {Partial<MediaReport>} media */
    note: (media) =>
      step.noteMedia({ paused: false, playhead: playhead(5), picture: 'copied', ...media }),
  };
}

test('off, neither sound nor page hears of it', () => {
  const { step, source, note, takeToPage, takeChanges } = bench();
  step.take(source);
  note({});
  note({ paused: true });
  note({ playhead: playhead(50, { rate: 0, seeking: true }) });
  step.setListens(true);
  assert.deepEqual([step.on, step.state, step.behind], [false, null, 0]);
  assert.deepEqual(
    source.asked.filter((asked) => typeof asked === 'number'),
    [],
  );
  assert.deepEqual(takeToPage(), []);
  assert.equal(takeChanges(), 0);
});

test('on, the sound is delayed, and the picture by what the sound is', () => {
  const { step, source, note, takeToPage, takeChanges } = bench();
  step.take(source);
  note({});
  step.setWish('on');
  assert.deepEqual(step.state, { name: 'on', seconds: 1.8, picture: true });
  assert.deepEqual(source.asked, [1.8]);
  assert.equal(takeChanges(), 1);
  const [first] = takeToPage();
  source.tell({ delay: 1.803, behind: 1.803 });
  assert.deepEqual(takeToPage(), [], 'nobody sees so little');
  source.tell({ delay: 1.6, behind: 2 });
  assert.deepEqual(takeToPage(), [(first ?? 0) - 200]);
  assert.equal(step.behind, 32_000);
  step.tellPage();
  assert.deepEqual(takeToPage(), [(first ?? 0) - 200], 'a new page');
  step.setWish('off');
  assert.deepEqual(takeToPage(), [null]);
  assert.equal(source.asked.at(-1), null);
  assert.equal(step.behind, 0);
});

for (const [name, prevent] of /** @type {const} */ ([
  ['meeting', (/** @type {ReturnType<typeof bench>} */ { step }) => step.setWish('meeting')],
  ['microphone', (/** @type {ReturnType<typeof bench>} */ { step }) => step.setListens(true)],
  [
    'protected',
    (/** @type {ReturnType<typeof bench>} */ { note }) => note({ picture: 'protected' }),
  ],
])) {
  test(`${name}: nothing is delayed, and the reason is told`, () => {
    const all = bench();
    all.step.take(all.source);
    all.step.setWish('on');
    all.takeToPage();
    prevent(all);
    assert.equal(all.step.on, false);
    assert.equal(all.step.state?.name, name);
    assert.equal(all.source.asked.at(-1), null);
    assert.deepEqual(all.takeToPage(), [null]);
  });
}

test('a pause holds the sound, a seek throws it away', () => {
  const { step, source, note } = bench();
  step.take(source);
  step.setWish('on');
  note({});
  source.asked = [];
  note({ paused: true });
  note({ paused: true });
  note({ playhead: playhead(50, { rate: 0, seeking: true }), paused: true });
  note({});
  assert.deepEqual(source.asked, ['hold', 'discard', 'go on', 'discard']);
  assert.equal(source.ago, 0.1, 'what has come since then is of that place');
});

test('sound that is opened again is delayed again, held if the page is paused', async () => {
  const { step, source, note, takeToPage } = bench();
  step.take(source);
  step.setWish('on');
  note({ paused: true });
  step.take(null);
  assert.deepEqual([step.on, takeToPage().at(-1)], [false, null], 'the browser plays it itself');
  source.asked = [];
  step.take(source);
  await Promise.resolve();
  assert.deepEqual(source.asked, [1.8, 'hold']);
});

test('captions that come late make it longer', () => {
  const { step, source, takeChanges } = bench();
  step.take(source);
  step.setWish('on');
  takeChanges();
  let text = '';
  for (let word = 0; word < 60; word++) {
    text += ' word';
    const end = (word + 1) * 8_000;
    const lines = [line(0, text, { end })];
    step.learn({ revision: word, lines, draft: null }, end + 3 * 16_000);
  }
  assert.ok((step.state?.seconds ?? 0) > 2);
  assert.equal(source.asked.at(-1), step.state?.seconds);
  assert.ok(takeChanges() >= 1);
});

test('of the captions as much is shown as has been heard', () => {
  const { step, source } = bench();
  step.take(source);
  step.setWish('on');
  const model = { revision: 1, lines: [line(0, 'one two', { end: 32_000 })], draft: null };
  step.learn(model, 32_000);
  assert.equal(step.heardOf(model, 16_000), model, 'what is not delayed yet is heard');
  source.tell({ delay: 1.8, behind: 1.8 });
  assert.deepEqual(
    step.heardOf(model, 20_000).lines.map(({ text }) => text),
    ['one'],
  );
});
