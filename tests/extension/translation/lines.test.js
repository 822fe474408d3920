import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINES_KEPT } from '../../../extension/shared/captions.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { ENTRIES_KEPT, TranslatedLines } from '../../../extension/translation/lines.js';
import { line } from '../builders.js';

/** @typedef {import('../../../extension/shared/translation_rules.js').Wish} Wish */

/** @param {Partial<Wish>} [changes] */
function made(changes = {}) {
  const lines = new TranslatedLines();
  lines.setWish({ ...NO_WISH, by: 'browser', target: 'pt', ...changes });
  return lines;
}

/** @param {number} id @param {string} text @param {object} [changes] */
const es = (id, text, changes = {}) => line(id, text, { language: 'es', ...changes });
/** @param {number} id @param {string} text */
const final = (id, text) => es(id, text, { state: 'final' });

/** @param {TranslatedLines} lines */
function translate(lines) {
  const task = lines.next();
  assert.ok(task, 'nothing waits');
  lines.deliver(task, `pt: ${task.text}`);
  return [task.state, task.text];
}

/** @param {TranslatedLines} lines @param {import('../../../extension/shared/protocol.js').Line[]} said */
const shown = (lines, said) =>
  lines
    .take(said, 0)
    .map(({ translation }) => translation && [translation.text, translation.state]);

test('a growing line is translated clause by clause, and once more when it is final', () => {
  const lines = made();
  lines.take([es(0, 'Hola')], 0);
  assert.equal(lines.next(), null, 'no clause has ended');
  lines.take([es(0, 'Hola, amigos')], 0);
  assert.deepEqual(translate(lines), ['draft', 'Hola,']);
  assert.deepEqual(shown(lines, [es(0, 'Hola, amigos')]), [['pt: Hola,', 'draft']]);
  assert.equal(lines.next(), null, 'the same again');
  lines.take([final(0, 'Hola, amigos míos.')], 0);
  assert.deepEqual(translate(lines), ['final', 'Hola, amigos míos.']);
  assert.equal(lines.next(), null);
  assert.deepEqual(shown(lines, [final(0, 'Hola, amigos míos.')]), [
    ['pt: Hola, amigos míos.', 'final'],
  ]);
});

test('a draft of the whole line becomes final with it, and nothing is asked again', () => {
  const lines = made();
  lines.take([es(0, 'Hola.')], 0);
  translate(lines);
  assert.deepEqual(shown(lines, [final(0, 'Hola.')]), [['pt: Hola.', 'final']]);
  assert.equal(lines.next(), null);
});

test('final lines go first and in their order; of growing ones only the newest', () => {
  const lines = made();
  lines.take([final(0, 'Uno.'), final(100, 'Dos.'), es(200, 'Tres.'), es(300, 'Cuatro. ')], 0);
  const order = [1, 2, 3, 4].map(() => translate(lines)[1]);
  assert.deepEqual(order, ['Uno.', 'Dos.', 'Cuatro.', 'Tres.']);
});

test('what comes for a text that has changed is dropped, and the newest is asked for', () => {
  const lines = made();
  lines.take([final(0, 'Uno.')], 0);
  const late = lines.next();
  lines.take([final(0, 'Otro.')], 0);
  assert.ok(late);
  assert.equal(lines.deliver(late, 'One.'), null);
  assert.deepEqual(translate(lines), ['final', 'Otro.']);
  lines.take([], 0);
  assert.equal(lines.deliver({ ...late, text: 'Otro.' }, 'x'), null, 'the line was taken back');
});

test('lines in the target language need nothing, whatever comes before or after them', () => {
  const lines = made({ target: 'es' });
  lines.take([final(0, 'Uno.'), line(100, 'Two.', { state: 'final' }), final(200, 'Tres.')], 0);
  assert.deepEqual(translate(lines), ['final', 'Two.']);
  assert.equal(lines.next(), null);
});

test('rules: a language is never translated, another one always', () => {
  const rules = /** @type {const} */ ([{ language: 'es', translate: 'never' }]);
  const never = made({ rules });
  never.take([final(0, 'Uno.'), line(100, 'Two.', { state: 'final' })], 0);
  assert.deepEqual(translate(never), ['final', 'Two.']);
  assert.equal(never.next(), null);
  const always = made({
    target: null,
    home: 'pt',
    rules: [{ language: 'es', translate: 'always' }],
  });
  always.take([line(0, 'One.', { state: 'final' }), final(100, 'Dos.')], 0);
  assert.deepEqual(translate(always), ['final', 'Dos.']);
  assert.equal(always.next(), null);
});

test("the host's translation of a language that is never translated is not shown", () => {
  const translation = { text: 'Um.', language: 'pt', state: /** @type {const} */ ('final') };
  const said = [es(0, 'Uno.', { translation }), line(100, 'Two.', { translation })];
  const lines = made({ by: 'host', rules: [{ language: 'es', translate: 'never' }] });
  assert.deepEqual(shown(lines, said), [null, ['Um.', 'final']]);
  assert.equal(lines.next(), null, 'the host does it');
});

test('another target holds from then on; what is translated changes when the user asks for it', () => {
  const lines = made();
  const said = [final(0, 'Uno.')];
  lines.take(said, 0);
  translate(lines);
  assert.equal(lines.stale, false);
  lines.setWish({ ...NO_WISH, by: 'browser', target: 'de' });
  assert.equal(lines.next(), null);
  assert.equal(lines.stale, true);
  lines.retranslate();
  assert.equal(lines.next()?.target, 'de');
  translate(lines);
  assert.equal(lines.stale, false);
});

test('what was said before anything was wanted waits for the user as well', () => {
  const lines = made({ target: null });
  lines.take([final(0, 'Uno.')], 0);
  lines.setWish({ ...NO_WISH, by: 'browser', target: 'pt' });
  lines.take([final(0, 'Uno.'), final(100, 'Dos.')], 0);
  assert.deepEqual(translate(lines), ['final', 'Dos.']);
  assert.equal(lines.stale, true);
  lines.retranslate();
  assert.deepEqual(translate(lines), ['final', 'Uno.']);
});

test('a line that fails alone while others succeed is given up, and holds up no other', () => {
  const lines = made();
  lines.take([final(0, 'Uno.'), final(100, 'Dos.')], 0);
  const first = lines.next();
  assert.ok(first);
  lines.fail(first);
  assert.deepEqual(translate(lines), ['final', 'Dos.']);
  assert.deepEqual(lines.next()?.text, 'Uno.', 'once more');
  lines.fail(first);
  lines.take([final(0, 'Uno.'), final(100, 'Dos.'), final(200, 'Tres.')], 0);
  assert.deepEqual(translate(lines), ['final', 'Tres.']);
  assert.deepEqual(lines.next()?.text, 'Uno.', 'a last time');
  lines.fail(first);
  assert.equal(lines.next(), null, 'its own fault');
});

test('lines that are too old to be shown are translated all the same, up to an hour of them', () => {
  const lines = made();
  const said = Array.from({ length: 3 * ENTRIES_KEPT }, (_, i) => final(i * 100, `L${i}.`));
  for (let end = LINES_KEPT; end <= said.length; end += LINES_KEPT) {
    lines.take(said.slice(end - LINES_KEPT, end), 0);
  }
  const texts = [];
  while (lines.next()) texts.push(translate(lines)[1]);
  assert.deepEqual(
    texts,
    said.slice(-ENTRIES_KEPT).map(({ text }) => text),
  );
});
