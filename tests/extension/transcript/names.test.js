import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edited } from '../../../extension/transcript/edits.js';
import {
  highestVoice,
  learnt,
  recognised,
  shownNames,
  voiceOf,
  voicesIn,
} from '../../../extension/transcript/names.js';
import { numbersFrom } from './builders.js';
import { entry, transcriptOf } from './entries.js';

/** @typedef {import('../../../extension/shared/messages.js').TranscriptEdit} Edit */
/** @typedef {import('../../../extension/transcript/transcript.js').Transcript} Transcript */

const TALK = transcriptOf([
  entry(0, 'Hello.', { speaker: '1' }),
  entry(4, 'Hello!', { speaker: '2' }),
  entry(8, 'Well.', { speaker: '3' }),
  entry(12, 'Who?'),
  entry(16, 'Me.', { speaker: 'you' }),
]);

/** @param {Transcript} transcript @param {...Edit} edits */
const after = (transcript, ...edits) => edits.reduce(edited, transcript);

/** @param {Transcript} transcript @returns {(string | null | undefined)[]} who has said each line */
function whoSaid(transcript) {
  const names = shownNames(transcript);
  return transcript.entries.map((line) => {
    const voice = voiceOf(transcript, line);
    return voice !== null && Object.hasOwn(names, voice) ? names[voice] : voice;
  });
}

test('a name stands at all lines of its voice, and is taken away again', () => {
  const named = after(TALK, { kind: 'rename', speaker: '2', name: 'Ada' });
  assert.deepEqual(whoSaid(named), ['1', 'Ada', '3', null, 'you']);
  const nameless = after(named, { kind: 'rename', speaker: '2', name: '' });
  assert.deepEqual(whoSaid(nameless), ['1', '2', '3', null, 'you']);
  assert.deepEqual(nameless.names, {});
});

test('two voices are one, with the name that either has; its own first', () => {
  const named = after(TALK, { kind: 'rename', speaker: '3', name: 'Ada' });
  const one = after(named, { kind: 'merge', speaker: '3', into: '1' });
  assert.deepEqual(whoSaid(one), ['Ada', '2', 'Ada', null, 'you']);
  const both = after(named, { kind: 'rename', speaker: '1', name: 'Bob' });
  const other = after(both, { kind: 'merge', speaker: '3', into: '1' });
  assert.deepEqual(whoSaid(other), ['Bob', '2', 'Bob', null, 'you']);
  assert.deepEqual(voicesIn(other), ['1', '2', 'you']);
});

test('voices that are one go on together into a third, and come apart again', () => {
  const merges = /** @type {Edit[]} */ ([
    { kind: 'merge', speaker: '3', into: '2' },
    { kind: 'merge', speaker: '2', into: '1' },
  ]);
  const one = after(TALK, ...merges);
  assert.deepEqual(whoSaid(one), ['1', '1', '1', null, 'you']);
  assert.deepEqual(whoSaid(after(one, { kind: 'separate', speaker: '1' })), whoSaid(TALK));
});

test('a line that was given to somebody else is of that voice alone', () => {
  const given = after(TALK, { kind: 'assign', id: 'c 12', speaker: '2' });
  assert.deepEqual(whoSaid(given), ['1', '2', '3', '2', 'you']);
  const back = after(given, { kind: 'assign', id: 'c 12', speaker: null });
  assert.deepEqual(whoSaid(back), whoSaid(TALK));
});

test('a voice that is the user’s own is not made somebody else’s', () => {
  assert.equal(after(TALK, { kind: 'merge', speaker: 'you', into: '1' }), TALK);
  const own = after(TALK, { kind: 'merge', speaker: '1', into: 'you' });
  assert.deepEqual(whoSaid(own), ['you', '2', '3', null, 'you']);
});

test('the user’s own name comes before one that was learnt', () => {
  const told = learnt(TALK, '1', 'Ada Lovelace');
  assert.deepEqual(whoSaid(told)[0], 'Ada Lovelace');
  const own = after(told, { kind: 'rename', speaker: '1', name: 'Ada' });
  assert.deepEqual(whoSaid(learnt(own, '1', 'Augusta'))[0], 'Ada');
  // Nobody is to be called so.
  assert.deepEqual(whoSaid(after(told, { kind: 'rename', speaker: '1', name: '' }))[0], '1');
});

