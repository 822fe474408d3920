import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captions, line } from '../builders.js';
import { bench, phase } from './reducer_bench.js';

test('a snapshot shows what was said so far, and the page’s media are watched', () => {
  const { page, snapshot, takeDone } = bench();
  snapshot('s', { model: { revision: 4, lines: [line(0, 'So far.')], draft: null } });
  assert.deepEqual(page, { text: ['So far.'], notice: 'notice_listening', spoken: [] });
  const [jump, ...others] = takeDone();
  assert.equal(jump?.type, 'jump', 'old lines are not let out at reading pace');
  assert.deepEqual(others.at(-1), { type: 'media', watched: true });
});

test('captions are shown as they come, a replay changes nothing', () => {
  const { page, receive, snapshot } = bench();
  snapshot('s');
  const draft = { line: 0, text: ' heard', start: 0, end: 50 };
  receive(captions(1, [line(0, 'What is')], { draft }));
  assert.deepEqual(page.text, ['What is heard']);
  receive(captions(2, [line(0, 'What is said.'), line(200, 'And')]));
  receive(captions(1, [line(0, 'What is')]));
  assert.deepEqual(page.text, ['What is said.', 'And']);
});

test('what belongs to another session is ignored', () => {
  const { page, receive, snapshot, takeDone } = bench();
  receive(captions(1, [line(0, 'Before the first.')]));
  assert.deepEqual(takeDone(), []);
  snapshot('s');
  takeDone();
  receive(captions(1, [line(0, 'Of another.')], { session: 'other' }));
  receive({ type: 'phase', session: 'other', phase: phase('ending') });
  receive({ type: 'end', session: 'other' });
  assert.deepEqual(takeDone(), []);
  assert.deepEqual(page.text, []);
});

test('captions fade after silence, and new words do not bring them back', () => {
  const { page, pass, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'First.')]));
  pass(5_999);
  assert.deepEqual(page.text, ['First.']);
  pass(1);
  assert.deepEqual(page.text, []);
  pass(6_000);
  receive(captions(2, [line(0, 'First!', { end: 16_000 })]));
  assert.deepEqual(page.text, [], 'a revision is no new speech');
  receive(captions(3, [line(40_000, 'Second.')]));
  assert.deepEqual(page.text, ['Second.']);
});

test('new words prolong the stay, words that are only committed do not', () => {
  const { page, pass, receive, snapshot } = bench();
  snapshot('s');
  const draft = { line: 0, text: ' heard', start: 0, end: 50 };
  receive(captions(1, [line(0, 'What is')], { draft }));
  pass(4_000);
  receive(captions(2, [line(0, 'What is heard')]));
  pass(2_000);
  assert.deepEqual(page.text, []);
  receive(captions(3, [line(40_000, 'Again')]));
  pass(4_000);
  receive(captions(4, [line(40_000, 'Again and')]));
  pass(5_999);
  assert.deepEqual(page.text, ['Again and']);
});

test('another session begins anew: nothing of the one before is left', () => {
  const { page, pass, receive, snapshot, microphone } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Old.')]));
  receive({ type: 'hide' });
  microphone('on');
  pass(6_000);
  snapshot('t', { model: { revision: 1, lines: [line(0, 'New.')], draft: null } });
  // Neither hidden nor faded, though it begins at the same sample.
  assert.deepEqual(page.text, ['New.']);
  assert.equal(page.notice, 'notice_listening');
});

test('silence of the session before does not let the next one fade', () => {
  const { page, pass, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(100_000, 'Long since.')]));
  pass(3_000);
  snapshot('t');
  pass(4_000);
  receive(captions(1, [line(0, 'At first.')], { session: 't' }));
  assert.deepEqual(page.text, ['At first.']);
});

test('the same words fade in the next session, too', () => {
  const { page, pass, snapshot } = bench();
  const model = { revision: 1, lines: [line(0, 'Hello.')], draft: null };
  snapshot('s', { model });
  snapshot('t', { model });
  pass(6_000);
  assert.deepEqual(page.text, []);
});

test('how far lines were read in one session does not count in the next', () => {
  const { page, choose, snapshot } = bench();
  choose({ mode: 'reading' });
  snapshot('s', { model: { revision: 1, lines: [line(0, 'A long sentence.')], draft: null } });
  snapshot('t', { model: { revision: 1, lines: [line(0, 'Short, and more')], draft: null } });
  assert.deepEqual(page.text, ['Short,']);
});

