import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime } from '../../../extension/transcript/clock.js';
import { textBetween, textOf } from '../../../extension/transcript/copy.js';
import { lineAt } from '../../../extension/transcript/place.js';
import { linesIn, RowMaker } from '../../../extension/transcript/rows.js';
import { entry, PLAIN_LOOK, transcriptOf } from './entries.js';

const translation = { text: 'Eins.', language: 'de', state: /** @type {const} */ ('final') };
const rows = new RowMaker(PLAIN_LOOK).rowsOf(
  transcriptOf([
    entry(0, 'One two three.', { speaker: '1', translation }),
    entry(4, 'Four five.', { speaker: '2', note: 'Why?' }),
    entry(8, 'Six seven.', { speaker: '2' }),
  ]),
);
const PLAIN = { times: false, translation: false };

test('lines are copied with their speakers and notes, and what else is wanted', () => {
  assert.equal(
    textOf(rows, PLAIN, '…'),
    'Speaker 1: One two three.\nSpeaker 2: Four five.\nWhy?\nSix seven.',
  );
  assert.equal(
    textOf(rows.slice(0, 1), { times: true, translation: true }, '…'),
    '0:00 Speaker 1: One two three.\nEins.',
  );
});

test('of the first and the last line only what is selected is copied', () => {
  const selected = { from: 0, to: 2, first: 'three.', last: 'Six' };
  assert.equal(textBetween(rows, selected, PLAIN, '…'), 'three.\nSpeaker 2: Four five.\nWhy?\nSix');
  const whole = { from: 1, to: 1, first: 'Four five.', last: 'Four five.' };
  assert.equal(textBetween(rows, whole, PLAIN, '…'), 'Speaker 2: Four five.\nWhy?');
});

test('times are as players write them', () => {
  assert.deepEqual([0, 7.9, 754, 3723, -1].map(clockTime), [
    '0:00',
    '0:07',
    '12:34',
    '1:02:03',
    '0:00',
  ]);
});

test('the line that is being said is the last one that began, for a while after its end', () => {
  const lines = linesIn(rows);
  const at = (/** @type {number} */ seconds) => {
    const { line, until } = lineAt(lines, 'film', seconds);
    return [line?.key ?? null, until];
  };
  assert.deepEqual(at(0), ['c 0', 4]);
  assert.deepEqual(at(3.5), ['c 0', 4]);
  assert.deepEqual(at(4), ['c 4', 8]);
  assert.deepEqual(at(12), ['c 8', 15]);
  assert.deepEqual(at(16), [null, null]);
  assert.deepEqual(lineAt(lines, 'another', 1), { line: null, until: null });
});
