import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captions, line, status } from '../builders.js';
import { bench, READY, settled } from './conversations_bench.js';

/** A tab's capture that has said something and been ended; its last words are outstanding. */
async function ending() {
  const begun = bench();
  const { conversations, begin, tabs } = begun;
  conversations.obey(READY);
  conversations.obey({ type: 'transcripts', tabIds: [7], whole: 7 });
  await begin(7);
  const message = captions(1, [line(0, 'One.', { state: 'final' })], { session: 'tab-7' });
  conversations.obey({ type: 'from-host', message });
  conversations.obey({ type: 'end', tabId: 7 });
  tabs[0]?.flush();
  await settled();
  return begun;
}

test('a transcript can be changed until its last words are there', async () => {
  const { conversations, take } = await ending();
  const [{ changes }] = take('transcript-changes');
  const edit = /** @type {const} */ ({ kind: 'correct', id: changes.entries[0].id, text: 'Won.' });
  conversations.obey({ type: 'edit', tabId: 7, edit });
  assert.equal(take('transcript-changes')[0]?.changes.entries[0].corrected, 'Won.');
});

test('a transcript can be saved until its last words are there', async () => {
  const { conversations, kept } = await ending();
  conversations.obey({ type: 'save', tabId: 7, saved: true });
  assert.deepEqual(kept, [['tab-7', true]]);
});

test('the last words of a capture are not told as those of the next one', async () => {
  const { conversations, begin, take } = await ending();
  await begin(7, { session: 'next' });
  assert.equal(take('transcript').at(-1)?.transcript.id, 'next');
  take('transcript-changes');
  const bye = captions(2, [line(32_000, 'Bye.', { state: 'final' })], { session: 'tab-7' });
  conversations.obey({ type: 'from-host', message: bye });
  assert.deepEqual(take('transcript-changes'), []);
  conversations.obey({ type: 'transcripts', tabIds: [7], whole: 7 });
  const told = take('transcript').map(({ transcript }) => transcript.id);
  assert.deepEqual(told, ['next']);
  conversations.obey({ type: 'from-host', message: status('ended', { session: 'tab-7' }) });
});

test('one that goes on with a saved one is saved from its beginning', async () => {
  const { begin, kept, running } = bench();
  await begin(7);
  await begin(8, { after: 'before' });
  assert.deepEqual(kept, [['tab-8', true, 'before']]);
  assert.deepEqual(
    running().map(({ saved }) => saved),
    [null, 'before'],
  );
});
