import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptSources } from '../../../extension/background/kept_sources.js';
import { openStorage } from '../../../extension/shared/browser_storage.js';
import { fakeStorage } from './fake_chrome.js';

/** @typedef {import('../../../extension/transcript/kept.js').KeptSource} KeptSource */

function bench() {
  const storage = fakeStorage();
  const kept = new KeptSources((incognito) =>
    openStorage(/** @type {any} */ (storage), { incognito }),
  );
  return { kept, storage };
}

/** @param {string} key @param {number} [bytes] @returns {KeptSource} */
const source = (key, bytes = 0) => ({
  source: { key, title: 'x'.repeat(bytes), duration: 60, heard: [[0, 30]] },
  entries: [],
  names: {},
});

test('what was kept of a medium is found again, and only that', async () => {
  const { kept } = bench();
  await kept.keep(false, [source('film'), source('other')]);
  assert.deepEqual(await kept.recall(false, 'film'), source('film'));
  assert.equal(await kept.recall(false, 'unknown'), null);
});

test('what private windows keep is theirs, and none of it reaches the disk', async () => {
  const { kept, storage } = bench();
  await kept.keep(true, [source('film')]);
  assert.equal(await kept.recall(false, 'film'), null);
  assert.deepEqual(await kept.recall(true, 'film'), source('film'));
  assert.deepEqual([storage.local.items, storage.sync.items], [{}, {}]);
});

test('the oldest goes when there is too much', async () => {
  const { kept } = bench();
  for (const key of ['first', 'second', 'third', 'second', 'fourth']) {
    await kept.keep(false, [source(key, 2_500_000)]);
  }
  const found = ['first', 'second', 'third', 'fourth'].map((key) => kept.recall(false, key));
  assert.deepEqual(
    (await Promise.all(found)).map((each) => each !== null),
    [false, true, true, true],
  );
});

test('one that is too large alone is not kept', async () => {
  const { kept } = bench();
  await kept.keep(false, [source('film', 9_000_000)]);
  assert.equal(await kept.recall(false, 'film'), null);
});
