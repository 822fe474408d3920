import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowMaker, linesIn } from '../../../extension/transcript/rows.js';
import { entry, PLAIN_LOOK, transcriptOf } from './entries.js';

/** @typedef {import('../../../extension/transcript/rows.js').Row} Row */

/** @param {Row[]} rows */
const told = (rows) =>
  rows.map((row) => {
    if (row.kind === 'source') return `# ${row.title}`;
    if (row.kind === 'gap') return `gap ${row.from}-${row.until}`;
    return `${row.time} ${row.label}|${row.text}${row.draft}`;
  });

const maker = (look = {}) => new RowMaker({ ...PLAIN_LOOK, ...look });

test('lines have their media time, and the name of who speaks where that changes', () => {
  const transcript = transcriptOf([
    entry(0, ' One.', { speaker: '1' }),
    entry(4, 'Two.', { speaker: '1' }),
    entry(3725, 'Three.', { speaker: '2' }),
  ]);
  assert.deepEqual(told(maker().rowsOf(transcript)), [
    '0:00 Speaker 1:|One.',
    '0:04 |Two.',
    '1:02:05 Speaker 2:|Three.',
  ]);
});

test('names that the user gave stand instead; two voices of one name are one', () => {
  const entries = [
    entry(0, 'One.', { speaker: '1' }),
    entry(4, 'Two.', { speaker: '2' }),
    entry(8, 'Mine.', { speaker: 'you' }),
  ];
  const names = { 1: 'Ada', 2: 'Ada', you: 'Grace' };
  const rows = maker().rowsOf(transcriptOf(entries, { names }));
  assert.deepEqual(told(rows), ['0:00 Ada:|One.', '0:04 |Two.', '0:08 Grace:|Mine.']);
});

test('what the user corrected is shown, filtered like all else', () => {
  const filter = (/** @type {string} */ text) => text.replace('damn', 'd•••');
  const transcript = transcriptOf([entry(0, 'darn', { corrected: 'damn it' })]);
  assert.deepEqual(told(maker({ filter }).rowsOf(transcript)), ['0:00 |d••• it']);
});

test('several sources have headings; one has none', () => {
  const sources = [
    { key: 'advert', title: 'Soap', duration: 15, heard: [] },
    { key: 'film', title: 'A film', duration: 600, heard: [] },
  ];
  const advert = entry(1, 'Buy soap.', { media: 'advert' });
  const film = entry(2, 'Once upon a time.');
  assert.deepEqual(told(maker().rowsOf(transcriptOf([advert, film], { sources }))), [
    '# Soap',
    '0:01 |Buy soap.',
    '# A film',
    '0:02 |Once upon a time.',
  ]);
  assert.deepEqual(told(maker().rowsOf(transcriptOf([film], { sources }))), [
    '0:02 |Once upon a time.',
  ]);
});

test('what was skipped is a gap, without the lines that stand in it', () => {
  const source = {
    key: 'film',
    title: '',
    duration: 600,
    heard: /** @type {[number, number][]} */ ([
      [10, 20],
      [60, 70],
    ]),
  };
  const entries = [entry(11, 'One.'), entry(30, 'In between.'), entry(61, 'Two.')];
  assert.deepEqual(told(maker().rowsOf(transcriptOf(entries, { sources: [source] }))), [
    'gap 0-10',
    '0:11 |One.',
    'gap 20-30',
    '0:30 |In between.',
    'gap 33-60',
    '1:01 |Two.',
  ]);
});

test('a draft goes on with its line, or is one at the end of what was said last', () => {
  const transcript = transcriptOf([
    entry(0, 'One.', { id: 'c 1' }),
    entry(90, 'Before.', { wall: 0 }),
  ]);
  const goesOn = maker().rowsOf(transcript, { id: 'c 1', text: ' and mo' });
  assert.deepEqual(told(goesOn), ['0:00 |One. and mo', '1:30 |Before.']);
  const begins = maker().rowsOf(transcript, { id: 'c 2', text: 'Tw' });
  assert.deepEqual(told(begins), ['0:00 |One.', '0:03 |Tw', '1:30 |Before.']);
});

test('sound of no medium has the time of day', () => {
  const transcript = transcriptOf([entry(7, 'Hello.', { media: null, wall: 12 })]);
  const timeOfDay = (/** @type {number} */ wall) => `at ${wall}`;
  assert.deepEqual(told(maker({ timeOfDay }).rowsOf(transcript)), ['at 12 |Hello.']);
});

test('only what the user has marked is shown, if that is wanted', () => {
  const entries = [
    entry(0, 'One.'),
    entry(4, 'Two.', { bookmarked: true }),
    entry(8, 'Three.', { note: 'why?' }),
  ];
  const rows = maker({ markedOnly: true }).rowsOf(transcriptOf(entries));
  assert.deepEqual(told(rows), ['0:04 |Two.', '0:08 |Three.']);
});

test('rows that say the same are the same objects', () => {
  const rows = maker();
  const [one, two] = [entry(0, 'One.'), entry(4, 'Two.')];
  const before = linesIn(rows.rowsOf(transcriptOf([one, two])));
  const after = linesIn(rows.rowsOf(transcriptOf([one, { ...two, text: 'Too.' }])));
  assert.equal(after[0], before[0]);
  assert.notEqual(after[1], before[1]);
});

test('lines are labelled by the voices that they are of, as the user has put it right', () => {
  const entries = [
    entry(0, 'One.', { speaker: '1' }),
    entry(4, 'Two.', { speaker: '2' }),
    entry(8, 'Three.', { speaker: '3' }),
  ];
  const voices = { same: { 3: '1' }, lines: { 'c 4': '3' }, learnt: {}, steps: [] };
  const one = maker();
  const labels = (/** @type {import('../../../extension/transcript/rows.js').Row[]} */ rows) =>
    rows.map((row) => (row.kind === 'line' ? row.label : row.kind));
  assert.deepEqual(labels(one.rowsOf(transcriptOf(entries))), [
    'Speaker 1:',
    'Speaker 2:',
    'Speaker 3:',
  ]);
  // All of it is one voice now, which needs no name unless it has one.
  assert.deepEqual(labels(one.rowsOf(transcriptOf(entries, { voices }))), ['', '', '']);
  const names = { 1: 'Ada' };
  assert.deepEqual(labels(one.rowsOf(transcriptOf(entries, { voices, names }))), ['Ada:', '', '']);
});
