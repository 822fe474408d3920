import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK, DelayLine } from '../../../extension/audio/delay_line.js';

const RATE = 48_000;
const BLOCKS = (/** @type {number} */ seconds) => Math.round((seconds * RATE) / BLOCK);

/** A line, what is played into it, and what is heard of that. */
function bench(target = 1) {
  const line = new DelayLine(RATE);
  line.setTarget(target);
  let played = 0;
  /** @type {number[]} the loudest sample of each block that was heard */
  let heard = [];
  const block = new Float32Array(BLOCK);
  const outputs = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
  /** @param {number} seconds @param {(block: number) => number} level */
  const play = (seconds, level) => {
    for (let i = 0; i < BLOCKS(seconds); i++) {
      block.fill(level(played++));
      line.process([block], outputs);
      heard.push(Math.max(...(outputs[0] ?? [])));
    }
  };
  return {
    line,
    play,
    /** @param {number} seconds */
    silence: (seconds) => play(seconds, () => 0),
    /** @param {number} seconds each block has a level of its own */
    speech: (seconds) => play(seconds, (number) => 0.1 + (number % 500) / 1000),
    take: () => heard.splice(0),
    forget: () => (heard = []),
  };
}

/** @param {number[]} heard the first loud block */
const onset = (heard) => heard.findIndex((level) => level > 0.01);

test('sound is heard as much later as it is to be, and nothing of it is lost', () => {
  const { line, speech, silence, take } = bench(1);
  speech(0.5);
  silence(2);
  const heard = take();
  assert.ok(Math.abs(onset(heard) - BLOCKS(1)) <= 1);
  assert.equal(heard.filter((level) => level > 0.01).length, BLOCKS(0.5));
  assert.ok(Math.abs(line.delayed.delay - 1) < 0.005);
  assert.ok(Math.abs(line.delayed.behind - 1) < 0.005);
});

test('in a pause nothing is heard, and then the rest of it', () => {
  const { line, speech, silence, take, forget } = bench(1);
  speech(3);
  // The page was paused a moment ago.
  silence(0.1);
  line.hold(true, 0.1);
  forget();
  silence(5);
  assert.equal(take().filter((level) => level > 0.6).length, 0);
  assert.ok(onset(take()) < 0);
  assert.ok(Math.abs(line.delayed.delay - 1) < 0.02);
  assert.ok(line.delayed.behind > 5.8, 'but it is long ago that it came');
  line.hold(false);
  forget();
  speech(3);
  const heard = take();
  // As much later as it was heard on.
  assert.ok(Math.abs(onset(heard) - BLOCKS(0.1)) <= 1);
  assert.ok(
    heard.slice(onset(heard)).every((level) => level > 0.001),
    'nothing of the pause has waited',
  );
});

test('what begins to sound before the pause is known to be over is kept', () => {
  const { line, speech, silence, forget, take } = bench(0.5);
  speech(1);
  line.hold(true);
  silence(1);
  speech(0.05);
  line.hold(false);
  forget();
  speech(1);
  silence(1);
  assert.ok(Math.abs(take().filter((level) => level > 0.01).length - BLOCKS(1.55)) <= 2);
});

test('after a seek what waited is gone, and what comes waits as long', () => {
  const { line, play, silence, take, forget } = bench(1);
  play(2, () => 0.5);
  line.flush();
  forget();
  play(0.2, () => 0.2);
  silence(2);
  const [fading = 0, ...heard] = take();
  assert.ok(fading <= 0.5);
  assert.ok(Math.max(...heard) <= 0.21);
  assert.ok(Math.abs(onset(heard) - BLOCKS(1)) <= 2);
});

test('the delay changes in silence alone', () => {
  for (const target of [0.6, 1.6]) {
    const { line, speech, silence } = bench(1);
    speech(3);
    line.setTarget(target);
    speech(5);
    assert.ok(Math.abs(line.delayed.delay - 1) < 0.005, 'somebody speaks');
    silence(3);
    assert.ok(Math.abs(line.delayed.delay - target) < 0.005);
  }
});

test('a change leaves every word whole', () => {
  for (const target of [0.6, 1.6]) {
    const { line, speech, silence, take } = bench(1);
    for (let word = 0; word < 10; word++) {
      speech(0.4);
      if (word === 3) line.setTarget(target);
      silence(0.2);
    }
    silence(3);
    const loud = take().filter((level) => level > 0.01);
    assert.equal(loud.length, 10 * BLOCKS(0.4));
    assert.ok(Math.abs(line.delayed.delay - target) < 0.05);
  }
});

test('where a pause begins and ends, no sample jumps', () => {
  const line = new DelayLine(RATE);
  line.setTarget(0.1);
  const input = new Float32Array(BLOCK).fill(0.5);
  const output = [new Float32Array(BLOCK)];
  let last = 0;
  for (let i = 0; i < 400; i++) {
    if (i % 100 === 60) line.hold(true);
    if (i % 100 === 90) line.hold(false);
    line.process([input], output);
    for (const sample of output[0] ?? []) {
      assert.ok(Math.abs(sample - last) < 0.01);
      last = sample;
    }
  }
});

test('a page that sounds on while it is held does not grow without bounds', () => {
  const { line, speech } = bench(1);
  speech(2);
  line.hold(true);
  speech(60);
  assert.ok(line.delayed.delay <= 8.01);
});

test('silence of the film counts, that of a pause does not', () => {
  const { line, speech, silence, forget, take } = bench(1);
  speech(2);
  // The film falls silent, and is paused in that; both are known a little later.
  silence(0.5);
  silence(0.1);
  line.hold(true, 0.1);
  silence(3);
  silence(0.1);
  line.hold(false, 0.1);
  forget();
  silence(0.2);
  speech(1);
  silence(2);
  const heard = take();
  const words = heard.filter((level) => level > 0.01).length;
  const gap = heard.findLastIndex((level) => level > 0.01) - words;
  assert.ok(Math.abs(gap - BLOCKS(0.8)) <= 3, `${gap}`);
});

test('what came since the seek was over stays', () => {
  const { line, play, silence, forget, take } = bench(1);
  play(2, () => 0.5);
  line.flush();
  play(0.05, () => 0.5);
  play(0.05, () => 0.2);
  line.flush(0.05);
  forget();
  silence(2);
  const heard = take();
  assert.ok(Math.max(...heard) <= 0.21);
  assert.ok(Math.abs(heard.filter((level) => level > 0.01).length - BLOCKS(0.05)) <= 1);
});

test('a browser that plays on for a moment after a pause does not put it out of step', () => {
  const { line, play, speech, silence, forget, take } = bench(1);
  silence(2);
  play(0.2, () => 0.8);
  // The page is paused; the rest of its sound comes yet.
  speech(0.1);
  line.hold(true, 0.1);
  silence(3);
  line.hold(false, 0);
  forget();
  silence(2);
  // Of the second, 0.2 s had passed at the pause; it was heard on for 0.1 s.
  assert.ok(Math.abs(onset(take()) - BLOCKS(0.7 + 0.1)) <= 2);
  assert.ok(Math.abs(line.delayed.delay - 1) < 0.01);
});