test('a snapshot of the same session brings no notice again', () => {
  const { snapshot, takeDone } = bench();
  snapshot('s');
  takeDone();
  snapshot('s');
  assert.deepEqual(
    takeDone().map(({ type }) => type),
    ['mark', 'media'],
  );
});

test('hidden captions go on unseen until they are shown again', () => {
  const { page, receive, snapshot } = bench();
  receive({ type: 'hide' });
  assert.equal(page.notice, null, 'there are none to hide');
  snapshot('s');
  receive(captions(1, [line(0, 'Seen.')]));
  receive({ type: 'hide' });
  assert.deepEqual([page.text, page.notice], [[], 'notice_hidden']);
  receive(captions(2, [line(200, 'Unseen.')]));
  assert.deepEqual(page.text, []);
  receive({ type: 'hide' });
  assert.deepEqual([page.text, page.notice], [['Seen.', 'Unseen.'], null]);
});

test('the last words stay for a while when captions are switched off, then all fades', () => {
  const { page, pass, receive, snapshot, takeDone } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Last words.')]));
  takeDone();
  receive({ type: 'end', session: 's' });
  assert.deepEqual(takeDone(), [{ type: 'media', watched: false }]);
  pass(2_499);
  assert.deepEqual(page.text, ['Last words.']);
  pass(1);
  assert.deepEqual(page.text, []);
  assert.deepEqual(takeDone(), [{ type: 'dismiss' }]);
  receive(captions(2, [line(200, 'Too late.')]));
  receive({ type: 'hide' });
  assert.deepEqual(takeDone(), []);
});

test('without words on the page, the end is at once', () => {
  const { pass, receive, snapshot, takeDone } = bench();
  snapshot('s');
  receive({ type: 'end', session: 's' });
  takeDone();
  pass(0);
  assert.deepEqual(takeDone(), [{ type: 'dismiss' }]);
});

