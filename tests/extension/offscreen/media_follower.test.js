import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediaFollower } from '../../../extension/offscreen/media_follower.js';
import { CAPTURE_LATENCY_MS } from '../../../extension/offscreen/sample_clock.js';
import { BEGAN, numbersFrom, playhead, SECOND } from '../transcript/builders.js';

/** @typedef {import('../../../extension/transcript/timeline.js').Playhead} Playhead */

/** A player, its sound, and what the follower makes of it. */
function bench() {
  /** @type {['off' | 'on', number][]} */
  const told = [];
  /** @type {[number, number][]} media time that is in the transcript */
  const heard = [];
  let now = BEGAN;
  let position = 0;
  const follower = new MediaFollower('c', {
    breakOff: (at) => told.push(['off', at / SECOND]),
    goOn: (from) => told.push(['on', from / SECOND]),
    covered: (media, at) =>
      media === null
        ? null
        : (heard.find(([from, until]) => from <= at && at < until)?.[1] ?? null),
    coveredBefore: (_media, at) => heard.findLast(([, until]) => until <= at)?.[1] ?? 0,
    now: () => now,
  });
  /** @type {Playhead | null} */
  let player = null;
  const place = () => player && player.at + ((now - player.wall) / 1000) * player.rate;
  /** @param {Partial<Playhead>} changes */
  const say = (changes) => {
    const at = place() ?? 0;
    const wall = now - CAPTURE_LATENCY_MS;
    player = { ...(player ?? playhead(0)), at, ...changes, wall };
    follower.note(player);
    player = { ...player, wall: now };
  };
  return {
    follower,
    heard,
    /** What went on and off since the last call, in seconds of sound. */
    take: () => told.splice(0).map(([what, at]) => [what, +at.toFixed(2)]),
    /** @param {number} seconds @param {boolean} [audible] */
    hear: (seconds, audible = true) => {
      for (let frame = 0; frame < seconds * 10; frame++) {
        now += 100;
        position += SECOND / 10;
        follower.arrived(position, audible);
        // The page says where it is every two seconds.
        if (player && player.rate > 0 && frame % 20 === 19) say({});
      }
    },
    say,
    /** @param {number} at */
    seek: (at) => {
      const { rate = 1 } = player ?? {};
      say({ at, rate: 0, seeking: true });
      say({ at, rate, seeking: false });
    },
    lose: () => {
      player = null;
      follower.note(null);
    },
    silence: () => (player = null),
  };
}

test('sound that plays on never breaks', () => {
  const { hear, say, take } = bench();
  hear(2);
  say({ at: 30 });
  hear(20);
  say({ rate: 1.5 });
  hear(20);
  say({ rate: 0 });
  hear(5, false);
  say({ rate: 1.5 });
  hear(20);
  assert.deepEqual(take(), []);
});

test('a seek breaks the sound once, and it goes on where the media do', () => {
  const { hear, say, seek, take } = bench();
  hear(1);
  say({ at: 0 });
  hear(10);
  seek(300);
  assert.deepEqual(take(), [
    ['off', 11],
    ['on', 11],
  ]);
});

test('whoever drags the handle breaks the sound once', () => {
  const { hear, say, take } = bench();
  hear(1);
  say({ at: 0 });
  hear(10);
  for (let at = 50; at < 60; at++) {
    say({ at, rate: 0, seeking: true });
    hear(0.1, false);
  }
  say({ at: 60, rate: 1, seeking: false });
  assert.deepEqual(take(), [
    ['off', 11],
    ['on', 12],
  ]);
});

test('a player that is slow to go on has not gone elsewhere', () => {
  const { hear, say, seek, take } = bench();
  hear(1);
  say({ at: 0 });
  hear(10);
  seek(300);
  take();
  hear(0.5);
  say({ at: 300.1 });
  hear(1);
  assert.deepEqual(take(), []);
});

test('another medium breaks the sound, and so does its end', () => {
  const { hear, say, take, lose } = bench();
  hear(1);
  say({ at: 0, key: 'advertisement', duration: 10 });
  hear(10);
  say({ at: 0, key: 'film', duration: 600 });
  hear(5);
  lose();
  assert.deepEqual(take(), [
    ['off', 11],
    ['on', 11],
    // Nobody says when: it is what sounds now, and arrives a moment later.
    ['off', 16.02],
    ['on', 16.02],
  ]);
});

