import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FIRST_SECONDS,
  LONGEST_SECONDS,
  SHORTEST_SECONDS,
  StepDelay,
} from '../../../extension/offscreen/step_delay.js';

/** @param {number} count @param {(word: number) => number} latency @param {StepDelay} [delay] */
function after(count, latency, delay = new StepDelay()) {
  const changes = [];
  for (let word = 0; word < count; word++) {
    const before = delay.seconds;
    delay.heard(latency(word));
    if (delay.seconds !== before) changes.push(word);
  }
  return { delay, changes };
}

test('it begins with what is enough on most machines', () => {
  assert.equal(new StepDelay().seconds, FIRST_SECONDS);
  assert.deepEqual(after(400, () => 1.6).changes, []);
});

test('it becomes what nine words in ten need', () => {
  const { delay } = after(600, (word) => (word % 10 === 0 ? 3.8 : 2.6));
  assert.ok(Math.abs(delay.seconds - 2.7) < 0.21, `${delay.seconds}`);
});

test('it grows soon, shrinks late, and each time by little', () => {
  const longer = after(600, () => 3.5);
  assert.ok((longer.changes[0] ?? 999) < 40);
  const shorter = after(600, () => 0.4);
  assert.ok((shorter.changes[0] ?? 0) >= 100);
  for (const { changes } of [longer, shorter]) {
    assert.ok(changes.every((word, i) => i === 0 || word - (changes[i - 1] ?? 0) >= 30));
    assert.ok(changes.length >= 2);
  }
});

test('it stays within bounds, whatever comes', () => {
  assert.ok(after(900, () => 0).delay.seconds <= SHORTEST_SECONDS + 0.4);
  assert.ok(after(900, () => 5.5).delay.seconds >= LONGEST_SECONDS - 0.2);
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const delay = new StepDelay();
  for (let word = 0; word < 5_000; word++) {
    const before = delay.seconds;
    delay.heard(random() * 12 - 2);
    assert.ok(delay.seconds >= SHORTEST_SECONDS && delay.seconds <= LONGEST_SECONDS);
    assert.ok(Math.abs(delay.seconds - before) <= 0.55);
  }
});

test('a host that is behind does not count, nor what came before it was said', () => {
  const late = after(500, (word) => (word % 2 ? 30 : -1));
  assert.deepEqual(late.changes, []);
});
