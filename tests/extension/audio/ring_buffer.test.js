import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PcmRing } from '../../../extension/audio/ring_buffer.js';

/** @param {number} from @param {number} until */
const counted = (from, until) => Int16Array.from({ length: until - from }, (_, i) => from + i);

test('what was pushed is read back by its position', () => {
  const ring = new PcmRing(10);
  ring.push(counted(0, 4));
  ring.push(counted(4, 7));
  assert.deepEqual([ring.start, ring.end], [0, 7]);
  assert.deepEqual(ring.read(2, 6), counted(2, 6));
});

test('beyond the capacity the oldest samples go', () => {
  const ring = new PcmRing(10);
  for (let start = 0; start < 100; start += 4) ring.push(counted(start, start + 4));
  assert.deepEqual([ring.start, ring.end], [90, 100]);
  assert.deepEqual(ring.read(0, 200), counted(90, 100));
});

test('one push may be larger than the ring', () => {
  const ring = new PcmRing(10);
  ring.push(counted(0, 35));
  assert.deepEqual(ring.read(25, 35), counted(25, 35));
});

test('forgotten samples are not read; forgetting never goes back or ahead', () => {
  const ring = new PcmRing(10);
  ring.push(counted(0, 8));
  ring.forget(5);
  ring.forget(2);
  assert.equal(ring.start, 5);
  assert.deepEqual(ring.read(0, 8), counted(5, 8));
  ring.forget(1000);
  assert.deepEqual([ring.start, ring.end], [8, 8]);
  assert.equal(ring.read(0, 100).length, 0);
  ring.push(counted(8, 10));
  assert.deepEqual(ring.read(8, 10), counted(8, 10));
});