test('what is in the transcript is not captioned again', () => {
  const { follower, hear, heard, say, seek, take } = bench();
  hear(1);
  say({ at: 100 });
  hear(20);
  seek(102);
  heard.push([100, 115]);
  follower.heardUntil(21 * SECOND);
  assert.deepEqual(take(), [['off', 21]]);
  assert.equal(follower.mode, 'replayed');
  hear(5);
  assert.equal(Math.round(follower.place.at * 10), 1070);
  hear(9);
  assert.equal(follower.mode, 'live');
  // It goes on with the very sample.
  assert.deepEqual(take(), [['on', 34]]);
});

test('what is being finished is not captioned again, and where it was broken it goes on', () => {
  const { follower, hear, heard, say, seek, take } = bench();
  hear(1);
  say({ at: 100 });
  hear(20);
  seek(112);
  assert.deepEqual(take(), [['off', 21]]);
  hear(2);
  assert.equal(follower.mode, 'replayed');
  // The last sentence, from 110 on, was broken.
  heard.push([100, 113.5]);
  follower.heardUntil(21 * SECOND);
  hear(0.1);
  assert.deepEqual(take(), [['on', 22.5]], 'it is sound that is past');
});

test('media that run into what is in the transcript are captioned no longer', () => {
  const { hear, heard, say, take } = bench();
  heard.push([110, 130]);
  hear(1);
  say({ at: 100 });
  hear(40);
  assert.deepEqual(take(), [
    ['off', 11],
    ['on', 31],
  ]);
});

test('too little to be replayed is captioned again', () => {
  const { hear, heard, say, seek, take } = bench();
  heard.push([100, 115]);
  hear(1);
  say({ at: 50 });
  hear(5);
  seek(114.5);
  assert.deepEqual(take(), [
    ['off', 6],
    ['on', 6],
  ]);
});

test('a page that sounds though its medium stands still is captioned', () => {
  const { follower, hear, heard, say, seek, take } = bench();
  heard.push([100, 200]);
  hear(1);
  say({ at: 50 });
  hear(5);
  seek(110);
  say({ rate: 0 });
  hear(5, false);
  assert.equal(follower.mode, 'replayed');
  take();
  hear(2, true);
  assert.equal(follower.mode, 'live');
});

test('a page that says nothing any more is not believed', () => {
  const { follower, hear, say, silence } = bench();
  hear(1);
  say({ at: 50 });
  silence();
  hear(10);
  assert.equal(follower.place.media, 'film');
  hear(10);
  assert.equal(follower.place.media, null);
});

test('what is final of the media is told, and where it was broken', () => {
  const { follower, hear, say, seek } = bench();
  hear(1);
  say({ at: 100 });
  hear(20);
  seek(300);
  hear(10);
  const whole = (/** @type {number} */ second) =>
    follower.heardUntil(second * SECOND).map(({ heard: { from, until, ...breaks } }) => ({
      span: [from, until].map(Math.round),
      ...breaks,
    }));
  assert.deepEqual(whole(10), [{ span: [100, 109], breaksIn: true, breaksOff: false }]);
  assert.deepEqual(whole(21), [{ span: [100, 120], breaksIn: true, breaksOff: true }]);
  assert.deepEqual(whole(31), [{ span: [300, 310], breaksIn: true, breaksOff: false }]);
});

test('whatever the player does, each seek breaks the sound once, and media time stays right', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const below = numbersFrom(seed);
    const { follower, hear, say, seek, take } = bench();
    hear(1);
    say({ at: below(500) });
    let at = follower.place.at;
    let rate = 1;
    let seeks = 0;
    for (let i = 0; i < 40; i++) {
      const seconds = 1 + below(6);
      // The host is done with everything at once.
      follower.heardUntil(Number.MAX_SAFE_INTEGER);
      hear(seconds, rate > 0);
      at += seconds * rate;
      assert.ok(Math.abs(follower.place.at - at) < 0.05, `seed ${seed}, step ${i}`);
      const change = below(4);
      if (change === 0 && rate > 0) {
        at = (at + 20 + below(300)) % 1000;
        seek(at);
        seeks += 1;
      } else if (change === 1) {
        rate = rate > 0 ? 0 : 1;
        say({ rate });
      } else if (change === 2 && rate > 0) {
        rate = (1 + below(4)) / 2;
        say({ rate });
      }
    }
    assert.equal(take().filter(([what]) => what === 'off').length, seeks, `seed ${seed}`);
  }
});
