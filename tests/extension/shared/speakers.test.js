import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  areNamed,
  countedOn,
  lastNumber,
  nameOf,
  speakerColour,
  speakerLabels,
  YOU,
} from '../../../extension/shared/speakers.js';

/** @typedef {(string | null)[]} Speakers */

const WORDS = { you: 'You:', numbered: (/** @type {string} */ number) => `Speaker ${number}:` };

/** @param {Speakers} speakers */
const several = (...speakers) => areNamed(speakers);

/** @param {Speakers} speakers */
const labels = (...speakers) => speakerLabels(speakers, true, WORDS);

test('one voice needs no name, and neither does one beside the user', () => {
  assert.equal(several(), false);
  assert.equal(several(null, '1', null, '1'), false);
  assert.equal(several('1', YOU, '1'), false);
  assert.deepEqual(speakerLabels(['1', null, '1'], false, WORDS), ['', '', '']);
});

test('with a second voice all are named', () => {
  assert.equal(several('1', '1', '2'), true);
  assert.equal(several('1', null, 'Ana'), true);
  assert.deepEqual(labels('1', '2'), ['Speaker 1:', 'Speaker 2:']);
});

test('one voice that has a name is named', () => {
  const names = { 1: 'Ada', constructor: 'no one' };
  assert.equal(areNamed(['1', null], names), true);
  assert.equal(areNamed(['2', YOU], names), false);
  assert.deepEqual(speakerLabels(['1', '2', '1', YOU], true, WORDS, names), [
    'Ada:',
    'Speaker 2:',
    'Ada:',
    'You:',
  ]);
  assert.deepEqual(speakerLabels([YOU, 'toString'], true, WORDS, { you: 'Grace' }), [
    'Grace:',
    'toString:',
  ]);
});

test('a name stands first, and where the speaker changes', () => {
  assert.deepEqual(labels('1', '1', '2', '2', '1'), [
    'Speaker 1:',
    '',
    'Speaker 2:',
    '',
    'Speaker 1:',
  ]);
  assert.deepEqual(labels('2', null, null, '2'), ['Speaker 2:', '', '', 'Speaker 2:']);
});

test('a speaker who becomes known changes no other line', () => {
  assert.deepEqual(labels('1', '1', null), ['Speaker 1:', '', '']);
  assert.deepEqual(labels('1', '1', '2'), ['Speaker 1:', '', 'Speaker 2:']);
});

test('the user is named at each line, whoever else is', () => {
  assert.deepEqual(labels('1', YOU, YOU, '1'), ['Speaker 1:', 'You:', 'You:', 'Speaker 1:']);
  assert.deepEqual(speakerLabels(['1', YOU, YOU, '1'], false, WORDS), ['', 'You:', 'You:', '']);
});

test('what is no number is a name', () => {
  assert.deepEqual(labels('Ana', '2nd', '0'), ['Ana:', '2nd:', '0:']);
});

test('speakers differ in colour from those beside them, and from the user', () => {
  const colours = [YOU, '1', '2', '3', '4', '5', '6'].map(speakerColour);
  assert.deepEqual(colours, [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(speakerColour('7'), 1);
  assert.equal(speakerColour('Ana'), speakerColour('Ana'));
  assert.notEqual(speakerColour('Ana'), 0);
});

test('two who speak at the same time are named together', () => {
  assert.equal(areNamed(['1+2']), true);
  assert.equal(countedOn('Ana', 4), 'Ana');
  assert.deepEqual(labels('1', '1+2', '1+2', '2'), [
    'Speaker 1:',
    'Speaker 1 and 2:',
    '',
    'Speaker 2:',
  ]);
  const names = { 2: 'Ana' };
  assert.deepEqual(speakerLabels(['1+2', '2'], true, WORDS, names), ['Speaker 1 and Ana:', 'Ana:']);
  assert.equal(nameOf('2+3', WORDS, { 2: 'Ana', 3: 'Ben' }), 'Ana and Ben');
  assert.deepEqual([countedOn('1+2', 4), lastNumber(['3', '1+5', null])], ['5+6', 5]);
  assert.equal(speakerColour('2+3'), speakerColour('2'));
});
