import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyUpdate,
  captionRows,
  contextBefore,
  EMPTY_MODEL,
  LINES_KEPT,
  resumeAt,
  resumeSample,
} from '../../../extension/shared/captions.js';
import { captions, line } from '../builders.js';

/** @typedef {import('../../../extension/shared/protocol.js').Captions} Captions */

/** @param {Captions[]} updates */
const modelOf = (...updates) => updates.reduce(applyUpdate, EMPTY_MODEL);

/** @param {number} seed a small generator of the same numbers at each run (Park and Miller, 1988) */
function* numbers(seed) {
  for (let state = seed; ; state = (state * 48271) % 2147483647) yield state;
}

/**
 * A stream of updates as a host may send it: lines added, changed, removed, drafts throughout.
 * @param {number} seed
 */
function randomUpdates(seed) {
  const random = numbers(seed);
  const below = (/** @type {number} */ limit) => Number(random.next().value) % limit;
  return Array.from({ length: 40 }, (_, index) =>
    captions(
      index + 1,
      Array.from({ length: below(3) }, () => {
        const text = below(5) === 0 ? '' : `text ${below(1000)}`;
        return line(below(12) * 100, text, { state: below(2) ? 'final' : 'committed' });
      }),
      { draft: below(2) ? { line: below(14) * 100, text: ' maybe', start: 0, end: 10 } : null },
    ),
  );
}

test('lines are replaced by id and stay in spoken order', () => {
  const model = modelOf(
    captions(1, [line(200, 'second')]),
    captions(2, [line(100, 'first'), line(200, 'SECOND', { state: 'final' })]),
  );
  assert.deepEqual(
    model.lines.map(({ text }) => text),
    ['first', 'SECOND'],
  );
});

test('empty text removes the line', () => {
  const model = modelOf(captions(1, [line(1, 'a'), line(2, 'b')]), captions(2, [line(1, '')]));
  assert.deepEqual(
    model.lines.map(({ id }) => id),
    [2],
  );
});

test('replaying any part of a stream changes nothing', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const updates = randomUpdates(seed);
    const model = updates.reduce(applyUpdate, EMPTY_MODEL);
    assert.equal(updates.reduce(applyUpdate, model), model);
    const stuttering = updates.flatMap((update, i) => [update, ...updates.slice(i - 3, i + 1)]);
    assert.deepEqual(stuttering.reduce(applyUpdate, EMPTY_MODEL), model);
  }
});

test('an update never changes the model it is applied to', () => {
  const updates = randomUpdates(7);
  let model = EMPTY_MODEL;
  for (const update of updates) {
    const before = JSON.stringify(model);
    const after = applyUpdate(model, update);
    assert.equal(JSON.stringify(model), before);
    model = after;
  }
});

test('going on at a sample leads to the same captions as never having stopped', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const before = [line(0, 'kept', { state: 'final' }), line(500, 'lost'), line(700, 'lost too')];
    const resumed = resumeAt(modelOf(...randomUpdates(seed), captions(99, before)), 500);
    assert.equal(resumed.revision, 0);
    assert.equal(resumed.draft, null);
    assert.ok(resumed.lines.every(({ start }) => start < 500));
    const anew = applyUpdate(resumed, captions(1, [line(510, 'anew')]));
    assert.equal(anew.lines.at(-1)?.text, 'anew');
    assert.equal(anew.lines.filter(({ text }) => text.startsWith('lost')).length, 0);
  }
});

test('what is not heard again is final', () => {
  const model = modelOf(captions(1, [line(0, 'half heard'), line(500, 'heard again')]));
  assert.deepEqual(resumeAt(model, 500).lines, [line(0, 'half heard', { state: 'final' })]);
});

test('captioning goes on after the last word of a line whose sound is no longer kept', () => {
  const model = modelOf(captions(1, [line(100, 'half kept', { end: 400 }), line(600, 'later')]));
  assert.equal(resumeSample(model, 250), 400);
  assert.equal(resumeSample(model, 50), 50);
  assert.equal(resumeSample(model, 500), 500);
});

test('a model does not grow for ever', () => {
  const updates = Array.from({ length: LINES_KEPT * 3 }, (_, i) => captions(i + 1, [line(i, 'x')]));
  const model = modelOf(...updates);
  assert.equal(model.lines.length, LINES_KEPT);
  assert.equal(model.lines.at(-1)?.id, LINES_KEPT * 3 - 1);
});

test('the draft follows its line verbatim', () => {
  const draft = { line: 5, text: '-is it', start: 90, end: 150 };
  const model = modelOf(captions(1, [line(5, 'so')], { draft }));
  assert.deepEqual(captionRows(model, 0, 3), [
    {
      id: 5,
      end: 150,
      committed: 'so',
      draft: '-is it',
      final: false,
      language: 'en',
      speaker: null,
      translation: null,
    },
  ]);
});

test('a draft without a line opens one where it was spoken', () => {
  const draft = { line: 5, text: 'so', start: 50, end: 60 };
  const model = modelOf(captions(1, [line(0, 'a', { end: 40 }), line(90, 'b')], { draft }));
  assert.deepEqual(
    captionRows(model, 0, 3).map((row) => row.committed + row.draft),
    ['a', 'so', 'b'],
  );
  assert.equal(captionRows(model, 0, 3)[1]?.language, 'en');
});

test('rows are the newest ones that end after a sample', () => {
  const model = modelOf(captions(1, [line(0, 'a'), line(200, 'b'), line(400, 'c')]));
  assert.deepEqual(
    captionRows(model, 0, 2).map(({ id }) => id),
    [200, 400],
  );
  assert.deepEqual(
    captionRows(model, 300, 5).map(({ id }) => id),
    [400],
  );
});

test('context is whole words before the sample, the newest', () => {
  const model = modelOf(captions(1, [line(0, 'one two'), line(200, ' three '), line(400, 'four')]));
  assert.equal(contextBefore(model, 400, 100), 'one two three');
  assert.equal(contextBefore(model, 400, 8), 'three');
  assert.equal(contextBefore(EMPTY_MODEL, 400, 10), '');
});
