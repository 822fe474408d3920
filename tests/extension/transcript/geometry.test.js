import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Geometry } from '../../../extension/transcript/geometry.js';
import { numbersFrom } from './builders.js';

const keys = (/** @type {number} */ count, first = 0) =>
  Array.from({ length: count }, (_, index) => `k${first + index}`);

test('rows lie one below the other, as estimated until they are measured', () => {
  const geometry = new Geometry(() => 20);
  geometry.setKeys(keys(3));
  assert.equal(geometry.total, 60);
  assert.equal(geometry.measure('k1', 50), true);
  assert.equal(geometry.measure('k1', 50.2), false);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => geometry.topOf(index)),
    [0, 20, 70, 90],
  );
  assert.equal(geometry.heightOf(1), 50);
});

test('what was measured goes with its row to its new place, and is forgotten with it', () => {
  const geometry = new Geometry(() => 10);
  geometry.setKeys(keys(3));
  geometry.measure('k2', 30);
  geometry.setKeys(['k2', 'k0']);
  assert.equal(geometry.topOf(1), 30);
  geometry.setKeys(['k0']);
  geometry.setKeys(['k0', 'k2']);
  assert.equal(geometry.total, 20);
});

test('without rows there is nothing to be seen', () => {
  const geometry = new Geometry(() => 10);
  assert.deepEqual(geometry.span(0, 100, 10), [0, 0]);
  assert.equal(geometry.total, 0);
});

test('for any heights, the row at an offset is the one that covers it', () => {
  const next = numbersFrom(11);
  for (let round = 0; round < 200; round += 1) {
    const geometry = new Geometry((index) => 10 + (index % 7));
    geometry.setKeys(keys(1 + next(60), next(5)));
    for (let time = 0; time < 20; time += 1) geometry.measure(`k${next(60)}`, 1 + next(90));
    geometry.setKeys(keys(1 + next(60), next(30)));
    const offset = next(Math.ceil(geometry.total) + 50);
    const index = geometry.indexAt(offset);
    assert.ok(geometry.topOf(index) <= offset);
    assert.ok(offset < geometry.topOf(index + 1) || index === geometry.count - 1);
    const [first, end] = geometry.span(offset, 300, 40);
    assert.ok(geometry.topOf(first) <= Math.max(0, offset - 40) || first === geometry.count - 1);
    assert.ok(geometry.topOf(end) > offset + 340 || end === geometry.count);
  }
});
