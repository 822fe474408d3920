import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyChanges, changesBetween } from '../../../extension/transcript/changes.js';
import {
  bookmarked,
  corrected,
  entriesAt,
  noted,
  withLines,
  withSource,
} from '../../../extension/transcript/transcript.js';
import { renamed } from '../../../extension/transcript/names.js';
import { line } from '../builders.js';
import { BEGAN, emptyTranscript, numbersFrom, playhead, SECOND, timelineOf } from './builders.js';

/** @typedef {import('../../../extension/transcript/transcript.js').Transcript} Transcript */

/**
 * @param {number} second at which it begins
 * @param {string} text said in two seconds
 * @param {Partial<import('../../../extension/shared/protocol.js').Line>} [changes]
 */
const said = (second, text, changes = {}) =>
  line(second * SECOND, text, { end: (second + 2) * SECOND, state: 'final', ...changes });

/** @param {Transcript} transcript */
const textsOf = ({ entries }) => entries.map(({ text, start }) => [text, start]);

const FILM = timelineOf([[0, playhead(100)]]);

test('a line has the media’s time', () => {
  const { entries, sources } = withLines(emptyTranscript(), [said(5, 'Hello.')], FILM);
  assert.deepEqual(
    entries.map(({ media, start, end, wall }) => ({ media, start, end, wall })),
    [{ media: 'film', start: 105, end: 107, wall: BEGAN + 5000 }],
  );
  assert.deepEqual(
    sources.map(({ key }) => key),
    ['film'],
  );
});

test('without media, a line has the time since the transcript began, whatever the capture', () => {
  const before = { ...emptyTranscript(), began: BEGAN - 60_000 };
  const { entries } = withLines(before, [said(5, 'Hello.')], timelineOf([]));
  assert.deepEqual(
    entries.map(({ media, start, end }) => [media, start, end]),
    [[null, 65, 67]],
  );
});

test('words have the media’s time, too', () => {
  const words = [{ text: ' Hello.', start: 5 * SECOND, end: 6 * SECOND, probability: 0.9 }];
  const worded = Object.assign(said(5, 'Hello.'), { words });
  const { entries } = withLines(emptyTranscript(), [worded], FILM);
  assert.deepEqual(entries[0]?.words, [[' Hello.', 105, 106, 0.9]]);
});

test('a line that comes back with its translation keeps its words', () => {
  const words = [{ text: ' Hello.', start: 5 * SECOND, end: 6 * SECOND, probability: 0.9 }];
  const worded = Object.assign(said(5, 'Hello.'), { words });
  const heard = withLines(emptyTranscript(), [worded], FILM);
  const again = withLines(heard, [said(5, 'Hello.')], FILM);
  assert.equal(again.entries[0]?.words.length, 1);
  assert.deepEqual(withLines(heard, [said(5, 'Hallo.')], FILM).entries[0]?.words, []);
});

test('a line replaces the one with its id, and an empty one removes it', () => {
  const first = withLines(emptyTranscript(), [said(5, 'Hel'), said(8, 'World')], FILM);
  const second = withLines(first, [said(5, 'Hello.')], FILM);
  assert.deepEqual(textsOf(second), [
    ['Hello.', 105],
    ['World', 108],
  ]);
  assert.deepEqual(textsOf(withLines(second, [said(5, '')], FILM)), [['World', 108]]);
});

test('lines are in the order of the media, whenever they were heard', () => {
  const seek = timelineOf([
    [0, playhead(100)],
    [10, playhead(20)],
  ]);
  const transcript = withLines(emptyTranscript(), [said(5, 'late'), said(12, 'early')], seek);
  assert.deepEqual(textsOf(transcript), [
    ['early', 22],
    ['late', 105],
  ]);
});

test('sources are in the order in which they were met', () => {
  const timeline = timelineOf([
    [0, playhead(0, { key: 'advertisement' })],
    [10, playhead(0)],
  ]);
  const lines = [said(2, 'Buy!'), said(12, 'Once upon a time')];
  const transcript = withLines(emptyTranscript(), lines, timeline);
  assert.deepEqual(
    transcript.entries.map(({ media, text }) => [media, text]),
    [
      ['advertisement', 'Buy!'],
      ['film', 'Once upon a time'],
    ],
  );
});

test('what is heard again replaces what was heard there before', () => {
  const again = timelineOf(
    [
      [0, playhead(100)],
      [10, playhead(100)],
    ],
    'again',
  );
  const before = withLines(emptyTranscript(), [said(5, 'Hallo.'), said(8, 'World')], FILM);
  assert.deepEqual(textsOf(withLines(before, [said(15, 'Hello.')], again)), [
    ['Hello.', 105],
    ['World', 108],
  ]);
});

test('a line into whose middle somebody sought stays whole', () => {
  const before = withLines(emptyTranscript(), [said(5, 'Once upon a time.')], FILM);
  const again = timelineOf([[0, playhead(105.5)]], 'again');
  const rest = line(0, 'upon a time.', { end: 1.5 * SECOND, state: 'final' });
  assert.deepEqual(textsOf(withLines(before, [rest], again)), [['Once upon a time.', 105]]);
});

