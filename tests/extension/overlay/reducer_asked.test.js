import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as settings from '../../../extension/shared/settings.js';
import { captions, line } from '../builders.js';
import { bench } from './reducer_bench.js';

test('finished lines are shown again in step, and then what is said, without what was said before', () => {
  const { page, receive, snapshot, takeDone } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Said at last.')]));
  takeDone();
  receive({ type: 'replay', session: 's', lines: [line(40, 'Said at first.')], since: 0 });
  assert.deepEqual(page.text, ['Said at first.']);
  assert.ok(
    takeDone().some(({ type }) => type === 'clear'),
    'the line does not scroll in',
  );
  receive({
    type: 'replay',
    session: 's',
    lines: [line(40, 'Said at first.'), line(50, 'Then.')],
    since: 0,
  });
  assert.deepEqual(page.text, ['Said at first.', 'Then.']);
  assert.ok(takeDone().every(({ type }) => type !== 'clear'));
  // The host finishes what was said before.
  receive(captions(2, [line(0, 'Said at last!', { state: 'final' })]));
  assert.deepEqual(page.text, ['Said at first.', 'Then.']);
  receive({ type: 'replay', session: 's', lines: [], since: 0 });
  assert.deepEqual(page.text, []);
  receive({ type: 'replay', session: 's', lines: null, since: 30_000 });
  assert.deepEqual(page.text, []);
  receive(captions(3, [line(40_000, 'Said now.')]));
  assert.deepEqual(page.text, ['Said now.']);
});

test('a new session replays nothing', () => {
  const { page, receive, snapshot } = bench();
  snapshot('s');
  receive({ type: 'replay', session: 's', lines: [line(40, 'Said at first.')], since: 0 });
  snapshot('t');
  assert.deepEqual(page.text, []);
});

test('the original is seen while the pointer or the key asks for it, and at once', () => {
  const translation = { text: 'Um.', language: 'pt', state: /** @type {const} */ ('final') };
  const { choose, page, receive, snapshot, takeDone } = bench();
  const bilingual = { ...settings.DEFAULTS.bilingual, show: /** @type {const} */ ('hover') };
  choose({ translateTo: 'pt', bilingual });
  snapshot('s', { model: { revision: 1, lines: [line(0, 'One.', { translation })], draft: null } });
  assert.deepEqual(page.text, ['Um.']);
  takeDone();
  receive({ type: 'peek', peeked: true });
  assert.deepEqual(page.text, ['One. | Um.']);
  assert.ok(takeDone().some(({ type }) => type === 'jump'));
  receive({ type: 'peek', peeked: false });
  assert.deepEqual(page.text, ['Um.']);
  choose({ translateTo: 'pt', bilingual: { ...bilingual, show: 'translation' } });
  takeDone();
  receive({ type: 'peek', peeked: true });
  assert.deepEqual([page.text, takeDone()], [['Um.'], []]);
});

test('what a word means is told for a while, and that nothing is known of it as well', () => {
  const { page, receive, snapshot } = bench();
  snapshot('s');
  receive({ type: 'meaning', session: 's', word: 'perro', meaning: 'dog', why: null });
  assert.equal(page.notice, 'notice_meaning');
  receive({ type: 'meaning', session: 's', word: 'perro', meaning: null, why: null });
  assert.equal(page.notice, 'notice_no_meaning');
});

test('why a word has no meaning is said with what the user can do', () => {
  const { page, receive, snapshot } = bench();
  snapshot('s');
  const said = (/** @type {string} */ why) => {
    receive({ type: 'meaning', session: 's', word: 'perro', meaning: null, why });
    return page.notice;
  };
  assert.equal(said('whisper_translates_no_words'), 'notice_word_not_by_whisper');
  assert.equal(said('translator_missing'), 'notice_word_no_translator');
  assert.equal(said('translation_pair'), 'notice_word_no_translator');
  assert.equal(said('translator_loading'), 'notice_word_later');
  assert.equal(said('look_up_unanswered'), 'notice_word_unanswered');
  assert.equal(said('a code of a newer host'), 'notice_no_meaning');
});
