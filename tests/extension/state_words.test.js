import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quiet, stateWords } from '../../extension/shared/state_words.js';

/** @param {import('../../extension/shared/messages.js').PhaseName} name */
const phase = (name) => ({ name, lagMs: 1240, skippedMs: 0 });

test('a lag is told in seconds', () => {
  assert.deepEqual(stateWords(phase('lagging'), true), { key: 'state_lagging', seconds: 1.24 });
});

test('a tab without sound is told only while captions would listen to it', () => {
  assert.equal(stateWords(phase('listening'), true).key, 'state_quiet');
  assert.equal(stateWords(phase('listening'), false).key, 'state_listening');
  assert.equal(stateWords(phase('loading'), true).key, 'state_loading');
});

test('silence counts from its beginning and ends with the first sound', () => {
  const quiet = new Quiet();
  assert.equal(quiet.hear(0, 1000), false);
  assert.equal(quiet.hear(0, 4999), false);
  assert.equal(quiet.hear(0, 5000), true);
  assert.equal(quiet.hear(0.1, 5100), false);
  assert.equal(quiet.hear(0, 9000), false);
});
