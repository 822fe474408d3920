import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  extentWith,
  isLive,
  mainMedium,
  mediumKey,
  rateOf,
} from '../../../extension/overlay/main_medium.js';

/** @param {Partial<import('../../../extension/overlay/main_medium.js').Medium>} [changes] */
const medium = (changes = {}) => ({
  paused: false,
  ended: false,
  muted: false,
  volume: 1,
  currentTime: 12,
  duration: 600,
  playbackRate: 1,
  readyState: 4,
  seeking: false,
  ...changes,
});

const alike = () => 0;

test('the main medium is the audible one that plays', () => {
  const film = medium();
  const others = [medium({ muted: true }), medium({ volume: 0 }), medium({ paused: true })];
  assert.equal(
    mainMedium([...others, film], null, () => assert.fail()),
    film,
  );
});

test('of several that play it has the largest picture, or else the longest', () => {
  const [trailer, film] = [medium({ duration: 30 }), medium({ duration: 5_000 })];
  assert.equal(mainMedium([trailer, film], null, alike), film);
  assert.equal(
    mainMedium([trailer, film], film, (each) => (each === trailer ? 9 : 4)),
    trailer,
  );
  const live = medium({ duration: Infinity });
  assert.equal(mainMedium([live, trailer], null, alike), trailer);
});

test('it stays the main one while it is paused', () => {
  const film = medium({ paused: true });
  assert.equal(mainMedium([medium({ paused: true }), film], film, alike), film);
  assert.equal(mainMedium([film], null, alike), null);
  assert.equal(mainMedium([], film, alike), null);
  const muted = medium({ muted: true });
  assert.equal(mainMedium([muted], muted, alike), null);
});

test('a medium that waits, seeks or is over stands still', () => {
  assert.equal(rateOf(medium({ playbackRate: 1.5 })), 1.5);
  for (const still of [{ paused: true }, { ended: true }, { seeking: true }, { readyState: 2 }]) {
    assert.equal(rateOf(medium(still)), 0);
  }
});

test('a page that is loaded again, at whatever time, has the same medium', () => {
  const key = mediumKey('https://films.example/watch?v=1', 600.2);
  assert.equal(mediumKey('https://films.example/watch?v=1&t=30s#comments', 600.4), key);
  assert.notEqual(mediumKey('https://films.example/watch?v=2', 600.2), key);
  assert.notEqual(mediumKey('https://films.example/watch?v=1', 15), key);
});

/**
 * What is known after a player has said these durations.
 * @param {number[]} durations
 */
const told = (...durations) =>
  durations.reduce(
    (extent, duration) => extentWith(extent, duration),
    /** @type {import('../../../extension/overlay/main_medium.js').Extent | null} */ (null),
  );

test('a duration that a player learns bit by bit is of the same medium', () => {
  for (const durations of [
    [600, 601.5],
    [3600, 3630],
    [600, 600.2, 600.4, 600.6, 600.8],
    [600, 598, 600, 599],
    [600, 602, 604],
  ]) {
    const known = told(...durations);
    assert.ok(known && !isLive(known), String(durations));
  }
  assert.equal(told(15, 600), null);
  assert.equal(told(600, 15), null);
});

test('a live stream whose end moves on is known as one, and is one medium until then', () => {
  const soon = told(30, 36, 36, 42);
  assert.ok(soon && !isLive(soon));
  const known = told(30, 36, 36, 42, 48);
  assert.ok(known && isLive(known));
  const hours = told(7200, ...Array.from({ length: 1000 }, (_, n) => 7200 + 4 * n));
  assert.ok(hours && isLive(hours));
});
