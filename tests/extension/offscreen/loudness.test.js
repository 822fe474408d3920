import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { likeness, Loudness } from '../../../extension/offscreen/loudness.js';

const SECONDS = 12;
const SYLLABLE_S = 0.18;

/** @param {number} seed @returns {() => number} the same numbers from 0 to 1 each time */
function random(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/**
 * Noise that is as loud, from syllable to syllable, as speech is.
 * @param {number} seed
 */
function speech(seed) {
  const any = random(seed);
  const levels = Array.from({ length: Math.ceil(SECONDS / SYLLABLE_S) }, () =>
    any() < 0.25 ? 0 : 0.02 + 0.3 * any() ** 2,
  );
  return Float32Array.from({ length: SECONDS * SAMPLE_RATE }, (_, i) => {
    return (levels[Math.floor(i / SAMPLE_RATE / SYLLABLE_S)] ?? 0) * (2 * any() - 1);
  });
}

/**
 * What a microphone hears of it: later, softer, and the noise of a room.
 * @param {Float32Array} sound
 * @param {number} delayS
 * @param {number} gain
 */
function echoOf(sound, delayS, gain) {
  const any = random(99);
  const delay = Math.round(delayS * SAMPLE_RATE);
  return sound.map((_, i) => gain * (sound[i - delay] ?? 0) + 0.004 * (2 * any() - 1));
}

/** @param {Float32Array} sound @param {number} [start] sample */
function loudnessOf(sound, start = 0) {
  const loudness = new Loudness();
  for (let i = 0; i + FRAME_SAMPLES <= sound.length; i += FRAME_SAMPLES) {
    const pcm = Int16Array.from(sound.subarray(i, i + FRAME_SAMPLES), (s) =>
      Math.round(s * 32_767),
    );
    loudness.push(pcm, start + i + FRAME_SAMPLES);
  }
  return loudness;
}

/** @param {Loudness} tab @param {Loudness} own */
const atEachSecond = (tab, own) =>
  Array.from({ length: SECONDS - 4 }, (_, i) =>
    likeness(tab, own, (i + 1) * SAMPLE_RATE, (i + 3) * SAMPLE_RATE),
  );

const TAB = loudnessOf(speech(1));

test('an echo sounds like the tab, whatever its way through the room took', () => {
  for (const [delayS, gain] of /** @type {const} */ ([
    [0.05, 0.5],
    [0.2, 0.3],
    [0.6, 0.15],
  ])) {
    const found = atEachSecond(TAB, loudnessOf(echoOf(speech(1), delayS, gain)));
    assert.ok(Math.min(...found) > 0.8, `${delayS} s: ${found}`);
  }
});

test('somebody else does not', () => {
  const found = atEachSecond(TAB, loudnessOf(speech(2)));
  assert.ok(Math.max(...found) < 0.65, String(found));
});

test('nothing sounds like a tab that is silent, or like what is not known', () => {
  const silent = loudnessOf(new Float32Array(SECONDS * SAMPLE_RATE));
  const own = loudnessOf(speech(1));
  assert.equal(likeness(silent, own, SAMPLE_RATE, 3 * SAMPLE_RATE), 0);
  assert.equal(likeness(TAB, own, 20 * SAMPLE_RATE, 22 * SAMPLE_RATE), 0);
  assert.equal(likeness(new Loudness(), own, SAMPLE_RATE, 3 * SAMPLE_RATE), 0);
});

test('where a microphone was off is not known, and its sound has its place after that', () => {
  const frame = new Int16Array(FRAME_SAMPLES).fill(8_000);
  const loudness = new Loudness();
  loudness.push(frame, SAMPLE_RATE);
  loudness.push(frame, 3 * SAMPLE_RATE);
  assert.equal(loudness.levels(SAMPLE_RATE, 10), null);
  assert.equal(loudness.levels(3 * SAMPLE_RATE - FRAME_SAMPLES, 5)?.length, 5);
  assert.equal(loudness.end, 3 * SAMPLE_RATE);
});

test('hours of sound are not kept', () => {
  const frame = new Int16Array(FRAME_SAMPLES);
  const loudness = new Loudness();
  for (let end = FRAME_SAMPLES; end <= 600 * SAMPLE_RATE; end += FRAME_SAMPLES) {
    loudness.push(frame, end);
  }
  assert.ok(loudness.end - loudness.start < 120 * SAMPLE_RATE);
  assert.ok(loudness.end - loudness.start > 80 * SAMPLE_RATE);
});
