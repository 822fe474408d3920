/** What a session shows while one host takes the place of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { captions, line, status } from '../builders.js';
import { bench } from './session_bench.js';

test('what stood stays until the new host has come to it, and does not come back', () => {
  const { session, hear } = bench();
  const second = SAMPLE_RATE;
  session.attach();
  hear(10);
  const before = [
    line(2 * second, 'One', { end: 4 * second }),
    line(4 * second, 'two', { end: 6 * second }),
  ];
  const draft = { line: 4 * second, text: ' three', start: 6 * second, end: 7 * second };
  session.applyCaptions(captions(1, before, { draft }));
  session.detach(true);
  session.attach();
  const shown = () => [...session.model.lines.map(({ text }) => text), session.model.draft?.text];
  assert.deepEqual(shown(), ['One', 'two', ' three']);
  session.applyCaptions(captions(1, [line(second, 'One!', { end: 4 * second })]));
  assert.deepEqual(shown(), ['One!', 'two', ' three']);
  session.applyCaptions(captions(2, [line(second, 'One! Two!', { end: 6 * second })]));
  assert.deepEqual(shown(), ['One! Two!', ' three']);
  session.applyCaptions(captions(3, [line(second, '')], { draft: { ...draft, text: 'Three' } }));
  assert.deepEqual(shown(), ['Three'], 'what it has taken back is not said by another');
});

test('only the restart is told until the new host listens', () => {
  const { session } = bench();
  session.attach();
  assert.equal(session.state.phase.name, 'loading');
  session.applyStatus(status('listening'));
  session.detach(true);
  const phases = [session.state.phase.name];
  session.attach();
  phases.push(session.state.phase.name);
  session.applyStatus(status('loading'));
  phases.push(session.state.phase.name);
  session.applyStatus(status('listening'));
  phases.push(session.state.phase.name);
  assert.deepEqual(phases, ['reconnecting', 'reconnecting', 'reconnecting', 'listening']);
});
