import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { Feed } from '../../../extension/offscreen/feed.js';
import { numbersFrom } from '../transcript/builders.js';

/** A feed whose sample `n` is `n` modulo 30,000, and what a host was told. */
function bench() {
  /** @type {(['cut', number] | ['audio', number, number])[]} */
  const told = [];
  const feed = new Feed({
    audio: (start, pcm) => {
      for (const [i, sample] of pcm.entries()) assert.equal(sample, (start + i) % 30_000);
      told.push(['audio', start, start + pcm.length]);
    },
    cut: (at) => told.push(['cut', at]),
  });
  return {
    feed,
    /** What a host was told since the last call; pieces of sound that meet are one. */
    take: () => {
      /** @type {typeof told} */
      const joined = [];
      for (const each of told.splice(0)) {
        const last = joined.at(-1);
        if (last?.[0] === 'audio' && each[0] === 'audio' && last[2] === each[1]) last[2] = each[2];
        else joined.push(each);
      }
      return joined;
    },
    /** @param {number} frames */
    hear: (frames) => {
      for (let i = 0; i < frames; i++) {
        const { position } = feed;
        feed.push(Int16Array.from({ length: FRAME_SAMPLES }, (_, k) => (position + k) % 30_000));
      }
    },
  };
}

test('sound is sent up to a break, and from where it goes on', () => {
  const { feed, hear, take } = bench();
  feed.begin(0);
  hear(2);
  feed.breakOff(4000);
  assert.deepEqual(take(), [['audio', 0, 3200]]);
  hear(2);
  assert.deepEqual(take(), [
    ['audio', 3200, 4000],
    ['cut', 4000],
  ]);
  hear(2);
  feed.goOn(7000);
  hear(1);
  assert.deepEqual(take(), [['audio', 7000, 11_200]]);
});

test('a break behind what was sent is told at once', () => {
  const { feed, hear, take } = bench();
  feed.begin(0);
  hear(2);
  feed.breakOff(1000);
  assert.deepEqual(take(), [
    ['audio', 0, 3200],
    ['cut', 3200],
  ]);
});

test('breaks between which nothing was sent are one', () => {
  const { feed, hear, take } = bench();
  feed.begin(0);
  hear(1);
  feed.breakOff(1600);
  feed.goOn(1600);
  feed.breakOff(1600);
  feed.breakOff(2000);
  hear(1);
  feed.goOn(3200);
  hear(1);
  assert.deepEqual(take(), [
    ['audio', 0, 1600],
    ['cut', 1600],
    ['audio', 3200, 4800],
  ]);
});

test('a new host is told of the breaks in what is kept', () => {
  const { feed, hear, take } = bench();
  feed.begin(0);
  hear(2);
  feed.breakOff(3200);
  hear(2);
  feed.goOn(6400);
  hear(2);
  take();
  feed.end();
  hear(1);
  feed.begin(1600);
  assert.deepEqual(take(), [
    ['audio', 1600, 3200],
    ['cut', 3200],
    ['audio', 6400, 11_200],
  ]);
});

test('a new host that begins in a part that is not sent waits for its end', () => {
  const { feed, hear, take } = bench();
  hear(1);
  feed.breakOff(1600);
  hear(3);
  feed.begin(3200);
  assert.deepEqual(take(), []);
  feed.goOn(6400);
  hear(1);
  assert.deepEqual(take(), [['audio', 6400, 8000]]);
});

test('whatever breaks, each sample is sent once, in order, and no sample of a break', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const below = numbersFrom(seed);
    const { feed, hear, take } = bench();
    feed.begin(0);
    let open = false;
    let cuts = 0;
    for (let i = 0; i < 40; i++) {
      hear(below(3));
      if (open) feed.goOn(feed.position - below(2000));
      else feed.breakOff(feed.position + below(4000) - 2000);
      cuts += open ? 0 : 1;
      open = !open;
    }
    hear(4);
    let until = 0;
    const told = take();
    for (const each of told) {
      assert.ok(each[1] >= until, `seed ${seed}`);
      until = each[2] ?? each[1];
    }
    assert.ok(told.filter(([type]) => type === 'cut').length <= cuts);
  }
});
