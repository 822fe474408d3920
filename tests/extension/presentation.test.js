import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faceOf } from '../../extension/background/toolbar.js';

/** @typedef {import('../../extension/shared/messages.js').PhaseName} PhaseName */

/** @param {PhaseName} name @param {number} [skippedMs] */
const phase = (name, skippedMs = 0) => ({ name, lagMs: 2300, skippedMs });

test('the badge counts the seconds of lag', () => {
  const face = faceOf(phase('lagging'), 'shown');
  assert.equal(face.badge, '2s');
  assert.equal(face.detail, '2');
});

test('a page without captions matters more on the badge than the phase', () => {
  assert.equal(faceOf(phase('listening'), 'not_allowed').title, 'title_click_again');
  assert.equal(faceOf(phase('lagging'), 'not_scriptable').title, 'title_no_overlay');
});
