import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOther, mainMedium, mediumKey, rateOf } from '../../../extension/overlay/main_medium.js';

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

test('a duration that a player learns bit by bit is of the same medium', () => {
  assert.equal(isOther(600, 601.5), false);
  assert.equal(isOther(3600, 3630), false);
  assert.equal(isOther(15, 600), true);
});
