import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEcho as withoutEchoBySound } from '../../../extension/offscreen/echo.js';
import { EMPTY_MODEL } from '../../../extension/shared/captions.js';
import { line } from '../builders.js';

const SECOND = 16_000;

/**
 * @param {string} text
 * @param {number} fromS
 * @param {number} untilS
 */
const spoken = (text, fromS, untilS) =>
  line(fromS * SECOND, text, { end: Math.round(untilS * SECOND) });

/** @param {...import('../../../extension/shared/protocol.js').Line} lines */
const tab = (...lines) => ({ ...EMPTY_MODEL, lines });

/**
 * What is left by words alone.
 * @param {import('../../../extension/shared/protocol.js').Line} line
 * @param {import('../../../extension/shared/captions.js').CaptionModel} tab
 */
const withoutEcho = (line, tab) => withoutEchoBySound(line, tab, () => 0);

const QUESTION = spoken('Could you tell us what the new machine costs?', 10, 13);

test('what nobody else has said is one’s own', () => {
  const line = spoken('I have no idea at all.', 11, 13);
  assert.equal(withoutEcho(line, tab(QUESTION)), line.text);
  assert.equal(withoutEcho(line, EMPTY_MODEL), line.text);
});

test('what the tab has just said is an echo, whole or in part, well heard or not', () => {
  for (const [text, from, until] of /** @type {const} */ ([
    ['Could you tell us what the new machine costs?', 10.2, 13.2],
    ['could you tell us', 10.2, 11.4],
    ['the new machine costs', 11.8, 13.2],
    ['good you tell us what a new machine cost', 10.2, 13.2],
    ['machine', 12.3, 12.8],
  ])) {
    assert.equal(withoutEcho(spoken(text, from, until), tab(QUESTION)), '', text);
  }
});

test('what is misheard in the midst of an echo is not one’s own', () => {
  const heard = spoken('it is read once more, and small mistakes are corrected.', 10, 14);
  const line = spoken('it is read once more and the moment the state is corrected.', 10.2, 14.2);
  assert.equal(withoutEcho(line, tab(heard)), '');
});

test('the same words at another time are one’s own', () => {
  for (const from of [2, 20]) {
    const line = spoken('Could you tell us what the new machine costs?', from, from + 3);
    assert.equal(withoutEcho(line, tab(QUESTION)), line.text);
  }
});

test('an answer in the words of the question is no echo', () => {
  const question = spoken('Should we go there on Monday?', 10, 11.7);
  const answer = spoken('We should go there on Monday.', 12.8, 14.4);
  assert.equal(withoutEcho(answer, tab(question)), answer.text);
});

test('an echo is found in lines that hold a long pause', () => {
  const heard = spoken('everything keeps working.', 20, 21.5);
  const line = spoken('the lazy dog everything keeps working', 10, 21.7);
  assert.equal(withoutEcho(line, tab(heard)), 'the lazy dog');
});

test('an echo and one’s own words in one line are told apart', () => {
  const line = spoken('what the new machine costs. I would have to ask, sorry.', 11.4, 15);
  assert.equal(withoutEcho(line, tab(QUESTION)), 'I would have to ask, sorry.');
});

test('small words that both happen to say at once are no echo', () => {
  const line = spoken('I think the price is what you want', 10.5, 13);
  assert.equal(withoutEcho(line, tab(QUESTION)), line.text);
});

test('an echo of words that are still a draft is one, too', () => {
  const draft = { line: 0, text: 'Could you tell us', start: 10 * SECOND, end: 11 * SECOND };
  assert.equal(withoutEcho(spoken('could you tell us', 10.2, 11.2), { ...EMPTY_MODEL, draft }), '');
});

test('an echo that spans lines of the tab is one', () => {
  const lines = [spoken('The machine is', 10, 11), spoken('loud and old.', 11, 12)];
  assert.equal(withoutEcho(spoken('the machine is loud and old', 10.3, 12.3), tab(...lines)), '');
});

test('in scripts without spaces, too', () => {
  const heard = spoken('明日は雨が降るでしょう。', 10, 12);
  assert.equal(withoutEcho(spoken('明日は雨が降るでしょう', 10.2, 12.2), tab(heard)), '');
  const own = spoken('私は傘を持っていません。', 10.5, 12.2);
  assert.equal(withoutEcho(own, tab(heard)), own.text);
});

// What a recogniser made of echoes that were soft, blurred and in noise.
const MISHEARD = /** @type {const} */ ([
  ['When a sentence is finished, it is read once more.', 'sends the Senate,'],
  [
    'debris was seen falling from the skies above Texas.',
    'to bring with him falling on the ground',
  ],
  ['A short time later,', 'For a time later, to bring with him'],
  ['There are no survivors. On board was a crew of seven', 'On board is the true setting.'],
  [
    'The words you are reading were recognized on this',
    'The voice of the people that has not come',
  ],
]);

test('an echo that is misheard as about the same letters is one', () => {
  const heard = spoken('The bill was read once more since the Senate', 10, 13);
  for (const text of ['sends the Senate', 'more, sends the Senate', 'morsins the Sennet.']) {
    assert.equal(withoutEcho(spoken(text, 12, 13.2), tab(heard)), '', text);
  }
});

test('an echo that is misheard altogether is one if it sounds like the tab', () => {
  for (const [said, text] of MISHEARD) {
    const line = spoken(text, 10.2, 13.2);
    assert.equal(
      withoutEchoBySound(line, tab(spoken(said, 10, 13)), () => 0.9),
      '',
      text,
    );
    assert.equal(
      withoutEchoBySound(line, EMPTY_MODEL, () => 0.9),
      '',
      text,
    );
  }
});

test('what does not sound like the tab is one’s own, also while the tab speaks', () => {
  const line = spoken('The forms of printed letters should be beautiful.', 10.2, 13.2);
  assert.equal(
    withoutEchoBySound(line, tab(QUESTION), () => 0.6),
    line.text,
  );
});

test('of a line that sounds like the tab only in part no word of one’s own is taken', () => {
  const line = spoken(
    'to bring with him falling on the ground I have a question about that',
    10,
    15,
  );
  const left = withoutEchoBySound(line, EMPTY_MODEL, (at) => (at < 12.5 * SECOND ? 0.9 : 0.3));
  assert.match(left, /I have a question about that$/);
});

test('few letters in common are an echo only if they may sound like it', () => {
  const heard = spoken('We met in Houston at nine.', 10, 12);
  const line = spoken('use ten or so of them', 10.8, 12.2);
  assert.equal(
    withoutEchoBySound(line, tab(heard), () => 0.3),
    line.text,
  );
});

test('what nobody can say in one line is left as it is', () => {
  const words = Array.from({ length: 3000 }, (_, index) => `word${index}`).join(' ');
  const long = spoken(words, 10, 14);
  assert.equal(withoutEcho(long, tab(long)), words);
  const endless = { ...QUESTION, end: Number.MAX_SAFE_INTEGER };
  assert.equal(withoutEcho(endless, tab(QUESTION)), QUESTION.text);
  assert.equal(withoutEcho(QUESTION, tab(endless)), QUESTION.text);
});

test('of much that the tab has said, the newest echoes', () => {
  const before = Array.from({ length: 40 }, (_, index) =>
    spoken('and so on. '.repeat(40), 8 + index / 100, 10),
  );
  assert.equal(withoutEcho(QUESTION, tab(...before, QUESTION)), '');
});
