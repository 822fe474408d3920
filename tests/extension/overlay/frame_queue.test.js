import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameQueue, keptSize, thinning } from '../../../extension/overlay/frame_queue.js';

class FakePicture {
  closed = false;
  /** @param {number} number */
  constructor(number) {
    this.number = number;
  }

  close() {
    this.closed = true;
  }
}

/** A film of ten pictures a second. */
function bench() {
  /** @type {FrameQueue<FakePicture>} */
  const queue = new FrameQueue();
  /** @type {FakePicture[]} */
  const pictures = [];
  queue.run(true, 0);
  return {
    queue,
    pictures,
    /** @param {number} at */
    come: (at) => {
      const picture = new FakePicture(at / 100);
      pictures.push(picture);
      queue.add(at)(picture);
    },
    open: () => pictures.filter(({ closed }) => !closed).length,
  };
}

test('a picture is shown as much later as it is to be', () => {
  const { queue, come } = bench();
  for (let at = 0; at <= 2_000; at += 100) come(at);
  assert.equal(queue.take(1_799, 1_800), null);
  assert.equal(queue.take(1_800, 1_800)?.number, 0);
  assert.equal(queue.take(1_850, 1_800), null);
  assert.equal(queue.take(1_900, 1_800)?.number, 1);
});

test('pictures that were missed are closed, as are those of another place', () => {
  const { queue, come, open } = bench();
  for (let at = 0; at < 1_000; at += 100) come(at);
  assert.equal(queue.take(1_500, 1_000)?.number, 5);
  assert.equal(open(), 5, 'the one that is shown and those to come');
  queue.clear();
  assert.equal(open(), 1);
  assert.equal(queue.length, 0);
});

test('in a pause nothing goes on, and afterwards it goes on where it was', () => {
  const { queue, come } = bench();
  for (let at = 0; at < 1_000; at += 100) come(at);
  queue.run(false, 1_000);
  assert.equal(queue.take(1_000, 900)?.number, 1);
  assert.equal(queue.take(60_000, 900), null);
  queue.run(true, 60_000);
  assert.equal(queue.take(60_100, 900)?.number, 2);
});

test('a picture that comes when nobody waits for it any more is closed', () => {
  const { queue } = bench();
  const take = queue.add(100);
  const missing = queue.add(200);
  missing(null);
  assert.equal(queue.length, 1, 'one that could not be had is forgotten');
  queue.clear();
  const late = new FakePicture(1);
  take(late);
  assert.equal(late.closed, true);
});

test('a picture that is not there yet holds none back', () => {
  const { queue } = bench();
  const slow = queue.add(0);
  const picture = new FakePicture(1);
  queue.add(100)(picture);
  assert.equal(queue.take(100, 0), picture);
  const late = new FakePicture(0);
  slow(late);
  assert.equal(late.closed, true);
});

test('pictures are kept as they are seen, or smaller where memory is short', () => {
  const hd = { width: 1280, height: 720 };
  assert.deepEqual(keptSize(hd, { width: 640, height: 360 }, 30, 1.8), {
    width: 640,
    height: 360,
  });
  const large = { width: 3840, height: 2160 };
  for (const delay of [0.5, 1.8, 4]) {
    for (const rate of [10, 25, 30]) {
      const { width, height } = keptSize(large, large, rate, delay);
      assert.ok(4 * width * height * rate * (delay + 0.25) <= 64 * 1024 * 1024);
      assert.ok(Math.abs(width / height - 16 / 9) < 0.01);
    }
  }
  assert.deepEqual(keptSize(hd, { width: 0, height: 0 }, 30, 1.8), { width: 1, height: 1 });
});

test('of fast films, every second picture is enough', () => {
  assert.deepEqual([24, 25, 30, 50, 60, 120].map(thinning), [1, 1, 1, 2, 2, 4]);
});

test('there is an end to what waits', () => {
  const { queue } = bench();
  for (let at = 0; at < 1_000; at++) if (!queue.full) queue.add(at);
  assert.equal(queue.length, 240);
});
