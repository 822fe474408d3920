import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covered, withHeard } from '../../../extension/transcript/coverage.js';
import { keptChanges, keptSources, withKept } from '../../../extension/transcript/kept.js';
import { assigned, merged, renamed, undone, voiceOf } from '../../../extension/transcript/names.js';
import { corrected, withLines, withSource } from '../../../extension/transcript/transcript.js';
import { line } from '../builders.js';
import { emptyTranscript, playhead, SECOND, timelineOf } from './builders.js';

/** @param {number} second @param {string} text @param {'final' | 'committed'} [state] */
const said = (second, text, state = 'final') =>
  line(second * SECOND, text, { end: (second + 2) * SECOND, state });

/** @param {string} id @param {...ReturnType<typeof said>} lines */
function captured(id, ...lines) {
  const known = withSource(emptyTranscript(), playhead(0));
  return withLines(known, lines, timelineOf([[0, playhead(0)]], id));
}

/** @param {import('../../../extension/transcript/transcript.js').Transcript} transcript */
const texts = ({ entries }) => entries.map(({ text }) => text);

test('what is kept of a medium is all that was said, as far as it was', () => {
  const before = captured('a', said(1, 'Hello.'), said(5, 'Worl', 'committed'));
  const [kept, ...others] = keptSources(before);
  assert.deepEqual(
    kept?.entries.map(({ text }) => text),
    ['Hello.', 'Worl'],
  );
  assert.deepEqual([kept?.source.key, kept?.source.title, others], ['film', 'A film', []]);
  assert.deepEqual(keptSources(withLines(emptyTranscript(), [said(1, 'x')], timelineOf([]))), []);
});

test('a later capture finds the lines, and need not caption them again', () => {
  const heard = { from: 0, until: 8, breaksIn: false, breaksOff: false };
  const [kept] = keptSources(withHeard(captured('a', said(1, 'Hello.')), 'film', heard));
  assert.ok(kept);
  const after = withKept(captured('b', said(20, 'Later.')), JSON.parse(JSON.stringify(kept)));
  assert.deepEqual(texts(after), ['Hello.', 'Later.']);
  assert.equal(covered(after, 'film', 2), 8);
});

test('where both have lines, those of now stay', () => {
  const [kept] = keptSources(captured('a', said(1, 'Hallo.'), said(5, 'World.')));
  assert.ok(kept);
  assert.deepEqual(texts(withKept(captured('b', said(1.5, 'Hello.')), kept)), ['Hello.', 'World.']);
});

test('what was not final when its capture was lost is captioned again, and is there once', () => {
  const heard = { from: 0, until: 4, breaksIn: false, breaksOff: false };
  const lost = captured('a', said(1, 'Hello.'), said(5, 'Worl', 'committed'));
  const [kept] = keptSources(withHeard(lost, 'film', heard));
  assert.ok(kept);
  const begun = withKept(withSource(emptyTranscript(), playhead(0)), kept);
  assert.equal(covered(begun, 'film', 5), null);
  const again = withLines(begun, [said(5, 'World.')], timelineOf([[0, playhead(0)]], 'b'));
  assert.deepEqual(texts(again), ['Hello.', 'World.']);
});

test('names of speakers are kept', () => {
  const [kept] = keptSources({ ...captured('a', said(1, 'Hello.')), names: { 1: 'Ada' } });
  assert.ok(kept);
  assert.deepEqual(withKept(captured('b'), kept).names, { 1: 'Ada' });
});

test('a voice of an earlier capture is not taken for one of now that has its number', () => {
  const hello = { ...said(1, 'Hello.'), speaker: '1' };
  const moved = merged(renamed(captured('a', hello), '1', 'Ada'), '3', '1');
  const [kept] = keptSources(assigned(moved, moved.entries[0]?.id ?? '', '2'));
  assert.ok(kept);
  const now = renamed(captured('b', { ...said(20, 'Later.'), speaker: '2' }), '2', 'Bob');
  const { entries, names, voices } = withKept(now, JSON.parse(JSON.stringify(kept)));
  assert.deepEqual(
    entries.map((entry) => voiceOf({ names, voices }, entry)),
    ['4', '2'],
  );
  assert.deepEqual(names, { 2: 'Bob', 3: 'Ada' });
  assert.deepEqual([voices?.same, voices?.steps.length], [{ 5: '3' }, 1]);
  const back = undone({ ...now, names, voices });
  assert.deepEqual(back.names, { 3: 'Ada' });
});

test('what has changed is told by parts of the medium', () => {
  const before = captured('a', said(1, 'One.'), said(130, 'Two.'), said(140, 'Three.'));
  const parts = (/** @type {ReturnType<typeof keptChanges>} */ changes) =>
    changes.flatMap((change) => change.parts.map(([part, lines]) => [part, lines.length]));
  assert.deepEqual(parts(keptChanges(null, before)), [
    [0, 1],
    [1, 2],
  ]);
  assert.deepEqual(keptChanges(before, before), []);
  const id = before.entries[1]?.id ?? '';
  const changes = keptChanges(before, corrected(before, id, 'Too.'));
  assert.deepEqual([parts(changes), changes[0]?.whole], [[[1, 2]], false]);
});

test('what of a medium is no longer there is told, too', () => {
  const before = captured('a', said(1, 'One.'), said(130, 'Two.'));
  const after = { ...before, entries: before.entries.slice(0, 1) };
  assert.deepEqual(keptChanges(before, after)[0]?.parts, [[1, []]]);
});
