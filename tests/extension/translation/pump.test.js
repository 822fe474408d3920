import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINES_KEPT } from '../../../extension/shared/captions.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import {
  BrowserTranslator,
  TranslationFault,
} from '../../../extension/translation/browser_translator.js';
import { TranslatedLines } from '../../../extension/translation/lines.js';
import { TranslationPump } from '../../../extension/translation/pump.js';
import { line } from '../builders.js';
import { randomOf } from '../fuzz/mutate.js';
import { browserInterface } from './stand_ins.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {(text: string) => Promise<string>} translate */
function bench(translate) {
  const lines = new TranslatedLines();
  lines.setWish({ ...NO_WISH, by: 'browser', target: 'pt' });
  const clock = { now: 0 };
  /** @type {{ action: () => void, delayMs: number }[]} */
  const scheduled = [];
  /** @type {(string | undefined)[]} */
  const translated = [];
  let changes = 0;
  const pump = new TranslationPump(
    lines,
    {
      translator: { translate: (_source, _target, text) => translate(text) },
      now: () => clock.now,
      schedule: (action, delayMs) => void scheduled.push({ action, delayMs }),
    },
    {
      translated: ({ translation }) => translated.push(translation?.text),
      changed: () => changes++,
    },
  );
  return {
    lines,
    pump,
    scheduled,
    translated,
    clock,
    changes: () => changes,
    /** @param {number} count @param {number} [from] */
    say: (count, from = 0) => {
      const said = Array.from({ length: count }, (_, i) =>
        line((from + i) * 100, `L${from + i}.`, { state: 'final', language: 'es' }),
      );
      lines.take(said, clock.now);
      pump.kick();
    },
    /** Time goes by until what was put off is due. */
    wait: async () => {
      const due = scheduled.splice(0);
      for (const { action, delayMs } of due) {
        clock.now += delayMs;
        action();
      }
      await settled();
      return due.map(({ delayMs }) => delayMs);
    },
  };
}

test('lines are translated one after the other, and the delay is told', async () => {
  const { say, translated, pump, clock } = bench(async (text) => {
    clock.now += 40;
    return text.toUpperCase();
  });
  say(3);
  await settled();
  assert.deepEqual(translated, ['L0.', 'L1.', 'L2.']);
  assert.equal(pump.delayMs, 120);
  await pump.finished();
});

test('after a failure it waits, longer each time, and goes on by itself', async () => {
  let broken = true;
  const { say, translated, pump, wait } = bench(async (text) => {
    if (broken) throw new TranslationFault('failed');
    return text;
  });
  say(2);
  await settled();
  assert.equal(pump.fault?.kind, 'failed');
  const pauses = [await wait(), await wait(), await wait()].flat();
  assert.deepEqual(pauses, [1000, 2000, 4000]);
  assert.deepEqual(translated, []);
  broken = false;
  await wait();
  assert.equal(pump.fault, null);
  assert.deepEqual(translated.toSorted(), ['L0.', 'L1.']);
});

test('what the user has to allow is looked for every two seconds', async () => {
  let allowed = false;
  const { say, translated, pump, wait } = bench(async (text) => {
    if (!allowed) throw new TranslationFault('click');
    return text;
  });
  say(1);
  await settled();
  assert.deepEqual(pump.pair, { source: 'es', target: 'pt' });
  assert.deepEqual([await wait(), await wait(), await wait()].flat(), [2000, 2000, 2000]);
  allowed = true;
  await wait();
  assert.deepEqual(translated, ['L0.']);
  assert.equal(pump.pair, null);
});

test('a text that it does not translate stops no other one', async () => {
  const { say, translated, pump, scheduled } = bench(async (text) => {
    if (text === 'L0.') throw new TranslationFault('text');
    return text;
  });
  say(3);
  await settled();
  assert.deepEqual(translated, ['L1.', 'L2.']);
  assert.equal(pump.fault, null);
  assert.deepEqual(scheduled, []);
});

test('the end waits for the last lines, and for none that cannot be translated now', async () => {
  /** @type {(text: string) => void} */
  let answer = () => {};
  const { say, pump } = bench(() => new Promise((resolve) => (answer = resolve)));
  say(1);
  let over = false;
  void pump.finished()?.then(() => (over = true));
  await settled();
  assert.equal(over, false);
  answer('x');
  await settled();
  assert.equal(over, true);
  const broken = bench(async () => {
    throw new TranslationFault('pair');
  });
  broken.say(1);
  await settled();
  await broken.pump.finished();
});

/**
 * 10,000 lines that grow, are mended, become final and are sent again by a host that has died, while
 * the translator fails, hangs, refuses texts and is destroyed.
 */
test('each of 10,000 lines is translated exactly once, in order, and none is lost', async () => {
  const random = randomOf(16);
  const below = (/** @type {number} */ n) => Math.floor(random() * n);
  /** @type {string[]} */
  const asked = [];
  /** @type {Set<string>} */
  const failed = new Set();
  const stand = browserInterface('available', {
    translate: async (text) => {
      if (below(40) === 0 && !failed.has(text)) {
        failed.add(text);
        throw new DOMException('Broken.', 'OperationError');
      }
      if (!text.endsWith('!')) return `pt ${text}`;
      asked.push(text);
      return `pt ${text}`;
    },
  });
  const translator = new BrowserTranslator(() => stand);
  /** @type {Map<number, string>} */
  const got = new Map();
  /** @type {number[]} */
  const order = [];
  const { lines, pump, clock, scheduled, wait } = bench((text) =>
    translator.translate('es', 'pt', text),
  );
  /** @type {import('../../../extension/shared/protocol.js').Line[]} */
  let standing = [];
  const show = () => {
    for (const { id, translation } of lines.take(standing, clock.now)) {
      if (translation?.state !== 'final' || got.has(id)) continue;
      got.set(id, translation.text);
      order.push(id);
    }
  };
  const total = 10_000;
  for (let n = 0; n < total; n++) {
    const es = { language: 'es' };
    const words = `Línea ${n}, con ${below(1000)} palabras`;
    for (const text of [words.slice(0, 12), words]) {
      standing = [...standing.filter(({ id }) => id !== n * 100), line(n * 100, text, es)];
      show();
      pump.kick();
      if (below(3) === 0) await settled();
    }
    const whole = line(n * 100, `${words}!`, { ...es, state: 'final' });
    standing = [...standing.filter(({ id }) => id !== n * 100), whole].slice(-LINES_KEPT);
    if (below(50) === 0) {
      // A new host says the newest lines once more, first as committed.
      standing = standing.map((said, at) =>
        at > standing.length - 4 ? { ...said, state: 'committed' } : said,
      );
      show();
      pump.kick();
      standing = standing.map((said) => ({ ...said, state: 'final' }));
    }
    show();
    pump.kick();
    if (below(4) === 0) await settled();
    if (scheduled.length > 0 && below(3) === 0) await wait();
    show();
  }
  for (let i = 0; i < 500 && got.size < total; i++) {
    await wait();
    show();
  }
  assert.equal(got.size, total, 'lines are missing');
  assert.equal(new Set(asked).size, asked.length, 'a line was translated twice');
  assert.equal(asked.length, total);
  for (const [id, text] of got) assert.match(text, new RegExp(`^pt Línea ${id / 100}, `));
  const lateBy = order.map((id, at) => Math.abs(id / 100 - at));
  assert.ok(Math.max(...lateBy) <= LINES_KEPT, 'out of order');
});