test('a line that was broken off is replaced by the whole one', () => {
  const before = withLines(emptyTranscript(), [said(5, 'Once upon')], FILM);
  const again = timelineOf([[0, playhead(100)]], 'again');
  const whole = line(5 * SECOND, 'Once upon a time.', { end: 8 * SECOND });
  assert.deepEqual(textsOf(withLines(before, [whole], again)), [['Once upon a time.', 105]]);
});

test('what the user has corrected is not replaced by what is heard again', () => {
  const before = withLines(emptyTranscript(), [said(5, 'Hallo.')], FILM);
  const own = corrected(before, before.entries[0]?.id ?? '', 'Hello!');
  const again = timelineOf([[0, playhead(100)]], 'again');
  const after = withLines(own, [said(5, 'Hallo')], again);
  assert.deepEqual(
    after.entries.map(({ corrected }) => corrected),
    ['Hello!'],
  );
});

test('what the user said beside the medium stays', () => {
  const mine = said(5, 'I know that one', { speaker: 'you' });
  const transcript = withLines(emptyTranscript(), [mine, said(5.5, 'Hello.')], FILM);
  assert.equal(transcript.entries.length, 2);
});

test('corrections, bookmarks and notes survive the line’s own changes', () => {
  const before = withLines(emptyTranscript(), [said(5, 'Hallo.')], FILM);
  const id = before.entries[0]?.id ?? '';
  const edited = noted(bookmarked(corrected(before, id, 'Hello!'), id, true), id, 'greeting');
  const translation = { text: 'Hola', language: 'es', state: /** @type {const} */ ('final') };
  const [entry] = withLines(edited, [said(5, 'Hallo.', { translation })], FILM).entries;
  assert.deepEqual(
    [entry?.corrected, entry?.bookmarked, entry?.note, entry?.translation?.text],
    ['Hello!', true, 'greeting', 'Hola'],
  );
});

test('the source knows its title', () => {
  const transcript = withSource(emptyTranscript(), playhead(0));
  assert.equal(transcript.sources[0]?.title, 'A film');
  assert.equal(withSource(transcript, playhead(9)), transcript);
});

test('what is being said at a media time is found', () => {
  const transcript = withLines(emptyTranscript(), [said(5, 'Hello.'), said(8, 'World')], FILM);
  const texts = (/** @type {number} */ at, linger = 0) =>
    entriesAt(transcript, 'film', at, linger).map(({ text }) => text);
  assert.deepEqual(texts(106), ['Hello.']);
  assert.deepEqual(texts(107.5), []);
  assert.deepEqual(texts(108, 2), ['Hello.', 'World']);
});

/** @param {number} seed @returns {Transcript[]} one after the other */
function randomHistory(seed) {
  const below = numbersFrom(seed);
  const timeline = timelineOf(
    Array.from({ length: 8 }, (_, i) => {
      return [i * 20, playhead(below(300), { key: `film ${below(2)}` })];
    }),
  );
  const history = [emptyTranscript()];
  for (let i = 0; i < 60; i++) {
    const now = /** @type {Transcript} */ (history.at(-1));
    const id = now.entries[below(now.entries.length || 1)]?.id ?? '';
    const text = below(6) === 0 ? '' : `text ${below(1000)}`;
    const steps = [
      () => withLines(now, [said(below(160), text), said(below(160), 'other')], timeline),
      () => bookmarked(now, id, below(2) === 0),
      () => corrected(now, id, below(2) === 0 ? 'better' : null),
      () => renamed(now, `${below(3)}`, 'Ada'),
    ];
    history.push(/** @type {() => Transcript} */ (steps[below(9)] ?? steps[0])());
  }
  return history;
}

test('changes make the one transcript the other', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const history = randomHistory(seed);
    let copy = history[0];
    for (const [index, now] of history.entries()) {
      const before = history[index - 1];
      if (!before || !copy) continue;
      copy = applyChanges(copy, JSON.parse(JSON.stringify(changesBetween(before, now))));
      assert.deepEqual(copy, JSON.parse(JSON.stringify(now)), `seed ${seed}, step ${index}`);
    }
  }
});

test('entries stay in order and apart, whatever is heard', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { entries, sources } = /** @type {Transcript} */ (randomHistory(seed).at(-1));
    const keys = sources.map(({ key }) => key);
    for (const [index, entry] of entries.entries()) {
      const before = entries[index - 1];
      if (!before) continue;
      const ranks = [before, entry].map(({ media }) => keys.indexOf(media));
      assert.ok((ranks[0] ?? 0) <= (ranks[1] ?? 0));
      if (ranks[0] === ranks[1]) assert.ok(before.start <= entry.start, `seed ${seed}`);
    }
    assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
  }
});

test('a change of one line is as small as that line', () => {
  const lines = Array.from({ length: 500 }, (_, i) => said(3 * i, `line ${i}`));
  const before = withLines(emptyTranscript(), lines, FILM);
  const after = withLines(before, [said(3 * 250, 'other')], FILM);
  const { entries, removed, rest } = changesBetween(before, after);
  assert.deepEqual([entries.map(({ text }) => text), removed, rest], [['other'], [], {}]);
});
