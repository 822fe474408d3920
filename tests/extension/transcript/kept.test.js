import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covered, withHeard } from '../../../extension/transcript/coverage.js';
import { keptSources, withKept } from '../../../extension/transcript/kept.js';
import { withLines, withSource } from '../../../extension/transcript/transcript.js';
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

test('what is kept of a medium is what is final', () => {
  const before = captured('a', said(1, 'Hello.'), said(5, 'Worl', 'committed'));
  const [kept, ...others] = keptSources(before);
  assert.deepEqual(
    kept?.entries.map(({ text }) => text),
    ['Hello.'],
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

test('names of speakers are kept', () => {
  const [kept] = keptSources({ ...captured('a', said(1, 'Hello.')), names: { 1: 'Ada' } });
  assert.ok(kept);
  const now = { ...captured('b'), names: { 2: 'Bob' } };
  assert.deepEqual(withKept(now, kept).names, { 1: 'Ada', 2: 'Bob' });
});
