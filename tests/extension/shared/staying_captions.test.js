import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StayingCaptions } from '../../../extension/shared/staying_captions.js';
import { captions, line } from '../builders.js';

/** @typedef {import('../../../extension/shared/protocol.js').Line} Line */

/** @param {string} session @param {Line[]} lines */
const snapshot = (session, lines = []) => ({
  type: /** @type {const} */ ('snapshot'),
  session,
  model: { revision: 0, lines, draft: null },
  phase: { name: /** @type {const} */ ('listening'), lagMs: 0, skippedMs: 0 },
  microphone: /** @type {const} */ ('off'),
});

/** @param {StayingCaptions} staying */
const shown = (staying) => staying.rows.map(({ committed, draft }) => committed + draft);

test('what a session has said stays when another one takes its place', () => {
  const staying = new StayingCaptions();
  staying.receive(snapshot('a'));
  staying.receive({ ...captions(1, [line(900, 'Before.', { speaker: '2' })]), session: 'a' });
  staying.receive(snapshot('b'));
  const draft = { line: 0, text: ' and', start: 100, end: 200 };
  const after = captions(1, [line(0, 'After', { speaker: '1' })], { draft });
  assert.ok(staying.receive({ ...after, session: 'b' }));
  assert.deepEqual(shown(staying), ['Before.', 'After and']);
  assert.deepEqual(
    staying.rows.map(({ speaker }) => speaker),
    ['2', '3'],
    'nobody is taken for another',
  );
  assert.ok(!staying.receive({ ...captions(2, [line(5, 'Late.')]), session: 'a' }));
});

test('a snapshot of the same session says nothing twice', () => {
  const staying = new StayingCaptions();
  staying.receive(snapshot('a', [line(0, 'One.')]));
  staying.receive(snapshot('a', [line(0, 'One.'), line(200, 'Two.')]));
  assert.deepEqual(shown(staying), ['One.', 'Two.']);
});

test('captions that their user has ended stand until others begin', () => {
  const staying = new StayingCaptions();
  staying.receive(snapshot('a', [line(0, 'One.')]));
  staying.receive({ type: 'end', session: 'a' });
  assert.deepEqual(shown(staying), ['One.']);
  staying.receive(snapshot('b'));
  assert.deepEqual(shown(staying), []);
  staying.receive(snapshot('c', [line(0, 'Two.')]));
  staying.clear();
  assert.deepEqual(shown(staying), []);
});
