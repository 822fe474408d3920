import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { CaptionSession } from '../../../extension/offscreen/session.js';
import { captions } from '../builders.js';

/** A session and everything it said. */
function bench() {
  /** @type {any[]} */
  const toHost = [];
  const session = new CaptionSession(
    { id: 's', options: { language: 'en' }, visible: true },
    {
      toHost: (message) => toHost.push(message),
      captionsChanged: () => {},
      phaseChanged: () => {},
    },
  );
  return {
    session,
    /** @returns {any[]} what it has told the host since the last call */
    takeToHost: () => toHost.splice(0),
    /** @param {number} seconds */
    hear: (seconds) => {
      for (let i = 0; i < seconds * 10; i++) session.push(new Int16Array(FRAME_SAMPLES));
    },
  };
}

/** @param {any[]} messages @returns {number[]} */
const audioStarts = (messages) =>
  messages.filter(({ type }) => type === 'audio').map(({ start }) => start);

test('a break is a cut for the host, and for the next one if its sound is still there', () => {
  const { session, hear, takeToHost } = bench();
  session.attach();
  hear(2);
  session.breakOff(2 * SAMPLE_RATE);
  hear(3);
  session.goOnFrom(5 * SAMPLE_RATE);
  hear(1);
  const cuts = (/** @type {any[]} */ messages) =>
    messages.filter(({ type }) => type === 'cut').map(({ session: id, at }) => [id, at]);
  const said = takeToHost();
  assert.deepEqual(cuts(said), [['s', 2 * SAMPLE_RATE]]);
  const sent = audioStarts(said);
  assert.ok(sent.every((start) => start < 2 * SAMPLE_RATE || start >= 5 * SAMPLE_RATE));
  session.detach(false);
  session.attach();
  const again = takeToHost();
  assert.deepEqual(cuts(again), [['s', 2 * SAMPLE_RATE]]);
  assert.deepEqual(audioStarts(again), sent);
});

test('sound that was not to be captioned is not missed', () => {
  const { session, hear } = bench();
  session.attach();
  hear(2);
  session.applyCaptions(captions(1, [], { final_until: 2 * SAMPLE_RATE }));
  session.breakOff(2 * SAMPLE_RATE);
  hear(120);
  session.goOnFrom(122 * SAMPLE_RATE);
  session.detach(false);
  hear(1);
  session.attach();
  assert.equal(session.state.phase.skippedMs, 0);
});