test('captions that are switched on again at once are not dismissed', () => {
  const { page, pass, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Before.')]));
  receive({ type: 'end', session: 's' });
  pass(1_000);
  snapshot('t');
  receive(captions(1, [line(0, 'After.')], { session: 't' }));
  pass(3_000);
  assert.deepEqual(page.text, ['After.']);
});

test('the end of the session before does not end the notice of the next', () => {
  const { page, pass, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Before.')]));
  receive({ type: 'end', session: 's' });
  snapshot('t', { phase: phase('loading') });
  pass(3_000);
  assert.equal(page.notice, 'notice_loading');
});

test('words held back in reading mode do not come after the end', () => {
  const { page, choose, pass, receive, snapshot } = bench();
  choose({ mode: 'reading' });
  snapshot('s');
  receive(captions(1, [line(0, 'When the moon rises, the')]));
  receive({ type: 'end', session: 's' });
  pass(2_000);
  assert.deepEqual(page.text, ['When the moon rises,']);
  pass(10_000);
  assert.deepEqual(page.text, []);
});

test('reading mode shows whole clauses, and half ones once they have waited', () => {
  const { page, choose, pass, receive, snapshot } = bench();
  choose({ mode: 'reading' });
  assert.equal(page.notice, null, 'nobody is captioned');
  snapshot('s');
  receive(captions(1, [line(0, 'When the moon rises, the')]));
  assert.deepEqual(page.text, ['When the moon rises,']);
  pass(1_499);
  assert.deepEqual(page.text, ['When the moon rises,']);
  pass(1);
  assert.deepEqual(page.text, ['When the moon rises, the']);
});

test('a switch to reading mode is confirmed and takes no word away', () => {
  const { page, choose, receive, snapshot } = bench();
  snapshot('s');
  const draft = { line: 0, text: ' tide', start: 50, end: 90 };
  receive(captions(1, [line(0, 'When the moon rises, the')], { draft }));
  choose({ mode: 'reading' });
  assert.equal(page.notice, 'choice_mode_reading');
  assert.deepEqual(page.text, ['When the moon rises, the']);
  choose({ mode: 'fast' });
  assert.equal(page.notice, 'choice_mode_fast');
  assert.deepEqual(page.text, ['When the moon rises, the tide']);
});

test('other settings hold at once and bring no notice', () => {
  const { page, choose, receive, snapshot, takeDone } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Colour me surprised.')]));
  takeDone();
  choose({ filters: { profanity: false, replacements: [{ from: 'colour', to: 'Color' }] } });
  assert.deepEqual(page.text, ['Color me surprised.']);
  assert.deepEqual(
    takeDone().map(({ type }) => type),
    ['look', 'announced'],
  );
});

test('both languages are shown only where a translator writes one', () => {
  const { page, choose, receive, snapshot, takeDone } = bench();
  choose({ bilingual: { show: 'both', order: 'original-first', translationSize: 1 } });
  const [alone] = takeDone();
  assert.equal(alone?.type === 'look' && alone.bilingual.show, 'original');
  snapshot('s');
  /** @type {import('../../../extension/shared/protocol.js').Line['translation']} */
  const translation = { text: 'Um dois.', language: 'pt', state: 'final' };
  receive(captions(1, [line(0, 'One two.', { translation })]));
  assert.deepEqual(page.text, ['One two.']);
  choose({ translateTo: 'pt' });
  assert.deepEqual(page.text, ['One two. | Um dois.']);
});

test('speakers are named where several speak, and the user wants it', () => {
  const { page, choose, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Hello.', { speaker: '1' })]));
  assert.deepEqual(page.text, ['Hello.']);
  receive(captions(2, [line(200, 'Hi.', { speaker: '2' })]));
  assert.deepEqual(page.text, ['Speaker 1: Hello.', 'Speaker 2: Hi.']);
  choose({ speakers: false });
  assert.deepEqual(page.text, ['Hello.', 'Hi.']);
});

test('a screen reader is given whole lines, once, and only where the user wants it', () => {
  const { page, choose, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Silent.', { state: 'final' })]));
  assert.deepEqual(page.spoken, []);
  choose({ liveRegion: 'polite' });
  receive(captions(2, [line(200, 'Not yet')]));
  receive(captions(3, [line(200, 'Now it is.', { state: 'final' })]));
  receive(captions(4, [line(400, 'And')]));
  assert.deepEqual(page.spoken, ['Silent.', 'Now it is.']);
});

test('a machine that lags is talked about only when that lasts', () => {
  const { page, goTo, pass, snapshot } = bench();
  snapshot('s');
  goTo('lagging');
  pass(1_999);
  goTo('listening');
  pass(1_000);
  assert.equal(page.notice, 'notice_listening', 'it was brief');
  goTo('lagging');
  pass(2_000);
  assert.equal(page.notice, 'notice_lagging');
  goTo('listening');
  assert.equal(page.notice, 'notice_lagging');
  pass(3_000);
  assert.equal(page.notice, null);
});

test('a worse phase takes the place of a lag that was not told yet', () => {
  const { page, goTo, pass, snapshot } = bench();
  snapshot('s');
  goTo('lagging');
  goTo('reconnecting');
  pass(3_000);
  assert.equal(page.notice, 'notice_reconnecting');
});

test('a notice that waits for its time is not shown after the end', () => {
  const { page, goTo, pass, receive, snapshot } = bench();
  snapshot('s');
  receive(captions(1, [line(0, 'Last words.')]));
  goTo('lagging');
  receive({ type: 'end', session: 's' });
  pass(2_400);
  assert.equal(page.notice, 'notice_listening');
});

test('news of the microphone waits until captions run, and is told instead of that', () => {
  const { page, goTo, microphone, snapshot, takeDone } = bench();
  snapshot('s', { phase: phase('loading') });
  microphone('starting');
  microphone('on');
  assert.equal(page.notice, 'notice_loading');
  takeDone();
  goTo('listening');
  const keys = takeDone().map((effect) => effect.type === 'notice' && effect.notice?.key);
  assert.deepEqual(keys, ['notice_microphone_on']);
  goTo('lagging');
  goTo('listening', { skippedMs: 2_000 });
  assert.equal(page.notice, 'notice_skipped', 'the news is told once');
});

test('the captions are marked while the microphone is on', () => {
  const { page, microphone, snapshot, takeDone } = bench();
  const marks = () =>
    takeDone().flatMap((effect) =>
      effect.type === 'mark' && 'microphone' in effect ? [effect.microphone] : [],
    );
  snapshot('s', { microphone: 'on' });
  assert.deepEqual(marks(), [true]);
  assert.equal(page.notice, 'notice_microphone_on');
  microphone('off');
  assert.deepEqual(marks(), [false]);
  assert.equal(page.notice, 'notice_microphone_off');
  microphone('missing');
  assert.deepEqual(marks(), [false]);
  assert.equal(page.notice, 'notice_microphone_fault');
});

test('a copied line is confirmed', () => {
  const { page, receive, snapshot } = bench();
  snapshot('s');
  receive({ type: 'copied', session: 's' });
  assert.equal(page.notice, 'notice_copied');
});
