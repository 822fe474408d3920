import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faceOf } from '../../../extension/background/toolbar.js';

/** @typedef {import('../../../extension/shared/messages.js').PhaseName} PhaseName */

/** @param {PhaseName} name @param {number} [skippedMs] */
const capture = (name, skippedMs = 0) => ({
  phase: { name, lagMs: 2300, skippedMs },
  microphone: /** @type {const} */ ('off'),
});

test('the badge counts the seconds of lag', () => {
  const face = faceOf(capture('lagging'), 'shown');
  assert.equal(face.badge, '2s');
  assert.equal(face.detail, '2');
});

test('while the microphone is on, the button says so, however far captions are', () => {
  for (const name of /** @type {const} */ (['listening', 'lagging', 'reconnecting'])) {
    const listening = { ...capture(name), microphone: /** @type {const} */ ('on') };
    assert.equal(faceOf(listening, 'shown').badge, 'mic');
    assert.equal(faceOf(listening, 'not_scriptable').title, 'title_microphone');
    assert.equal(faceOf(listening, 'not_allowed').title, 'title_click_again');
  }
});

test('a page without captions matters more on the badge than the phase', () => {
  assert.equal(faceOf(capture('listening'), 'not_allowed').title, 'title_click_again');
  assert.equal(faceOf(capture('lagging'), 'not_scriptable').title, 'title_no_overlay');
});
