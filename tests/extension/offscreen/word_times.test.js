import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WordTimes } from '../../../extension/offscreen/word_times.js';
import { line } from '../builders.js';

const SECOND = 16_000;

/** @param {import('../../../extension/shared/protocol.js').Line[]} lines @param {[number, string, number, number]} [draft] */
function model(lines, draft) {
  const [id, text, start, end] = draft ?? [0, '', 0, 0];
  return {
    revision: 1,
    lines,
    draft: draft ? { line: id, text, start: start * SECOND, end: end * SECOND } : null,
  };
}

/** @param {string} text @param {number} end @param {object} [changes] */
const said = (text, end, changes = {}) => line(SECOND, text, { end: end * SECOND, ...changes });

/** @param {WordTimes} times @param {ReturnType<typeof model>} whole @param {number} second */
function seen(times, whole, second) {
  const { lines, draft } = times.saidBy(whole, second * SECOND);
  return `${lines.map(({ text }) => text).join('|')}/${draft?.text ?? ''}`;
}

test('words are seen one by one, as they are heard', () => {
  const times = new WordTimes();
  const whole = model([said('aaa bbb ccc', 4)], [SECOND, ' ddd eee', 4, 6]);
  times.learn(whole);
  assert.equal(seen(times, whole, 1), '/');
  assert.equal(seen(times, whole, 2), 'aaa/');
  assert.equal(seen(times, whole, 3.9), 'aaa bbb/');
  assert.equal(seen(times, whole, 4), 'aaa bbb ccc/');
  assert.equal(seen(times, whole, 5), 'aaa bbb ccc/ ddd');
  assert.equal(seen(times, whole, 6), 'aaa bbb ccc/ ddd eee');
});

test('what is heard already is given as it is', () => {
  const times = new WordTimes();
  const whole = model([said('One.', 2), line(3 * SECOND, 'Two.', { end: 4 * SECOND })]);
  times.learn(whole);
  const now = times.saidBy(whole, 2 * SECOND);
  assert.equal(now.lines.length, 1);
  assert.equal(now.lines[0], whole.lines[0]);
});

test('words keep the time at which they were a draft', () => {
  const times = new WordTimes();
  times.learn(model([], [SECOND, 'aaa', 1, 2]));
  times.learn(model([], [SECOND, 'aaa bbb', 1, 5]));
  const whole = model([said('aaa bbb', 5)]);
  times.learn(whole);
  assert.equal(seen(times, whole, 2), 'aaa/');
  assert.equal(seen(times, whole, 4.9), 'aaa/');
});

test('final words have the times that the host gives them', () => {
  const times = new WordTimes();
  const words = [
    { text: 'aaa', start: SECOND, end: 3.5 * SECOND, probability: 1 },
    { text: ' bbb', start: 3.5 * SECOND, end: 4 * SECOND, probability: 1 },
  ];
  const whole = model([said('aaa bbb', 4, { state: 'final', words })]);
  times.learn(whole);
  assert.equal(seen(times, whole, 3.3), '/');
  assert.equal(seen(times, whole, 3.5), 'aaa/');
});

test('a script without spaces is cut into words, too', () => {
  const times = new WordTimes();
  const whole = model([said('今日は良い天気です', 10)]);
  times.learn(whole);
  const half = seen(times, whole, 5.5);
  assert.ok(half.length > 2 && half.length < 10, half);
});

test('it tells when each word ended that is committed, once', () => {
  const times = new WordTimes();
  const seconds = (/** @type {number[]} */ ends) => ends.map((end) => end / SECOND);
  assert.deepEqual(seconds(times.learn(model([said('aaa bbb', 8)]))), [4, 8]);
  assert.deepEqual(seconds(times.learn(model([said('aaa bbb', 8)]))), []);
  assert.deepEqual(seconds(times.learn(model([said('aaa bbb ccc', 9)]))), [9]);
  const final = said('aaa bbb ccc ddd', 10, { state: 'final' });
  assert.deepEqual(times.learn(model([final])), [], 'the second pass says it again');
});

test('whatever lines do, no word is seen before it was known and all are in the end', () => {
  let seed = 7;
  const random = (/** @type {number} */ below) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const times = new WordTimes();
  for (let round = 0; round < 500; round++) {
    const text = 'ab cd efg h'.slice(0, random(12));
    const end = 1 + random(9);
    const lines = text ? [said(text, end)] : [];
    const start = random(10);
    const whole = model(lines, random(2) ? [SECOND, ' xy z', start, start + random(5)] : undefined);
    times.learn(whole);
    for (const second of [0, 3, 7]) {
      const { lines: part } = times.saidBy(whole, second * SECOND);
      assert.ok(part.every((some) => text.startsWith(some.text) && some.text !== ''));
    }
    assert.deepEqual(times.saidBy(whole, 99 * SECOND), whole);
  }
});
