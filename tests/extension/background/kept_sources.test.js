import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptSources } from '../../../extension/background/kept_sources.js';
import { openStorage } from '../../../extension/shared/browser_storage.js';
import { entry } from '../transcript/entries.js';
import { fakeStorage } from './fake_chrome.js';

/** @typedef {import('../../../extension/transcript/kept.js').KeptChanges} KeptChanges */
/** @typedef {import('../../../extension/transcript/kept.js').KeptSource} KeptSource */

function bench() {
  const storage = fakeStorage();
  const kept = new KeptSources((incognito) =>
    openStorage(/** @type {any} */ (storage), { incognito }),
  );
  return { kept, storage };
}

/** @param {string} key @param {number} [bytes] @returns {KeptSource['source']} */
const medium = (key, bytes = 0) => {
  return { key, title: 'x'.repeat(bytes), duration: 600, heard: [[0, 30]] };
};

/** @param {string} key @param {number} [bytes] @returns {KeptChanges} all that is kept of a medium */
const whole = (key, bytes = 0) => {
  const parts = /** @type {KeptChanges['parts']} */ ([[0, [entry(1, 'One.')]]]);
  return { source: medium(key, bytes), names: {}, whole: true, parts };
};

/** @param {KeptSource | null} kept */
const texts = (kept) => kept?.entries.map(({ text, corrected }) => corrected ?? text);

test('what was kept of a medium is found again, and only that', async () => {
  const { kept } = bench();
  await kept.keep(false, [whole('film'), whole('other')]);
  const found = { source: medium('film'), names: {}, entries: [entry(1, 'One.')] };
  assert.deepEqual(await kept.recall(false, 'film'), found);
  assert.equal(await kept.recall(false, 'unknown'), null);
});

test('of what has changed, only its parts are written', async () => {
  const { kept, storage } = bench();
  await kept.keep(false, [whole('film')]);
  const later = { ...whole('film'), whole: false };
  const twelfth = entry(1500, 'Twelfth.');
  await kept.keep(false, [{ ...later, parts: [[12, [twelfth]]] }]);
  await kept.keep(false, [{ ...later, parts: [[2, [entry(260, 'Second.')]]] }]);
  assert.deepEqual(texts(await kept.recall(false, 'film')), ['One.', 'Second.', 'Twelfth.']);
  await kept.keep(false, [{ ...later, parts: [[0, []]] }]);
  assert.deepEqual(texts(await kept.recall(false, 'film')), ['Second.', 'Twelfth.']);
  assert.equal(Object.keys(storage.session.items).length, 4, 'index, head, two parts');
});

test('of a medium that had to go, no parts are taken for all', async () => {
  const { kept, storage } = bench();
  await kept.keep(false, [{ ...whole('film'), whole: false }]);
  assert.equal(await kept.recall(false, 'film'), null);
  assert.deepEqual(Object.keys(storage.session.items), ['kept']);
});

test('what is changed after a capture is found by the next one', async () => {
  const { kept } = bench();
  await kept.keep(false, [whole('film'), whole('other')]);
  const edit = /** @type {const} */ ({ kind: 'correct', id: entry(1, '').id, text: 'Won.' });
  await kept.edit(false, ['film', 'unknown'], edit);
  await kept.edit(false, ['film'], { kind: 'rename', speaker: '1', name: 'Ada' });
  await kept.edit(false, ['film'], { kind: 'merge', speaker: '2', into: '1' });
  const film = await kept.recall(false, 'film');
  assert.deepEqual([texts(film), film?.names], [['Won.'], { 1: 'Ada' }]);
  assert.deepEqual([film?.voices?.same, film?.voices?.steps.length], [{ 2: '1' }, 2]);
  assert.deepEqual(texts(await kept.recall(false, 'other')), ['One.']);
});

test('what private windows keep is theirs, and none of it reaches the disk', async () => {
  const { kept, storage } = bench();
  await kept.keep(true, [whole('film')]);
  assert.equal(await kept.recall(false, 'film'), null);
  assert.deepEqual(texts(await kept.recall(true, 'film')), ['One.']);
  assert.deepEqual([storage.local.items, storage.sync.items], [{}, {}]);
});

test('the oldest goes when there is too much, with all its parts', async () => {
  const { kept, storage } = bench();
  for (const key of ['first', 'second', 'third', 'second', 'fourth']) {
    await kept.keep(false, [whole(key, 2_500_000)]);
  }
  const found = ['first', 'second', 'third', 'fourth'].map((key) => kept.recall(false, key));
  assert.deepEqual(
    (await Promise.all(found)).map((each) => each !== null),
    [false, true, true, true],
  );
  assert.equal(Object.keys(storage.session.items).length, 7);
});

test('one that is too large alone is not kept, and takes nobody’s room', async () => {
  const { kept } = bench();
  await kept.keep(false, [whole('small')]);
  await kept.keep(false, [whole('film', 9_000_000)]);
  assert.equal(await kept.recall(false, 'film'), null);
  assert.deepEqual(texts(await kept.recall(false, 'small')), ['One.']);
});