test('what was learnt of a voice holds for the voice that it is', () => {
  const told = learnt(TALK, '3', 'Ada');
  const one = after(told, { kind: 'merge', speaker: '3', into: '1' });
  assert.deepEqual(whoSaid(one), ['Ada', '2', 'Ada', null, 'you']);
});

test('a voice that is recognised has its name, unless the user has given it another one', () => {
  const named = after(TALK, { kind: 'rename', speaker: '1', name: 'Ada' });
  assert.deepEqual(whoSaid(recognised(named, '3', '1')), ['Ada', '2', 'Ada', null, 'you']);
  const other = after(named, { kind: 'rename', speaker: '3', name: 'Bob' });
  assert.equal(recognised(other, '3', '1'), other);
  // To take the name back leaves the voice what it is.
  const back = after(recognised(named, '3', '1'), { kind: 'undo' });
  assert.deepEqual(whoSaid(back), ['1', '2', '1', null, 'you']);
});

test('two who speak at the same time are known one by one, and are one where they are', () => {
  const both = transcriptOf([...TALK.entries, entry(20, 'Yes!', { speaker: '2+3' })]);
  assert.deepEqual(voicesIn(both), ['1', '2', '3', 'you']);
  const one = after(both, { kind: 'merge', speaker: '3', into: '2' });
  assert.equal(voiceOf(one, { id: 'c 20', speaker: '2+3' }), '2');
  const other = after(both, { kind: 'merge', speaker: '3', into: '1' });
  assert.equal(voiceOf(other, { id: 'c 20', speaker: '2+3' }), '2+1');
  assert.equal(highestVoice(transcriptOf([entry(0, 'Yes!', { speaker: '2+7' })])), 7);
});

/**
 * @param {ReturnType<typeof numbersFrom>} below
 * @returns {Edit} any one
 */
function anyEdit(below) {
  const voice = () => ['1', '2', '3', '4', 'you', '__proto__'][below(6)] ?? '1';
  /** @type {Edit[]} */
  const edits = [
    { kind: 'rename', speaker: voice(), name: ['', 'Ada', 'Bob'][below(3)] ?? '' },
    { kind: 'merge', speaker: voice(), into: voice() },
    { kind: 'separate', speaker: voice() },
    { kind: 'assign', id: `c ${4 * below(5)}`, speaker: below(3) === 0 ? null : voice() },
  ];
  return /** @type {Edit} */ (edits[below(edits.length)]);
}

test('whatever the user has changed, all of it can be taken back', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const below = numbersFrom(seed);
    /** @type {Transcript[]} */
    const history = [TALK];
    for (let i = 0; i < 20; i++) {
      const now = /** @type {Transcript} */ (history.at(-1));
      const next = edited(now, anyEdit(below));
      if (next !== now) history.push(next);
    }
    let now = /** @type {Transcript} */ (history.at(-1));
    for (const before of history.slice(0, -1).toReversed()) {
      now = edited(now, { kind: 'undo' });
      assert.deepEqual(whoSaid(now), whoSaid(before), `seed ${seed}`);
    }
    assert.equal(edited(now, { kind: 'undo' }), now);
  }
});

test('whatever the user has changed, no voice is another one that is another one', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const below = numbersFrom(seed);
    let now = TALK;
    for (let i = 0; i < 20; i++) {
      now = below(4) === 0 ? recognised(now, `${below(5)}`, '1') : edited(now, anyEdit(below));
      const { same = {} } = now.voices ?? {};
      for (const voice of Object.values(same))
        assert.ok(!Object.hasOwn(same, voice), `seed ${seed}`);
      assert.ok(highestVoice(now) <= 4);
    }
  }
});

test('a change can be taken back as often as it may be wanted, and its record stays small', () => {
  let now = TALK;
  for (let i = 0; i < 500; i++) now = edited(now, { kind: 'rename', speaker: '1', name: `N${i}` });
  assert.ok(JSON.stringify(now.voices).length < 5_000);
});
