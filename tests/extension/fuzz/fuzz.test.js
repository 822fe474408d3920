/** Random and mutated inputs, the same in every run; `run.js` tries as many as you like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found, run } from './run.js';
import { TARGETS } from './targets.js';

const INPUTS = /** @type {Record<string, number>} */ ({
  protocol: 100_000,
  captions: 15_000,
  settings: 3_000,
  senders: 200_000,
  reducer: 6_000,
  filters: 2_000,
});

const MOST_GROWN_BYTES = 128 << 20;

for (const [name, target] of Object.entries(TARGETS)) {
  test(`${name}: inputs of any kind break no rule`, async () => {
    const inputs = INPUTS[name] ?? 0;
    const report = await run(target, { inputs });
    assert.deepEqual([...report.findings], []);
    assert.equal(report.inputs, inputs);
    assert.ok(report.grownBytes < MOST_GROWN_BYTES, `${report.grownBytes} bytes more`);
  });
}

test('what failed once breaks no rule', async () => {
  const kept = found();
  assert.ok(kept.length > 0);
  for (const { name, target, input } of kept) {
    const known = TARGETS[target];
    assert.ok(known, name);
    await known.tryOne(input);
  }
});
