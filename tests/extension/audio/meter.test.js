import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../../extension/audio/meter.js';

test('the level is the peak since the last look, from no sound to full scale', () => {
  const meter = new Meter();
  assert.equal(meter.take(), 0);
  meter.push(Int16Array.of(0, 0));
  assert.equal(meter.take(), 0);
  meter.push(Int16Array.of(100, -32768, 3));
  meter.push(Int16Array.of(5));
  assert.equal(meter.take(), 1);
  assert.equal(meter.take(), 0);
  meter.push(Int16Array.of(1036));
  assert.ok(Math.abs(meter.take() - 0.5) < 0.001);
});
