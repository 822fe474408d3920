import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { CaptionSession } from '../../../extension/offscreen/session.js';
import { captions, line, status } from '../builders.js';

/** A session, and how often it has said that its phase may have changed. */
function bench() {
  let phases = 0;
  const session = new CaptionSession(
    { id: 's', options: { language: 'en' }, visible: true },
    { toHost: () => {}, captionsChanged: () => {}, phaseChanged: () => phases++ },
  );
  return {
    session,
    /** @returns {number} since the last call */
    takePhases: () => {
      const taken = phases;
      phases = 0;
      return taken;
    },
    /** @param {number} seconds */
    hear: (seconds) => {
      for (let i = 0; i < Math.round(seconds * 10); i++) {
        session.push(new Int16Array(FRAME_SAMPLES));
      }
    },
  };
}

test('a host that stands still is told as a delay until it says something again', () => {
  const { session, hear } = bench();
  hear(3);
  session.attach();
  hear(20);
  assert.equal(session.state.phase.name, 'loading');
  session.applyStatus(status('listening'));
  hear(6.9);
  assert.deepEqual(session.state.phase, { name: 'listening', lagMs: 0, skippedMs: 0 });
  hear(1.1);
  assert.deepEqual(session.state.phase, { name: 'lagging', lagMs: 8000, skippedMs: 0 });
  session.applyCaptions(captions(1, [line(0, 'On')]));
  assert.equal(session.state.phase.name, 'listening');
  session.applyStatus(status('lagging', { lag_ms: 3000 }));
  hear(7);
  assert.equal(session.state.phase.lagMs, 10_000);
  session.detach(false);
  assert.deepEqual(session.state.phase, { name: 'reconnecting', lagMs: 0, skippedMs: 0 });
});

test('a delay that the host does not tell is reported each second', () => {
  const { session, hear, takePhases } = bench();
  session.attach();
  session.applyStatus(status('listening'));
  takePhases();
  hear(6);
  assert.equal(takePhases(), 0);
  hear(3);
  assert.equal(takePhases(), 3);
  session.applyCaptions(captions(1, [line(0, 'On')]));
  assert.equal(takePhases(), 1);
});
