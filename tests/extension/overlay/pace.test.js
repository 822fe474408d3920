import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  advance,
  AT_REST,
  dueAt,
  DWELL_MS,
  heightWaiting,
  MAX_DELAY_MS,
} from '../../../extension/overlay/pace.js';

/** @typedef {import('../../../extension/overlay/pace.js').Block} Block */

const ROW = 30;
const CAPACITY = 3 * ROW;

/** @param {number} id @param {number} [rows] @returns {Block} */
const block = (id, rows = 1) => ({ id, rows: Array(rows).fill(ROW) });

/** @param {number} count @param {number} [first] */
const blocks = (count, first = 0) => Array.from({ length: count }, (_, i) => block(first + i));

/**
 * Play until nothing waits.
 * @param {Block[]} all
 * @param {import('../../../extension/overlay/pace.js').Pace} pace
 * @param {number} start
 * @returns {{ at: number, out: number }[]} how many rows were out when
 */
function play(all, pace, start) {
  const total = all.reduce((sum, { rows }) => sum + rows.length, 0);
  const steps = [];
  /** @type {number | null} */
  let now = start;
  while (now !== null) {
    pace = advance(pace, all, CAPACITY, now);
    steps.push({ at: now, out: total - heightWaiting(pace, all) / ROW });
    now = dueAt(pace, now);
  }
  return steps;
}

test('rows that fit in come out at once', () => {
  const pace = advance(AT_REST, blocks(3), CAPACITY, 0);
  assert.equal(heightWaiting(pace, blocks(3)), 0);
  assert.equal(dueAt(pace, 0), null);
});

test('in ordinary speech a new row comes out at once', () => {
  const full = advance(AT_REST, blocks(3), CAPACITY, 0);
  const pace = advance(full, blocks(4), CAPACITY, 3000);
  assert.equal(heightWaiting(pace, blocks(4)), 0);
});

test('of many rows none is passed over, and each is seen for a while', () => {
  const steps = play(blocks(7), AT_REST, 1000);
  assert.deepEqual(
    steps.map(({ out }) => out),
    [3, 4, 5, 6, 7],
  );
  for (const [index, { at }] of steps.slice(1).entries()) {
    assert.ok(at - (steps[index]?.at ?? 0) >= MAX_DELAY_MS / 5);
  }
});

test('no row waits longer than it may, however many there are', () => {
  for (const count of [4, 8, 20, 100]) {
    const steps = play(blocks(count), AT_REST, 0);
    assert.equal(steps.at(-1)?.out, count);
    assert.ok((steps.at(-1)?.at ?? Infinity) <= MAX_DELAY_MS + 1);
    assert.deepEqual(
      steps.map(({ out }) => out),
      Array.from({ length: count - 2 }, (_, index) => index + 3),
    );
  }
});

test('rows that come while others wait keep the bound, too', () => {
  let pace = advance(AT_REST, blocks(8), CAPACITY, 0);
  pace = advance(pace, blocks(20), CAPACITY, 1000);
  assert.ok(heightWaiting(pace, blocks(20)) > 0);
  const steps = play(blocks(20), pace, 1000);
  const early = steps.filter(({ at }) => at <= MAX_DELAY_MS).at(-1)?.out ?? 0;
  assert.ok(early >= 8);
  assert.ok((steps.at(-1)?.at ?? Infinity) <= 1000 + MAX_DELAY_MS + 1);
});

test('a line longer than the window is scrolled through, too', () => {
  const steps = play([block(0, 6)], AT_REST, 0);
  assert.deepEqual(
    steps.map(({ out }) => out),
    [3, 4, 5, 6],
  );
  assert.equal((steps[1]?.at ?? 0) - 0, DWELL_MS);
});

test('lines that leave at the top change nothing', () => {
  let pace = advance(AT_REST, blocks(6), CAPACITY, 0);
  pace = advance(pace, blocks(6), CAPACITY, DWELL_MS);
  assert.equal(heightWaiting(pace, blocks(6)), 2 * ROW);
  const left = blocks(5, 1);
  assert.equal(heightWaiting(advance(pace, left, CAPACITY, DWELL_MS + 1), left), 2 * ROW);
});

test('a line corrected among those that are out does not wait', () => {
  const pace = advance(AT_REST, blocks(3), CAPACITY, 0);
  const split = [block(0), block(9), block(1), block(2)];
  assert.equal(heightWaiting(advance(pace, split, CAPACITY, 100), split), 0);
});

test('when the newest line is removed, those before it stay out', () => {
  const pace = advance(AT_REST, blocks(5), CAPACITY, 0);
  const left = [block(0), block(1), block(7)];
  assert.equal(heightWaiting(advance(pace, left, CAPACITY, 100), left), 0);
});

test('a draft that wraps, unwraps and wraps again is not held back', () => {
  const two = [block(0), block(1), block(2, 2)];
  const one = [block(0), block(1), block(2, 1)];
  let pace = advance(AT_REST, two, CAPACITY, 0);
  pace = advance(pace, two, CAPACITY, DWELL_MS);
  pace = advance(pace, one, CAPACITY, DWELL_MS + 50);
  pace = advance(pace, two, CAPACITY, DWELL_MS + 100);
  assert.equal(heightWaiting(pace, two), 0);
});
