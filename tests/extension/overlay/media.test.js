import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arePaused, pictureOf } from '../../../extension/overlay/media.js';

/** @param {Partial<import('../../../extension/overlay/media.js').Medium>} changes */
const medium = (changes) => ({
  paused: false,
  ended: false,
  muted: false,
  volume: 1,
  currentTime: 12,
  ...changes,
});

test('media are paused when one was and none plays', () => {
  assert.equal(arePaused([medium({ paused: true })]), true);
  assert.equal(arePaused([medium({ paused: true }), medium({})]), false);
  assert.equal(arePaused([medium({})]), false);
  assert.equal(arePaused([]), null);
});

test('what was never begun, or has come to its end, was not paused', () => {
  assert.equal(arePaused([medium({ paused: true, currentTime: 0 })]), null);
  assert.equal(arePaused([medium({ paused: true, ended: true })]), false);
});

test('what is muted counts neither way', () => {
  assert.equal(arePaused([medium({ paused: true }), medium({ muted: true })]), true);
  assert.equal(arePaused([medium({ paused: true, volume: 0 })]), false);
});

test('a picture can be copied unless it is protected', () => {
  const keys = /** @type {MediaKeys} */ ({});
  assert.equal(pictureOf(null), 'none');
  assert.equal(pictureOf({}), 'none', 'sound alone');
  assert.equal(pictureOf({ videoWidth: 0, mediaKeys: null }), 'none', 'it is not known yet');
  assert.equal(pictureOf({ videoWidth: 640, mediaKeys: null }), 'copied');
  assert.equal(pictureOf({ videoWidth: 640, mediaKeys: keys }), 'protected');
});
