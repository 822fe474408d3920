import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcement } from '../../../extension/overlay/announcer.js';

/** @typedef {import('../../../extension/overlay/bilingual.js').ShownLine} ShownLine */

/** @param {number} id @param {boolean} final @param {string[]} texts @returns {ShownLine} */
const line = (id, final, ...texts) => ({
  id,
  speaker: null,
  label: '',
  final,
  texts: texts.map((committed) => {
    return { kind: 'original', language: 'en', of: null, committed, draft: '' };
  }),
});

test('only whole lines are read out, each once', () => {
  const first = announcement([line(0, true, 'One.'), line(1, false, 'Tw')], new Set());
  assert.equal(first.text, 'One.');
  const second = announcement([line(0, true, 'One.'), line(1, true, 'Two.')], first.announced);
  assert.equal(second.text, 'Two.');
  const third = announcement([line(1, true, 'Two.')], second.announced);
  assert.equal(third.text, '');
});

test('of two languages the first one is read out', () => {
  assert.equal(announcement([line(0, true, 'Um.', 'One.')], new Set()).text, 'Um.');
});

test('lines that left are forgotten', () => {
  const { announced } = announcement([line(5, true, 'x')], new Set([1, 2, 3]));
  assert.deepEqual([...announced], [5]);
});

test('a draft is not read out', () => {
  const drafted = line(0, true, '');
  if (drafted.texts[0]) drafted.texts[0].draft = 'Um';
  assert.equal(announcement([drafted], new Set()).text, '');
});

test('what the user said is read out as such', () => {
  const own = { ...line(0, true, 'Yes.'), label: 'You:' };
  assert.equal(announcement([own, line(1, true, 'Good.')], new Set()).text, 'You: Yes. Good.');
});
