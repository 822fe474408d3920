import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findIn } from '../../../extension/transcript/find.js';
import { RowMaker } from '../../../extension/transcript/rows.js';
import { fold, sameHit, Search, stepped } from '../../../extension/transcript/search.js';
import { entry, PLAIN_LOOK, transcriptOf } from './entries.js';

/** @param {...import('../../../extension/transcript/transcript.js').Entry} entries */
const rowsOf = (...entries) => new RowMaker(PLAIN_LOOK).rowsOf(transcriptOf(entries));

/**
 * @param {string} text
 * @param {string} query
 * @returns {string[]} what is marked
 */
const marked = (text, query) =>
  new Search().hits(rowsOf(entry(0, text)), query).map(({ from, to }) => text.slice(from, to));

test('words are found in any case, and with or without accents', () => {
  assert.deepEqual(marked('The café, the Cafe', 'CAFE'), ['café', 'Cafe']);
  assert.deepEqual(marked('Straße und STRASSE', 'strasse'), ['Straße', 'STRASSE']);
  assert.deepEqual(marked('ὁ λόγος, ΛΟΓΟΣ', 'λογοσ'), ['λόγος', 'ΛΟΓΟΣ']);
  assert.deepEqual(marked('ﬁre and fire', 'fire'), ['ﬁre', 'fire']);
});

test('marks that are letters of their script are not passed over', () => {
  assert.deepEqual(marked('กิน กน', 'กน'), ['กน']);
});

test('what is outside of the first plane is marked whole', () => {
  assert.deepEqual(marked('😀 naïve 😀!', 'naive 😀'), ['naïve 😀']);
});

test('every place in folded text comes from a place in the text, in order', () => {
  for (const text of ['ab', 'ẞß', 'e\u0301tude', 'İstanbul', '한국어', 'ǅ', '\u0301']) {
    const { text: folded, places } = fold(text);
    const all = places ?? [...folded, ''].map((_, index) => index);
    assert.equal(all.length, folded.length + 1);
    assert.equal(all.at(-1), text.length);
    assert.deepEqual(
      all.toSorted((a, b) => a - b),
      all,
    );
  }
});

test('translations and notes are searched as well, in the order of lines', () => {
  const translation = { text: 'Der Berg', language: 'de', state: /** @type {const} */ ('final') };
  const rows = rowsOf(entry(0, 'A Berg.', { note: 'Berg?', translation }), entry(4, 'Berg'));
  const hits = new Search().hits(rows, 'berg').map(({ key, part }) => `${key} ${part}`);
  assert.deepEqual(hits, ['c 0 text', 'c 0 translation', 'c 0 note', 'c 4 text']);
});

test('nothing is found for nothing', () => {
  assert.deepEqual(marked('a b', ' '), []);
});

test('the hit stays the same one while lines come and go', () => {
  const search = new Search();
  const before = search.hits(rowsOf(entry(0, 'an apple'), entry(4, 'an axe')), 'an');
  const rows = rowsOf(entry(4, 'an axe'), entry(8, 'an oak'));
  const after = search.hits(rows, 'an');
  const placeOf = (/** @type {string} */ key) => rows.findIndex((row) => row.key === key);
  assert.equal(sameHit(after, before[1] ?? null, placeOf), 0);
  assert.equal(sameHit(after, null, placeOf), 0);
  assert.equal(sameHit([], before[1] ?? null, placeOf), -1);
});

test('behind the last hit comes the first', () => {
  assert.equal(stepped(2, 1, 3), 0);
  assert.equal(stepped(0, -1, 3), 2);
  assert.equal(stepped(-1, 1, 0), -1);
});

test('a saved transcript is found by its words, its translations, its notes and its title', () => {
  const translation = { text: 'Hallo', language: 'de', state: /** @type {const} */ ('final') };
  const transcript = transcriptOf([
    entry(0, 'Hello there, world.', { corrected: 'Hello, World.' }),
    entry(4, 'Bye.', { translation, note: 'leaves' }),
  ]);
  assert.deepEqual(findIn(transcript, 'world')?.lines, [
    { entry: 'c 0', time: 0, before: 'Hello, ', hit: 'World', after: '.' },
  ]);
  assert.equal(findIn(transcript, 'hallo')?.count, 1);
  assert.equal(findIn(transcript, 'LEAVES')?.count, 1);
  assert.equal(findIn(transcript, 'films')?.count, 0);
  assert.equal(findIn(transcript, 'there'), null);
});
