import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitWords } from '../../../extension/overlay/words.js';

/** @param {string} committed @param {string} draft */
const drafts = (committed, draft) =>
  splitWords(committed, draft).map(({ text, draft: isDraft }) => (isDraft ? `[${text}]` : text));

test('words keep the space before them', () => {
  assert.deepEqual(drafts('so it', ' is'), ['so', ' it', '[ is]']);
});

test('a word that is in part a draft is one', () => {
  assert.deepEqual(drafts('well so', '-is it'), ['well', '[ so-is]', '[ it]']);
});

test('text without spaces is cut into its words, and only the draft is one', () => {
  assert.deepEqual(drafts('潮の満ち引き', 'は月'), [
    '潮',
    'の',
    '満',
    'ち',
    '引き',
    '[は]',
    '[月]',
  ]);
});

test('nothing is lost in unspaced text with other scripts in it', () => {
  const text = 'GPT-4は、すごい ですね。';
  assert.equal(
    splitWords(text, '')
      .map((word) => word.text)
      .join(''),
    text,
  );
});
