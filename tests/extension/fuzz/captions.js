/** Sequences of caption updates: in order, repeated, out of order, garbled in what the schema allows. */
import assert from 'node:assert/strict';
import {
  applyUpdate,
  captionRows,
  contextBefore,
  EMPTY_MODEL,
  LINES_KEPT,
  resumeAt,
  resumeSample,
} from '../../../extension/shared/captions.js';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { findFault } from '../../../extension/shared/validate.js';
import { captions as update, line } from '../builders.js';
import { below, mutated, pick } from './mutate.js';

/** @typedef {import('./mutate.js').Random} Random */

const WORDS = ['', 'Yes.', ' and', 'What is said', '今日は', 'a', '\u0000', 'x'.repeat(500)];

/** @param {Random} random @param {string} session @param {number} revision */
export function someCaptions(random, session, revision) {
  const size = random() < 0.02 ? LINES_KEPT + 50 : below(random, 4);
  const lines = Array.from({ length: size }, (_, n) => someLine(random, size > 9 ? n : 0));
  const draft = { line: 100 * below(random, 9), text: pick(random, WORDS), start: 0, end: 50 };
  const changes = {
    session,
    draft: random() < 0.5 ? null : draft,
    final_until: below(random, 900),
  };
  const made = update(revision, lines, changes);
  if (random() < 0.8) return made;
  const changed = mutated(random, made);
  return findFault(changed, 'Captions', DEFINITIONS) === null ? changed : made;
}

/** @param {Random} random @param {number} number of those before it */
function someLine(random, number) {
  const start = 100 * (number + below(random, random() < 0.9 ? 9 : 2 ** 40));
  const translation = random() < 0.3 ? { text: 'olá', language: 'pt', state: 'final' } : null;
  return line(
    start,
    pick(random, WORDS),
    /** @type {any} */ ({
      state: pick(random, ['committed', 'final']),
      speaker: pick(random, [null, null, '1', '2', 'you', '9'.repeat(30)]),
      language: pick(random, ['en', 'de', null]),
      translation,
    }),
  );
}

/** @type {import('./targets.js').Target} */
export const captions = {
  quick: 3_000,
  make: (random) => {
    let revision = 0;
    return Array.from({ length: 1 + below(random, 12) }, () => {
      revision += pick(random, [1, 1, 1, 0, -1, 5]);
      return someCaptions(random, 's', Math.max(1, revision));
    });
  },
  read: (updates) => {
    let model = EMPTY_MODEL;
    for (const one of updates) {
      const before = structuredClone(model);
      const next = applyUpdate(model, one);
      assert.deepEqual(model, before, 'the model before stays as it is');
      assert.equal(applyUpdate(next, one), next, 'a replay changes nothing');
      assert.ok(next.revision >= model.revision);
      requireSound(next);
      model = next;
    }
    const at = model.lines[0]?.end ?? 0;
    requireSound(resumeAt(model, at));
    assert.ok(resumeSample(model, at) >= at);
    assert.ok(contextBefore(model, at, 40).length <= 40);
  },
};

/** @param {import('../../../extension/shared/captions.js').CaptionModel} model */
export function requireSound(model) {
  const { lines } = model;
  assert.ok(lines.length <= LINES_KEPT);
  assert.ok(lines.every(({ text }) => text !== ''));
  assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length, 'no id twice');
  const ordered = lines.every((one, n) => n === 0 || (lines[n - 1]?.start ?? 0) <= one.start);
  assert.ok(ordered, 'in the order in which they were spoken');
  const rows = captionRows(model, -1, 40);
  assert.ok(rows.length <= 40);
  assert.ok(rows.every(({ committed, draft }) => committed + draft !== ''));
}
