import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowerEdgeOf } from '../../../extension/overlay/meetings.js';
import { moved, placeFor, positionOf, pulled } from '../../../extension/overlay/placement.js';

const VIEWPORT = { width: 1280, height: 720 };
const BOX = { width: 800, height: 120 };

/** @param {number} x @param {number} y @param {number} [width] */
const at = (x, y, width = 0.5) => placeFor({ x, y, width }, VIEWPORT, BOX, null, null);

test('by themselves they stand in the middle, above the lower edge', () => {
  assert.deepEqual(placeFor(null, VIEWPORT, BOX, null, null), {
    left: 240,
    bottom: 648,
    width: 800,
  });
});

test('they never leave the viewport', () => {
  for (const x of [0, 0.5, 1]) {
    for (const y of [0, 0.5, 1]) {
      for (const width of [0, 0.4, 1]) {
        const place = at(x, y, width);
        assert.ok(place.left >= 0 && place.left + place.width <= VIEWPORT.width);
        assert.ok(place.bottom - BOX.height >= 0 && place.bottom <= VIEWPORT.height);
      }
    }
  }
});

test('in a window smaller than they are, the newest row is still seen', () => {
  const tiny = { width: 150, height: 80 };
  const place = placeFor(null, tiny, BOX, null, null);
  assert.ok(place.left >= 0 && place.left + place.width <= tiny.width);
  assert.ok(place.bottom <= tiny.height && place.bottom > tiny.height - 20);
});

test('they keep off the controls of the player', () => {
  const video = { left: 0, top: 0, right: 1280, bottom: 720 };
  assert.equal(placeFor(null, VIEWPORT, BOX, video, null).bottom, 720 - 84 - 8);
  const dragged = placeFor({ x: 0.5, y: 0.97, width: 0.5 }, VIEWPORT, BOX, video, null);
  assert.equal(dragged.bottom, 720 - 84 - 8);
});

test('above the controls, below or beside the video they stay where they are', () => {
  const video = { left: 0, top: 0, right: 600, bottom: 400 };
  for (const [x, y] of [
    [0.2, 0.3],
    [0.2, 0.9],
    [0.8, 0.55],
  ]) {
    const position = { x: x ?? 0, y: y ?? 0, width: 0.3 };
    assert.deepEqual(
      placeFor(position, VIEWPORT, BOX, video, null),
      placeFor(position, VIEWPORT, BOX, null, null),
    );
  }
});

test('controls that leave no room above them do not push the captions out', () => {
  const video = { left: 0, top: -300, right: 1280, bottom: 150 };
  const place = placeFor({ x: 0.5, y: 0.2, width: 0.5 }, VIEWPORT, BOX, video, null);
  assert.equal(place.bottom, 144);
});

test('a position is found again after a round trip', () => {
  const place = at(0.4, 0.6, 0.3);
  const again = placeFor(positionOf(place, VIEWPORT), VIEWPORT, BOX, null, null);
  assert.ok(Math.abs(again.left - place.left) < 0.01);
  assert.ok(Math.abs(again.bottom - place.bottom) < 0.01);
});

test('pulling one edge leaves the other where it is', () => {
  const place = { left: 100, bottom: 500, width: 400 };
  assert.deepEqual(pulled(place, 'right', 50), { left: 100, bottom: 500, width: 450 });
  assert.deepEqual(pulled(place, 'left', 50), { left: 150, bottom: 500, width: 350 });
  const least = pulled(place, 'left', 999);
  assert.equal(least.left + least.width, 500);
  assert.deepEqual(moved(place, 5, -7), { left: 105, bottom: 493, width: 400 });
});

test('in a meeting they stand above its buttons and captions, whatever video is in front', () => {
  const edge = lowerEdgeOf({ hostname: 'meet.google.com', pathname: '/abc-defg-hij' });
  const tile = { left: 0, top: 0, right: 1280, bottom: 560 };
  for (const video of [null, tile]) {
    const place = placeFor(null, VIEWPORT, BOX, video, edge);
    assert.equal(Math.round(place.bottom), 720 - 232 - 8);
  }
});

test('in a low window a meeting does not push them to the top', () => {
  const place = placeFor(null, { width: 800, height: 400 }, BOX, null, 232);
  assert.equal(Math.round(place.bottom), 220);
});

test('where the user has put them in a meeting they stay', () => {
  const own = { x: 0.5, y: 0.97, width: 0.5 };
  const video = { left: 0, top: 0, right: 1280, bottom: 720 };
  assert.ok(Math.abs(placeFor(own, VIEWPORT, BOX, video, 232).bottom - 0.97 * 720) < 0.01);
});

test('meetings are known by their address', () => {
  for (const [url, known] of /** @type {const} */ ([
    ['https://meet.google.com/abc-defg-hij', true],
    ['https://meet.google.com/', false],
    ['https://app.zoom.us/wc/123/join', true],
    ['https://us02web.zoom.us/wc/123/start', true],
    ['https://acme.zoom.us/j/123', false],
    ['https://zoom.us/pricing', false],
    ['https://teams.microsoft.com/v2/', true],
    ['https://teams.live.com/meet/1', true],
    ['https://meet.google.com.example.org/abc', false],
    ['https://notzoom.us/wc/1', false],
  ])) {
    assert.equal(lowerEdgeOf(new URL(url)) !== null, known, url);
  }
});
