import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoundWatch, stateWords } from '../../../extension/shared/state_words.js';

/** @param {import('../../../extension/shared/messages.js').PhaseName} name */
const phase = (name) => ({ name, lagMs: 1240, skippedMs: 0 });

test('a lag is told in seconds', () => {
  assert.deepEqual(stateWords(phase('lagging'), 'quiet'), { key: 'state_lagging', seconds: 1.24 });
});

test('a tab without sound is told only while captions would listen to it', () => {
  assert.equal(stateWords(phase('listening'), 'quiet').key, 'state_quiet');
  assert.equal(stateWords(phase('listening'), 'paused').key, 'state_paused');
  assert.equal(stateWords(phase('listening'), 'heard').key, 'state_listening');
  assert.equal(stateWords(phase('listening'), 'silenced').key, 'state_silenced');
  assert.equal(stateWords(phase('loading'), 'paused').key, 'state_loading');
});

test('silence counts from its beginning and ends with the first sound', () => {
  const ear = new SoundWatch();
  assert.equal(ear.hear(0, null, 1000), 'heard');
  assert.equal(ear.hear(0, null, 4999), 'heard');
  assert.equal(ear.hear(0, null, 5000), 'quiet');
  assert.equal(ear.hear(0.1, null, 5100), 'heard');
  assert.equal(ear.hear(0, null, 9000), 'heard');
});

test('media that nobody sees are told to be silent, not to be paused', () => {
  const ear = new SoundWatch();
  assert.equal(ear.hear(0, 'silenced', 1000), 'heard');
  assert.equal(ear.hear(0, 'silenced', 1500), 'silenced');
});

test('a pause is told soon, but not while something else can be heard', () => {
  const ear = new SoundWatch();
  assert.equal(ear.hear(0.5, 'paused', 1000), 'heard');
  assert.equal(ear.hear(0, 'paused', 1100), 'heard');
  assert.equal(ear.hear(0, 'paused', 1600), 'paused');
  assert.equal(ear.hear(0, null, 1700), 'heard');
  assert.equal(ear.hear(0, 'paused', 9000), 'paused');
  assert.equal(ear.hear(0.5, 'paused', 9100), 'heard');
});
