import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covered, gaps, withHeard } from '../../../extension/transcript/coverage.js';
import { withLines } from '../../../extension/transcript/transcript.js';
import { line } from '../builders.js';
import { emptyTranscript, playhead, SECOND, timelineOf } from './builders.js';

const FILM = timelineOf([[0, playhead(0)]]);

/** @param {[number, number][]} spans of lines, in seconds */
const transcriptOf = (spans) =>
  withLines(
    emptyTranscript(),
    spans.map(([start, end]) => line(start * SECOND, 'words', { end: end * SECOND })),
    FILM,
  );

/**
 * @param {number} from
 * @param {number} until
 * @param {Partial<import('../../../extension/transcript/coverage.js').Heard>} [breaks]
 */
const heard = (from, until, breaks = {}) => ({
  from,
  until,
  breaksIn: false,
  breaksOff: false,
  ...breaks,
});

test('what was heard is covered up to its end', () => {
  const transcript = withHeard(transcriptOf([[10, 12]]), 'film', heard(8, 20));
  assert.equal(covered(transcript, 'film', 8), 20);
  assert.equal(covered(transcript, 'film', 19.9), 20);
  assert.equal(covered(transcript, 'film', 20), null);
  assert.equal(covered(transcript, 'film', 7.9), null);
  assert.equal(covered(transcript, 'other', 9), null);
  assert.equal(covered(transcript, null, 9), null);
});

test('a sentence that a seek broke off is not covered', () => {
  const lines = transcriptOf([
    [10, 12],
    [13, 19.8],
  ]);
  const transcript = withHeard(lines, 'film', heard(8, 20, { breaksOff: true }));
  assert.equal(covered(transcript, 'film', 9), 12.5);
});

test('a sentence that was over when somebody sought is covered', () => {
  const lines = transcriptOf([[10, 12]]);
  const transcript = withHeard(lines, 'film', heard(8, 20, { breaksOff: true }));
  assert.equal(covered(transcript, 'film', 9), 20);
});

test('a sentence into whose middle a seek went is not covered', () => {
  const lines = transcriptOf([
    [8.2, 12],
    [13, 15],
  ]);
  const transcript = withHeard(lines, 'film', heard(8, 20, { breaksIn: true }));
  assert.equal(covered(transcript, 'film', 9), null);
  assert.equal(covered(transcript, 'film', 12.5), 20);
});

test('nothing is covered by one broken sentence', () => {
  const lines = transcriptOf([[8, 20]]);
  const both = heard(8, 20, { breaksIn: true, breaksOff: true });
  assert.equal(withHeard(lines, 'film', both), lines);
});

test('parts that meet are one', () => {
  const lines = transcriptOf([[10, 12]]);
  const parts = [heard(8, 20), heard(30, 40), heard(19, 30)];
  const transcript = parts.reduce((now, part) => withHeard(now, 'film', part), lines);
  assert.equal(covered(transcript, 'film', 8), 40);
  assert.equal(withHeard(transcript, 'film', heard(25, 35)), transcript);
});

test('what was skipped is a gap until it is heard', () => {
  const lines = transcriptOf([[10, 12]]);
  const parts = [heard(0, 20), heard(60, 70)];
  const transcript = parts.reduce((now, part) => withHeard(now, 'film', part), lines);
  assert.deepEqual(gaps(transcript, 'film'), [{ from: 20, until: 60 }]);
  const filled = withHeard(transcript, 'film', heard(20, 60));
  assert.deepEqual(gaps(filled, 'film'), []);
});
