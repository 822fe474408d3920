import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, Framer, toBase64, toS16 } from '../../../extension/audio/framing.js';

test('samples are scaled to the full range of s16 and clipped', () => {
  const cases = [
    [0, 0],
    [1, 32767],
    [-1, -32768],
    [1.5, 32767],
    [-7, -32768],
    [0.5, 16384],
  ];
  for (const [sample, expected] of cases) assert.equal(toS16(Number(sample)), expected);
});

test('blocks of any length become frames of 100 ms without loss', () => {
  for (const blockLength of [1, 128, 1599, 1600, 1601, 5000]) {
    const sound = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i / 20));
    const framer = new Framer();
    const parts = [];
    for (let start = 0; start < sound.length; start += blockLength) {
      parts.push(...framer.push(sound.subarray(start, start + blockLength)));
    }
    assert.ok(parts.every((frame) => frame.length === FRAME_SAMPLES));
    parts.push(framer.flush());
    assert.deepEqual(
      parts.flatMap((part) => [...part]),
      [...sound].map(toS16),
    );
    assert.equal(framer.flush().length, 0);
  }
});

test('a frame is not overwritten by the next one', () => {
  const framer = new Framer();
  const [first] = framer.push(new Float32Array(FRAME_SAMPLES).fill(0.5));
  framer.push(new Float32Array(FRAME_SAMPLES).fill(-0.5));
  assert.ok(first?.every((sample) => sample === 16384));
});

test('base64 carries little-endian samples, also of a part of a larger buffer', () => {
  const pcm = new Int16Array([9, 1, -2, 0x1234, 9]).subarray(1, 4);
  const bytes = [...Buffer.from(toBase64(pcm), 'base64')];
  assert.deepEqual(bytes, [1, 0, 0xfe, 0xff, 0x34, 0x12]);
});
