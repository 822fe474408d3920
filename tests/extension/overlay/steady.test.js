import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOLD_MS, holdNothingBack, steadyRows } from '../../../extension/overlay/steady.js';
import { row, translated } from './rows.js';

/** @typedef {import('../../../extension/shared/captions.js').CaptionRow} CaptionRow */

/** Reading mode over a sequence of moments. */
function reader() {
  /** @type {import('../../../extension/overlay/steady.js').Held} */
  let held = new Map();
  return (/** @type {CaptionRow[]} */ rows, /** @type {number} */ now) => {
    const next = steadyRows(held, rows, now);
    held = next.held;
    return { texts: next.rows.map(({ committed }) => committed), dueAt: next.dueAt };
  };
}

test('a clause is shown when it is whole', () => {
  const read = reader();
  assert.deepEqual(read([row(0, 'When the', { draft: ' moon' })], 0).texts, []);
  assert.deepEqual(read([row(0, 'When the moon rises,')], 900).texts, ['When the moon rises,']);
  assert.deepEqual(read([row(0, 'When the moon rises, the')], 1200).texts, [
    'When the moon rises,',
  ]);
});

test('a full stop or colon in a number ends nothing', () => {
  const read = reader();
  assert.deepEqual(read([row(0, 'At 10:30 some 3.5 metres')], 0).texts, []);
});

test('clauses of unspaced text end at their own signs', () => {
  const read = reader();
  assert.deepEqual(read([row(0, '潮は、月の')], 0).texts, ['潮は、']);
  assert.deepEqual(read([row(0, '「潮だ。」と')], 0).texts, ['「潮だ。」']);
});

test('half a clause is shown once it has waited', () => {
  const read = reader();
  assert.equal(read([row(0, 'When the')], 100).dueAt, 100 + HOLD_MS);
  assert.deepEqual(read([row(0, 'When the moon')], 99 + HOLD_MS).texts, []);
  const late = read([row(0, 'When the moon')], 100 + HOLD_MS);
  assert.deepEqual(late, { texts: ['When the moon'], dueAt: null });
  assert.equal(read([row(0, 'When the moon rises')], 2000).dueAt, 2000 + HOLD_MS);
});

test('a line is whole when the next one begins or when it is final', () => {
  const read = reader();
  const next = row(100, '', { draft: 'the' });
  assert.deepEqual(read([row(0, 'When it rises'), next], 0).texts, ['When it rises']);
  assert.deepEqual(read([row(0, 'When it rose', { final: true })], 1).texts, ['When it rose']);
});

test('no word that was shown goes away while its line grows', () => {
  const read = reader();
  const text = 'Well, so it is, more or less, what it was before. And then it went on';
  let shown = '';
  for (let end = 0; end <= text.length; end++) {
    const now = read([row(0, text.slice(0, end))], end * 100).texts[0] ?? '';
    assert.ok(now.startsWith(shown), `${now} after ${shown}`);
    shown = now;
  }
});

test('switching to reading mode takes no committed word away', () => {
  const rows = [row(0, 'When the moon', { draft: ' rises' })];
  const { rows: shown } = steadyRows(holdNothingBack(rows), rows, 0);
  assert.deepEqual(
    shown.map(({ committed, draft }) => committed + draft),
    ['When the moon'],
  );
});

test('a translation is shown when it is final', () => {
  const translation = translated('Quando', 'draft');
  const [before] = steadyRows(new Map(), [row(0, 'When.', { translation })], 0).rows;
  assert.equal(before?.translation, null);
  const final = translated('Quando.');
  const [after] = steadyRows(new Map(), [row(0, 'When.', { translation: final })], 0).rows;
  assert.equal(after?.translation, final);
});
