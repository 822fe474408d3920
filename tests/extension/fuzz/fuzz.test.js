/** A short run of each target, the same each time, and all that was ever found. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fault, fuzz } from './driver.js';
import { TARGETS } from './targets.js';

const FOUND = new URL('found/', import.meta.url);

for (const [name, target] of Object.entries(TARGETS)) {
  test(`${name}: whatever comes, what has to hold holds`, async () => {
    const { done, findings } = await fuzz(target, { first: 1, inputs: target.quick });
    assert.deepEqual([...findings.values()], []);
    assert.equal(done, target.quick);
  });

  const folder = new URL(`${name}/`, FOUND);
  for (const found of existsSync(folder) ? readdirSync(folder) : []) {
    test(`${name}: ${found} was found once`, async () => {
      const input = JSON.parse(readFileSync(new URL(found, folder), 'utf8'));
      assert.equal(await fault(target, input), null);
    });
  }
}

test('what was found once belongs to a target', () => {
  const kept = readdirSync(FOUND);
  assert.ok(kept.length > 0);
  assert.ok(kept.every((name) => name in TARGETS));
});
