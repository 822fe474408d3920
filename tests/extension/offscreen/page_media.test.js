import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageMedia } from '../../../extension/offscreen/page_media.js';
import { playhead } from '../transcript/builders.js';

/** @param {string} key @param {number} rate */
const report = (key, rate) => ({ paused: rate === 0, playhead: playhead(5, { key, rate }) });
/** @type {Required<import('../../../extension/shared/messages.js').MediaReport>} */
const NONE = { paused: null, playhead: null, picture: 'none' };

test('of several frames, the one that plays counts until another one plays', () => {
  const media = new PageMedia();
  assert.deepEqual(media.note(0, NONE), NONE);
  assert.equal(media.note(4, report('inner', 0)).playhead?.key, 'inner');
  assert.equal(media.note(0, report('page', 1)).playhead?.key, 'page');
  assert.equal(media.note(4, report('inner', 1)).playhead?.key, 'page');
  assert.equal(media.note(0, report('page', 0)).playhead?.key, 'inner');
  assert.equal(media.note(4, report('inner', 0)).playhead?.key, 'inner');
});

test('a page is paused when one of its frames is and none plays', () => {
  const media = new PageMedia();
  assert.equal(media.note(4, report('inner', 0)).paused, true);
  assert.equal(media.note(0, report('page', 1)).paused, false);
  assert.equal(media.note(0, NONE).paused, true);
  assert.equal(media.note(4, NONE).paused, null);
});

test('a frame that goes takes its medium along', () => {
  const media = new PageMedia();
  media.note(4, report('inner', 1));
  assert.equal(media.note(4, NONE).playhead, null);
  media.note(5, report('other', 1));
  media.clear();
  assert.deepEqual(media.note(0, NONE), NONE);
});

test('the picture is that of the medium that counts', () => {
  const media = new PageMedia();
  assert.equal(media.note(0, { ...NONE, picture: 'copied' }).picture, 'copied', 'a live stream');
  assert.equal(media.note(4, { ...report('inner', 1), picture: 'protected' }).picture, 'protected');
  assert.equal(media.note(4, NONE).picture, 'copied');
});
