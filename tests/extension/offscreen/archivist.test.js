import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Archivist, WRITTEN_EVERY_MS } from '../../../extension/offscreen/archivist.js';
import { entry, transcriptOf } from '../transcript/entries.js';

/** @typedef {import('../../../extension/transcript/transcript.js').Transcript} Transcript */

/** An archivist and an archive that holds what it is given. */
function bench() {
  const disk = { saved: new Set(['t']), isFull: false };
  /** @type {unknown[][]} */
  const done = [];
  /** @type {(() => void)[]} */
  const repeated = [];
  /** @type {(string | null)[]} */
  const told = [];
  const write = (/** @type {unknown[]} */ ...what) => {
    if (disk.isFull) throw new DOMException('no room', 'QuotaExceededError');
    done.push(what);
  };
  const archivist = new Archivist({
    archive: {
      has: async (id) => disk.saved.has(id),
      save: async ({ entries }) => write('save', entries.length),
      update: async (_now, { entries, removed }) =>
        write(
          'update',
          entries.map(({ text }) => text),
          removed,
        ),
    },
    repeat: (action) => {
      repeated.push(action);
      return () => void repeated.splice(0);
    },
    failed: ({ id }) => done.push(['failed', id]),
    changed: () => void told.push(archivist.savedAs('t')),
  });
  let now = transcriptOf([entry(0, 'One.')]);
  return {
    archivist,
    disk,
    repeated,
    now: () => now,
    /** @param {import('../../../extension/transcript/transcript.js').Entry[]} entries */
    become: (entries) => (now = transcriptOf(entries)),
    take: () => done.splice(0),
    /** @returns as what the transcript is saved, each time that this has changed */
    takeTold: () => told.splice(0),
  };
}

test('what is saved is written whole once, then what has changed in it', async () => {
  const { archivist, become, now, take } = bench();
  archivist.setKept(now, true);
  await archivist.write();
  assert.deepEqual(take(), [['save', 1]]);
  await archivist.write();
  assert.deepEqual(take(), [], 'nothing has changed');
  become([...now().entries, entry(4, 'Two.')]);
  await archivist.write();
  assert.deepEqual(take(), [['update', ['Two.'], []]]);
});

test('a crash takes less than five seconds', () => assert.ok(WRITTEN_EVERY_MS < 5000));

test('nothing runs, and nothing is written, unless something is kept', async () => {
  const { archivist, now, repeated, take } = bench();
  await archivist.finish('t');
  assert.equal(repeated.length, 0);
  archivist.setKept(now, true);
  assert.equal(repeated.length, 1);
  archivist.setKept(now, false);
  assert.equal(repeated.length, 0);
  await archivist.write();
  assert.deepEqual(take(), []);
});

test('what was erased elsewhere is not written again', async () => {
  const { archivist, become, disk, now, repeated, take } = bench();
  archivist.setKept(now, true);
  await archivist.write();
  take();
  disk.saved.clear();
  become([entry(4, 'Two.')]);
  await archivist.write();
  assert.deepEqual(take(), []);
  assert.equal(repeated.length, 0);
});

test('a full disk is told, and all of it is written when there is room again', async () => {
  const { archivist, become, disk, now, take } = bench();
  archivist.setKept(now, true);
  await archivist.write();
  take();
  become([...now().entries, entry(4, 'Two.')]);
  disk.isFull = true;
  await archivist.write();
  assert.deepEqual(take(), [['failed', 't']]);
  disk.isFull = false;
  await archivist.write();
  assert.deepEqual(take(), [['save', 2]]);
});

test('what is over is written once more', async () => {
  const { archivist, become, now, repeated, take } = bench();
  archivist.setKept(now, true);
  become([...now().entries, entry(4, 'Two.')]);
  await archivist.finish('t');
  assert.deepEqual(take(), [['save', 2]]);
  assert.equal(repeated.length, 0);
});

test('one that goes on with a saved one is saved, too, once something is said', async () => {
  const { archivist, become, disk, now, take } = bench();
  become([]);
  disk.saved = new Set(['before']);
  archivist.setKept(now, true, 'before');
  await archivist.write();
  assert.deepEqual(take(), []);
  become([entry(0, 'One.')]);
  await archivist.write();
  assert.deepEqual(take(), [['save', 1]]);
  disk.saved.add('t');
  become([...now().entries, entry(4, 'Two.')]);
  await archivist.write();
  assert.deepEqual(take(), [['update', ['Two.'], []]]);
});

test('one that goes on with one that is not saved is not saved', async () => {
  const { archivist, disk, now, repeated, take } = bench();
  disk.saved.clear();
  archivist.setKept(now, true, 'before');
  await archivist.write();
  assert.deepEqual([take(), repeated.length], [[], 0]);
});

test('what would go on with it goes on with what is on disk', async () => {
  const { archivist, become, disk, now, takeTold } = bench();
  assert.equal(archivist.savedAs('t'), null);
  become([]);
  disk.saved = new Set(['before']);
  archivist.setKept(now, true, 'before');
  await archivist.write();
  assert.deepEqual(takeTold(), ['before']);
  become([entry(0, 'One.')]);
  await archivist.write();
  assert.deepEqual(takeTold(), ['t']);
  disk.saved.clear();
  become([entry(0, 'One.'), entry(4, 'Two.')]);
  await archivist.write();
  assert.deepEqual(takeTold(), [null], 'it was erased');
});

test('what the user saves is kept, whatever becomes of the one before', async () => {
  const { archivist, disk, now, take } = bench();
  disk.saved = new Set(['before']);
  archivist.setKept(now, true, 'before');
  archivist.setKept(now, true);
  disk.saved = new Set(['t']);
  await archivist.write();
  assert.deepEqual(take(), [['save', 1]]);
});
