import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  beginTimeline,
  follow,
  isElsewhere,
  mediaAt,
  sampleOf,
  spanAt,
} from '../../../extension/transcript/timeline.js';
import { BEGAN, numbersFrom, playhead, SECOND, timelineOf } from './builders.js';

/** @typedef {import('../../../extension/transcript/timeline.js').Playhead} Playhead */
/** @typedef {import('../../../extension/transcript/timeline.js').Timeline} Timeline */

/** @param {Timeline} timeline @param {number} seconds */
const placeAt = (timeline, seconds) => {
  const { media, at } = mediaAt(timeline, seconds * SECOND);
  return [media, Math.round(at * 1000) / 1000];
};

/** @param {import('../../../extension/transcript/timeline.js').Span} span */
const rounded = ({ media, start, end }) => [media, ...[start, end].map((s) => +s.toFixed(3))];

test('without media, wall-clock time holds', () => {
  const timeline = beginTimeline('c', BEGAN);
  assert.deepEqual(placeAt(timeline, 5), [null, 5]);
  assert.equal(mediaAt(timeline, 5 * SECOND).wall, BEGAN + 5000);
});

test('media time goes on with the sound, at the medium’s rate', () => {
  const timeline = timelineOf([
    [1, playhead(20)],
    [3, playhead(22, { rate: 1.5 })],
  ]);
  assert.deepEqual(placeAt(timeline, 0.5), [null, 0.5]);
  assert.deepEqual(placeAt(timeline, 2), ['film', 21]);
  assert.deepEqual(placeAt(timeline, 5), ['film', 25]);
});

test('media time stands still while the medium is paused', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [3, playhead(23, { rate: 0 })],
    [60, playhead(23)],
  ]);
  assert.deepEqual(placeAt(timeline, 30), ['film', 23]);
  assert.deepEqual(placeAt(timeline, 61), ['film', 24]);
});

test('reports that say what is known change nothing', () => {
  const timeline = timelineOf([[0, playhead(20)]]);
  const later = follow(timeline, playhead(25.01, { wall: BEGAN + 5000 }), 5 * SECOND);
  assert.equal(later, timeline);
});

test('reports soon after the first one correct where it began', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [0.5, playhead(20.38)],
  ]);
  assert.equal(timeline.segments.length, 1);
  assert.deepEqual(placeAt(timeline, 0.1), ['film', 19.98]);
});

test('a drift found later changes nothing of what was before', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [60, playhead(80.05)],
  ]);
  assert.deepEqual(placeAt(timeline, 59), ['film', 79]);
  assert.deepEqual(placeAt(timeline, 61), ['film', 81.05]);
});

test('a report that was mapped to a sample before the newest one keeps the order', () => {
  const timeline = timelineOf([
    [1, playhead(20)],
    [0.99, playhead(40)],
  ]);
  assert.deepEqual(placeAt(timeline, 1), ['film', 40.01]);
});

test('without media again, wall-clock time holds again', () => {
  const timeline = timelineOf([
    [1, playhead(20)],
    [3, null],
  ]);
  assert.deepEqual(placeAt(timeline, 4), [null, 4]);
});

test('what was said before a seek ends there', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [10, playhead(5)],
  ]);
  assert.deepEqual(rounded(spanAt(timeline, 8 * SECOND, 10.4 * SECOND)), ['film', 28, 30]);
  assert.deepEqual(rounded(spanAt(timeline, 9.8 * SECOND, 12 * SECOND)), ['film', 5, 7]);
});

test('what was said across a change of rate is in both', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [10, playhead(30, { rate: 2 })],
  ]);
  assert.deepEqual(rounded(spanAt(timeline, 9 * SECOND, 11 * SECOND)), ['film', 29, 32]);
});

test('what was said across a pause ends where the medium stood', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [10, playhead(30, { rate: 0 })],
  ]);
  assert.deepEqual(rounded(spanAt(timeline, 9 * SECOND, 10.3 * SECOND)), ['film', 29, 30]);
});

