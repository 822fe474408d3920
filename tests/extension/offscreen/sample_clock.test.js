import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPTURE_LATENCY_MS, SampleClock } from '../../../extension/offscreen/sample_clock.js';
import { numbersFrom } from '../transcript/builders.js';

/** Of a capture whose sample 0 arrives at this time at the earliest. */
const ZERO = 1_000_000;

/**
 * @param {SampleClock} clock
 * @param {number} frames of 100 ms
 * @param {(frame: number) => number} delayOf ms by which one comes late
 * @param {number} [first]
 */
function hear(clock, frames, delayOf, first = 1) {
  for (let frame = first; frame < first + frames; frame++) {
    clock.arrived(frame * 1600, ZERO + frame * 100 + delayOf(frame));
  }
}

test('what holds frames up does not move the clock', () => {
  const clock = new SampleClock();
  const below = numbersFrom(7);
  hear(clock, 400, () => below(90) + (below(20) === 0 ? 400 : 0));
  const sample = clock.sampleAt(ZERO + 30_000 - CAPTURE_LATENCY_MS);
  // Of 50 frames in a row, the earliest is a few milliseconds late.
  assert.ok(Math.abs(sample - 480_000) < 10 * 16, `${sample}`);
});

test('before the first frame, everything is at the beginning', () => {
  assert.equal(new SampleClock().sampleAt(ZERO), 0);
});

test('a clock that drifts is followed', () => {
  const clock = new SampleClock();
  // 100 ppm, for half an hour.
  hear(clock, 18_000, (frame) => frame * 0.01);
  const sample = clock.sampleAt(ZERO + 1_800_180 - CAPTURE_LATENCY_MS);
  assert.ok(Math.abs(sample - 1_800_000 * 16) < 2 * 16);
});

test('a machine that has slept sets the clock anew, and one that was busy does not', () => {
  const clock = new SampleClock();
  hear(clock, 100, () => 0);
  hear(clock, 1, () => 60_000, 101);
  assert.equal(clock.sampleAt(ZERO + 10_100 + 60_000 - CAPTURE_LATENCY_MS), 10_100 * 16);
  const busy = new SampleClock();
  hear(busy, 100, () => 0);
  hear(busy, 30, (frame) => Math.max(0, (130 - frame) * 100), 101);
  assert.equal(busy.sampleAt(ZERO + 13_000 - CAPTURE_LATENCY_MS), 13_000 * 16);
});

test('after an interruption the clock is set anew', () => {
  const clock = new SampleClock();
  hear(clock, 100, () => 0);
  clock.reset();
  hear(clock, 10, () => 8_000, 101);
  const sample = clock.sampleAt(ZERO + 11_000 + 8_000 - CAPTURE_LATENCY_MS);
  assert.equal(sample, 11_000 * 16);
});
