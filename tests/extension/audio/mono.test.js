import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MonoMixer } from '../../../extension/audio/mono.js';

const QUANTUM = 128;

/**
 * @param {number} quanta
 * @param {number} level
 * @returns {Float32Array} a tone of 500 Hz at 16 kHz
 */
function tone(quanta, level) {
  return Float32Array.from(
    { length: quanta * QUANTUM },
    (_, i) => level * Math.sin((2 * Math.PI * i) / 32),
  );
}

/**
 * @param {MonoMixer} mixer
 * @param {Float32Array[]} channels
 * @returns {number[]} what comes of them, quantum by quantum
 */
function mixed(mixer, ...channels) {
  const out = [];
  for (let at = 0; at < (channels[0]?.length ?? 0); at += QUANTUM) {
    out.push(...mixer.mix(channels.map((channel) => channel.subarray(at, at + QUANTUM))));
  }
  return out;
}

/** @param {ArrayLike<number>} samples */
function rms(samples) {
  return Math.sqrt(
    Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length,
  );
}

/** @param {Float32Array} samples @param {number} factor */
const scaled = (samples, factor) => samples.map((sample) => factor * sample);

test('one channel stays as it is', () => {
  const only = tone(1, 0.5);
  assert.equal(new MonoMixer().mix([only]), only);
});

test('ordinary stereo is the mean of both channels', () => {
  const left = tone(20, 0.5);
  for (const factor of [1, 0.5, 0]) {
    const out = mixed(new MonoMixer(), left, scaled(left, factor));
    const mean = scaled(left, (1 + factor) / 2);
    assert.ok(out.every((sample, i) => Math.abs(sample - (mean[i] ?? NaN)) < 1e-6));
  }
});

test('channels that cancel each other out are not mixed', () => {
  const left = tone(100, 0.5);
  for (const factor of [-1, -0.9, -0.6]) {
    const out = mixed(new MonoMixer(), left, scaled(left, factor));
    assert.ok(rms(out.slice(QUANTUM)) > 0.9 * rms(left));
  }
});

test('the mix comes back, and nothing clicks on the way', () => {
  const mixer = new MonoMixer();
  const left = tone(400, 0.5);
  const out = [...mixed(mixer, left, scaled(left, -1)), ...mixed(mixer, left, left)];
  assert.ok(rms(out.slice(QUANTUM)) > 0.9 * rms(left));
  const steps = out.slice(1).map((sample, i) => Math.abs(sample - (out[i] ?? 0)));
  assert.ok(Math.max(...steps.slice(1)) < 0.12, `${Math.max(...steps)}`);
});

test('the louder one of two opposite channels is taken', () => {
  const left = tone(100, 0.3);
  const out = mixed(new MonoMixer(), left, scaled(left, -2));
  assert.ok(rms(out.slice(QUANTUM)) > 1.8 * rms(left));
});

test('silence is silence, and channels may come and go', () => {
  const mixer = new MonoMixer();
  const silence = new Float32Array(QUANTUM);
  assert.deepEqual(mixed(mixer, silence, silence), [...silence]);
  assert.equal(mixer.mix([tone(1, 0.5)]).length, QUANTUM);
  const left = tone(10, 0.5);
  assert.ok(rms(mixed(mixer, left, scaled(left, -1)).slice(QUANTUM)) > 0.3);
  assert.equal(mixer.mix([]).length, 0);
});
