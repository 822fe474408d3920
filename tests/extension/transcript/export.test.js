import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exportableSources,
  exportLines,
  exportRequests,
} from '../../../extension/transcript/export.js';
import { entry, PLAIN_LOOK, transcriptOf } from './entries.js';

/** @typedef {import('../../../extension/transcript/entry.js').TimedWord} TimedWord */

const HEAD = /** @type {const} */ ({
  request: 'r',
  format: 'srt',
  content: 'original',
  title: 'A film',
  language: 'en',
});

/** @type {TimedWord[]} */
const words = [
  ['Four', 4, 4.5, 0.9],
  [' five.', 4.5, 5.25, 0.5],
];

test('lines are told in milliseconds of media time, with the names that are read', () => {
  const translation = { text: ' Vier. ', language: 'de', state: /** @type {const} */ ('final') };
  const transcript = transcriptOf(
    [
      entry(0, 'One.', { speaker: '1', bookmarked: true, note: 'Why?' }),
      entry(4, 'Four five.', { speaker: '2', words, translation }),
      entry(8, 'Mine.', { speaker: 'you' }),
    ],
    { names: { 1: 'Ada' } },
  );
  const [one, two, three] = exportLines(transcript, 'film', PLAIN_LOOK);
  assert.deepEqual(one, {
    start: 0,
    end: 3000,
    text: 'One.',
    language: 'en',
    speaker: 'Ada',
    translation: null,
    words: [],
    bookmarked: true,
    note: 'Why?',
    gap_before: false,
  });
  assert.deepEqual([two?.speaker, three?.speaker], ['Speaker 2', 'You']);
  assert.deepEqual(two?.translation, { text: 'Vier.', language: 'de' });
  assert.deepEqual(two?.words[1], { text: ' five.', start: 4500, end: 5250, probability: 0.5 });
});

test('a corrected line has no words: their times are of another text', () => {
  const transcript = transcriptOf([entry(4, 'Four five.', { words, corrected: 'For five.' })]);
  const [line] = exportLines(transcript, 'film', PLAIN_LOOK);
  assert.deepEqual([line?.text, line?.words], ['For five.', []]);
});

test('a file is of one source, and knows what was skipped in it', () => {
  /** @type {[number, number][]} */
  const heard = [
    [0, 10],
    [60, 70],
  ];
  const sources = [
    { key: 'advert', title: 'Soap', duration: 15, heard: [] },
    { key: 'film', title: 'A film', duration: 600, heard },
    { key: 'never', title: 'Not played', duration: 1, heard: [] },
  ];
  const entries = [entry(1, 'Soap!', { media: 'advert' }), entry(2, 'One.'), entry(61, 'Two.')];
  const transcript = transcriptOf(entries, { sources });
  assert.deepEqual(
    exportableSources(transcript).map(({ title }) => title),
    ['A film', 'Soap'],
  );
  const lines = exportLines(transcript, 'film', PLAIN_LOOK);
  assert.deepEqual(
    lines.map((line) => [line.text, line.gap_before]),
    [
      ['One.', false],
      ['Two.', true],
    ],
  );
});

test('many lines go in several requests, in order, the last one marked', () => {
  const transcript = transcriptOf(Array.from({ length: 1201 }, (_, index) => entry(index, 'x')));
  const requests = exportRequests(HEAD, exportLines(transcript, 'film', PLAIN_LOOK));
  assert.deepEqual(
    requests.map(({ lines, last }) => [lines.length, last]),
    [
      [500, false],
      [500, false],
      [201, true],
    ],
  );
  assert.equal(requests[1]?.lines[0]?.start, 500_000);
  assert.ok(requests.every(({ request }) => request === 'r'));
});

test('long lines make requests shorter; nothing makes one without lines', () => {
  const transcript = transcriptOf(
    Array.from({ length: 60 }, (_, index) => entry(index, 'x'.repeat(20_000))),
  );
  const requests = exportRequests(HEAD, exportLines(transcript, 'film', PLAIN_LOOK));
  assert.ok(requests.every((request) => JSON.stringify(request).length < 600_000));
  assert.equal(requests.flatMap(({ lines }) => lines).length, 60);
  assert.deepEqual(
    exportRequests(HEAD, []).map(({ lines, last }) => [lines, last]),
    [[[], true]],
  );
});

test('a file has the names that are shown, learnt ones as well, and lines where the user put them', () => {
  const entries = [
    entry(0, 'One.', { speaker: '1' }),
    entry(4, 'Two.', { speaker: '2' }),
    entry(8, 'Three.', { speaker: '3' }),
  ];
  const voices = { same: { 3: '1' }, lines: { 'c 4': '3' }, learnt: { 3: 'Ada' }, steps: [] };
  const lines = exportLines(transcriptOf(entries, { voices }), 'film', PLAIN_LOOK);
  assert.deepEqual(
    lines.map(({ speaker }) => speaker),
    ['Ada', 'Ada', 'Ada'],
  );
});
