import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeFor, stepNotice } from '../../../extension/overlay/notices.js';

/** @typedef {import('../../../extension/shared/messages.js').PhaseName} PhaseName */

const ONE_DIGIT = { minimumFractionDigits: 1 };

/** @param {PhaseName} name @param {number} [skippedMs] */
const phase = (name, skippedMs = 0) => ({ name, lagMs: 2300, skippedMs });

test('a phase is announced once', () => {
  assert.equal(changeFor(null, phase('loading'))?.notice?.key, 'notice_loading');
  assert.equal(changeFor(phase('loading'), phase('loading')), null);
  assert.equal(changeFor(phase('loading'), phase('listening'))?.notice?.key, 'notice_listening');
});

test('what goes on is announced by its captions', () => {
  assert.equal(changeFor(phase('listening'), phase('reconnecting'))?.notice?.busy, true);
  assert.deepEqual(changeFor(phase('reconnecting'), phase('listening')), {
    notice: null,
    afterMs: 0,
  });
});

test('audio left out is announced with its length, whatever the phase', () => {
  const change = changeFor(phase('lagging', 1000), phase('lagging', 4600));
  assert.equal(change?.notice?.key, 'notice_skipped');
  assert.equal(change?.notice?.detail, '4');
  assert.equal(change?.afterMs, 0);
});

test('what there is to say of the model is said once', () => {
  const news = { key: 'notice_smaller_offered', detail: 'tiny' };
  const offered = { ...phase('lagging'), news };
  assert.equal(changeFor(phase('lagging'), offered)?.notice?.key, news.key);
  assert.equal(changeFor(phase('lagging'), offered)?.notice?.detail, 'tiny');
  assert.equal(changeFor(offered, structuredClone(offered)), null);
  assert.equal(changeFor(offered, phase('lagging')), null);
});

test('a machine that lags now and then is not talked about', () => {
  const lags = changeFor(phase('listening'), phase('lagging'));
  assert.equal(lags?.notice?.key, 'notice_lagging');
  assert.ok((lags?.afterMs ?? 0) >= 2000);
  const caughtUp = changeFor(phase('lagging'), phase('listening'));
  assert.equal(caughtUp?.notice, null);
  assert.ok((caughtUp?.afterMs ?? 0) >= 2000);
});

test('it is told by how much sound and picture wait, or why they do not', () => {
  const state = /** @type {const} */ ({ name: 'on', seconds: 2, picture: true });
  const { key, detail } = stepNotice(state);
  assert.deepEqual([key, detail], ['notice_step', (2).toLocaleString(undefined, ONE_DIGIT)]);
  assert.equal(stepNotice({ ...state, picture: false }).key, 'notice_step_sound');
  for (const name of /** @type {const} */ (['meeting', 'microphone', 'protected'])) {
    assert.equal(stepNotice({ ...state, name }).key, `notice_step_${name}`);
  }
  assert.equal(stepNotice(null).key, 'notice_step_off');
});