test('what is said long after the medium stood still is not the medium’s', () => {
  const timeline = timelineOf([
    [0, playhead(20)],
    [10, playhead(30, { rate: 0 })],
  ]);
  assert.deepEqual(rounded(spanAt(timeline, 15 * SECOND, 17 * SECOND)), [null, 15, 17]);
});

test('another place is told from a place that goes on', () => {
  const timeline = timelineOf([[0, playhead(20)]]);
  const told = (/** @type {Playhead | null} */ report) => isElsewhere(timeline, report, 5 * SECOND);
  assert.equal(told(playhead(25.1)), false);
  assert.equal(told(playhead(25.1, { seeking: true })), false);
  assert.equal(told(playhead(26)), false, 'it was slow');
  assert.equal(told(playhead(26, { seeking: true })), true);
  assert.equal(told(playhead(30)), true);
  assert.equal(told(playhead(25, { key: 'advertisement' })), true);
  assert.equal(told(null), true);
});

test('the sample of a media time to come is known', () => {
  const timeline = timelineOf([[2, playhead(20, { rate: 2 })]]);
  assert.equal(sampleOf(timeline, 30), 7 * SECOND);
});

/**
 * A player at whose controls somebody sits.
 * @param {number} seed
 */
function session(seed) {
  const below = numbersFrom(seed);
  /** @type {{ from: number, media: string, at: number, rate: number }[]} what was true since when */
  const truth = [];
  let films = 0;
  let now = { from: 0, media: 'film 0', at: below(500), rate: 1 };
  let timeline = beginTimeline('c', BEGAN);
  const tell = (/** @type {number} */ second, seeking = false) => {
    const { media: key, rate } = now;
    const at = now.at + (second - now.from) * rate;
    const wall = BEGAN + second * 1000;
    const told = playhead(at, { key, rate: seeking ? 0 : rate, seeking, wall });
    timeline = follow(timeline, told, second * SECOND);
  };
  for (let second = 0; second < 400; second += 1 + below(8)) {
    const at = now.at + (second - now.from) * now.rate;
    const change = below(6);
    if (change === 0) now = { ...now, from: second, at, rate: 0 };
    else if (change === 1) now = { ...now, from: second, at: below(500) };
    else if (change === 2) now = { ...now, from: second, at, rate: (1 + below(8)) / 4 };
    else if (change === 3) now = { from: second, media: `film ${++films}`, at: below(90), rate: 1 };
    if (truth.at(-1) !== now) truth.push(now);
    if (change === 1) tell(second, true);
    tell(second);
  }
  return { truth, timeline };
}

test('media time is right after any sequence of play, pause, seek, rate and source', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { truth, timeline } = session(seed);
    for (const [index, { from, media, at, rate }] of truth.entries()) {
      const until = truth[index + 1]?.from ?? from + 5;
      for (const second of [from, (from + until) / 2, until - 0.01]) {
        const place = mediaAt(timeline, second * SECOND);
        assert.equal(place.media, media, `seed ${seed}, second ${second}`);
        assert.ok(Math.abs(place.at - (at + (second - from) * rate)) < 1e-6, `seed ${seed}`);
      }
    }
  }
});

test('whatever is said lies in one place of the media, and in order', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { truth, timeline } = session(seed);
    const below = numbersFrom(seed);
    for (let i = 0; i < 100; i++) {
      const from = below(400 * SECOND);
      const span = spanAt(timeline, from, from + below(4 * SECOND));
      assert.ok(span.end >= span.start, `seed ${seed}`);
      // At the fastest, media go at twice the speed of the sound.
      assert.ok(span.end - span.start <= 8 + 1e-6, `seed ${seed}`);
    }
    assert.ok(timeline.segments.length <= truth.length + 1);
  }
});
