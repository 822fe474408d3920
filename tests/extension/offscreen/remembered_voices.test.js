/** Voices that the user has had remembered, and those that are to be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captions, line } from '../builders.js';
import { bench, READY, saidToHost } from './conversations_bench.js';

const REMEMBER = /** @type {const} */ ({ type: 'remember', tabId: 7, speaker: '1', name: 'Ana' });

/**
 * A tab in which two voices are heard.
 * @param {object} [start]
 */
async function twoVoices(start = { knownVoices: true }) {
  const begun = bench();
  const { conversations, begin, take } = begun;
  conversations.obey(READY);
  conversations.obey({ type: 'transcripts', tabIds: [7], whole: 7 });
  await begin(7, start);
  const said = [
    line(0, 'One.', { end: 100, state: 'final', speaker: '1' }),
    line(200, 'Two.', { end: 300, state: 'final', speaker: '2' }),
  ];
  const message = captions(1, said, { session: 'tab-7' });
  conversations.obey({ type: 'from-host', message });
  const started = saidToHost(take('to-host'), 'start');
  /** @param {string} speaker @param {string} name */
  const recognise = (speaker, name) => {
    const recognised = { type: 'recognised', session: 'tab-7', speaker, name };
    conversations.obey({ type: 'from-host', message: /** @type {any} */ (recognised) });
  };
  const named = () =>
    take('overlay').flatMap(({ message: { type, names } }) => (type === 'names' ? [names] : []));
  const asked = () => saidToHost(take('to-host'), 'remember');
  return { ...begun, started, recognise, named, asked };
}

test('a host is told whether it may know voices', async () => {
  const isPublic = await twoVoices();
  assert.equal(isPublic.started[0].known_voices, true);
  const isPrivate = await twoVoices({ knownVoices: false });
  assert.ok(!('known_voices' in isPrivate.started[0]));
});

test('a recognised voice has its name, unless the user gives it another one', async () => {
  const { conversations, recognise, named } = await twoVoices();
  recognise('2', 'Ana');
  assert.deepEqual(named(), [{ 2: 'Ana' }]);
  /** @param {string} name */
  const rename = (name) =>
    conversations.obey({ type: 'edit', tabId: 7, edit: { kind: 'rename', speaker: '2', name } });
  rename('Eva');
  recognise('2', 'Ana');
  assert.deepEqual(named(), [{ 2: 'Eva' }]);
  rename('');
  assert.deepEqual(named(), [{}]);
});

test('a voice that is recognised before its first line keeps its number', async () => {
  const { conversations, recognise, named, take } = await twoVoices();
  recognise('3', 'Ida');
  assert.deepEqual(named(), [{ 3: 'Ida' }]);
  take('transcript-changes');
  const third = line(400, 'Three.', { end: 500, state: 'final', speaker: '3' });
  const message = captions(2, [third], { session: 'tab-7' });
  conversations.obey({ type: 'from-host', message });
  assert.equal(take('transcript-changes').at(-1)?.changes.entries[0].speaker, '3');
});

test('a voice that another host recognises again is the same one', async () => {
  const { conversations, recognise, take } = await twoVoices();
  recognise('2', 'Ana');
  conversations.obey({ type: 'host', ready: false });
  conversations.obey(READY);
  take('overlay');
  const again = line(400, 'Three.', { end: 500, state: 'final', speaker: '1' });
  const message = captions(1, [again], { session: 'tab-7' });
  conversations.obey({ type: 'from-host', message });
  const speakers = () =>
    take('overlay').flatMap(({ message: { lines = [] } }) =>
      lines.map((/** @type {any} */ { speaker }) => speaker),
    );
  assert.deepEqual(speakers().slice(-1), ['3']);
  recognise('1', 'Ana');
  assert.deepEqual(speakers().slice(-1), ['2']);
});

test('a voice is remembered as the host numbers it, with all that were found to be it', async () => {
  const { conversations, asked } = await twoVoices();
  conversations.obey(REMEMBER);
  assert.deepEqual(asked(), [{ type: 'remember', session: 'tab-7', voices: ['1'], name: 'Ana' }]);
  const merge = /** @type {const} */ ({ kind: 'merge', speaker: '2', into: '1' });
  conversations.obey({ type: 'edit', tabId: 7, edit: merge });
  conversations.obey(REMEMBER);
  assert.deepEqual(asked()[0].voices, ['1', '2']);
});

test('nothing is asked of a host that has not heard the voice, or is not there', async () => {
  const { conversations, asked } = await twoVoices();
  conversations.obey({ ...REMEMBER, speaker: '5' });
  conversations.obey({ type: 'host', ready: false });
  conversations.obey(REMEMBER);
  assert.deepEqual(asked(), []);
  conversations.obey(READY);
  conversations.obey(REMEMBER);
  assert.deepEqual(asked(), []);
});
