import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as lines from '../../../extension/overlay/bilingual.js';
import { row, translated } from './rows.js';

/** @param {string} text */
const asIs = (text) => text;

/** @param {(string | null)[]} speakers */
const labelsOf = (speakers) => speakers.map((speaker) => (speaker === null ? '' : `${speaker}:`));

/**
 * @param {import('../../../extension/shared/captions.js').CaptionRow[]} rows
 * @param {Shown} bilingual
 * @param {(text: string) => string} filter
 */
const shownLines = (rows, bilingual, filter) => lines.shownLines(rows, bilingual, filter, labelsOf);

/** @typedef {import('../../../extension/overlay/bilingual.js').Shown} Shown */

/** @param {Partial<Shown>} changes @returns {Shown} */
const bilingual = (changes) => ({
  show: 'both',
  order: 'original-first',
  translationSize: 1,
  awaits: () => true,
  ...changes,
});

/**
 * @param {import('../../../extension/shared/captions.js').CaptionRow[]} rows
 * @param {Partial<Shown>} changes
 */
const texts = (rows, changes) =>
  shownLines(rows, bilingual(changes), asIs).map((line) =>
    line.texts.map(({ committed, draft }) => committed + draft).join(' / '),
  );

const ROWS = [
  row(0, 'One.', { translation: translated('Um.') }),
  row(100, 'Two.', { translation: translated('Dois.') }),
];

test('a translation is always directly with its line, in either order', () => {
  assert.deepEqual(texts(ROWS, {}), ['One. / Um.', 'Two. / Dois.']);
  assert.deepEqual(texts(ROWS, { order: 'translation-first' }), ['Um. / One.', 'Dois. / Two.']);
  assert.deepEqual(texts(ROWS, { show: 'original' }), ['One.', 'Two.']);
  assert.deepEqual(texts(ROWS, { show: 'translation' }), ['Um.', 'Dois.']);
});

test('where only translations are shown, a line waits for its own', () => {
  const rows = [...ROWS, row(200, 'Three.')];
  assert.deepEqual(texts(rows, { show: 'translation' }), ['Um.', 'Dois.']);
  assert.deepEqual(texts(rows, { show: 'both' }).at(-1), 'Three.');
});

test('a line that gets no translation is shown as it was spoken', () => {
  const skipped = [row(0, 'One.'), ...ROWS.slice(1)];
  assert.deepEqual(texts(skipped, { show: 'translation' }), ['One.', 'Dois.']);
  const broken = [row(0, 'One.'), row(100, 'Two.'), row(200, 'Three.')];
  assert.deepEqual(texts(broken, { show: 'translation' }), ['One.']);
});

test('a translation that may still change is a draft', () => {
  const [line] = shownLines(
    [row(0, 'One', { language: 'en', translation: translated('Um', 'draft') })],
    bilingual({}),
    asIs,
  );
  assert.deepEqual(line?.texts[1], {
    kind: 'translation',
    language: 'pt',
    of: 'en',
    committed: '',
    draft: 'Um',
  });
});

test('a line is final when it is whole and its translation is not still to come', () => {
  const rows = [
    row(0, 'One.', { final: true, translation: translated('Um.') }),
    row(9, 'Two.', { final: true }),
  ];
  const finals = (/** @type {Shown['show']} */ show) =>
    shownLines(rows, bilingual({ show }), asIs).map(({ final }) => final);
  assert.deepEqual(finals('both'), [true, false]);
  assert.deepEqual(finals('original'), [true, true]);
});

test('every text goes through the filter', () => {
  const shout = (/** @type {string} */ text) => text.toUpperCase();
  const rows = [row(0, 'one', { draft: ' two', translation: translated('um') })];
  const [line] = shownLines(rows, bilingual({}), shout);
  assert.deepEqual(
    line?.texts.map(({ committed, draft }) => committed + draft),
    ['ONE TWO', 'UM'],
  );
});

test('a line is labelled with who speaks', () => {
  const rows = [row(0, 'One.', { speaker: 'Ana' }), row(100, 'Two.')];
  const labels = shownLines(rows, bilingual({}), asIs).map(({ label }) => label);
  assert.deepEqual(labels, ['Ana:', '']);
});

test('who speaks is told of the lines that are shown', () => {
  const rows = [row(0, 'One.', { speaker: '1' }), ...ROWS, row(200, 'Two.', { speaker: '2' })];
  /** @type {(string | null)[][]} */
  const asked = [];
  lines.shownLines(rows.slice(1), bilingual({ show: 'translation' }), asIs, (speakers) => {
    asked.push(speakers);
    return speakers.map(() => '');
  });
  assert.deepEqual(asked, [[null, null]]);
});

test('what is not to be translated is shown at once, where translations alone are', () => {
  const rows = [row(0, 'Eins.', { language: 'de' }), row(100, 'Two.', { language: 'en' })];
  const awaits = (/** @type {string | null} */ language) => language !== 'de';
  assert.deepEqual(texts(rows, { show: 'translation', awaits }), ['Eins.']);
});
