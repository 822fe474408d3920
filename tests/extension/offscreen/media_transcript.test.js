import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediaTranscript } from '../../../extension/offscreen/media_transcript.js';
import { CAPTURE_LATENCY_MS } from '../../../extension/offscreen/sample_clock.js';
import { keptSources } from '../../../extension/transcript/kept.js';
import { line } from '../builders.js';
import { BEGAN, playhead, SECOND } from '../transcript/builders.js';

/**
 * A capture of a film, from its first second on, and what is said of it.
 * @param {string} [id]
 */
function bench(id = 'c') {
  let now = BEGAN;
  let position = 0;
  let behind = 0;
  /** @type {any[]} */
  const toOverlay = [];
  /** @type {any[]} */
  const reports = [];
  const page = { site: 'films.example', title: 'Films' };
  const transcript = new MediaTranscript(
    { id, tabId: 7, page },
    {
      breakOff: () => {},
      goOn: () => {},
      toOverlay: (message) => toOverlay.push(message),
      report: (report) => reports.push(report),
      stateChanged: () => {},
      named: () => {},
      behind: () => behind,
      now: () => now,
    },
  );
  /** @param {number} at @param {object} [changes] */
  const note = (at, changes = {}) =>
    transcript.note(playhead(at, { wall: now - CAPTURE_LATENCY_MS, ...changes }));
  const hear = (/** @type {number} */ seconds) => {
    for (let frame = 0; frame < seconds * 10; frame++) {
      now += 100;
      position += SECOND / 10;
      transcript.arrived(position, true);
    }
  };
  hear(1);
  note(0);
  return {
    transcript,
    /** @param {number} seconds for which what has come is yet to be heard */
    delay: (seconds) => (behind = seconds * SECOND),
    note,
    hear,
    toOverlay,
    /** @param {number} second of the sound @param {string} text @param {string | null} speaker */
    say: (second, text, speaker = null) => {
      const end = (second + 2) * SECOND;
      transcript.write(
        [line(second * SECOND, text, { end, state: 'final', speaker })],
        (second + 2) * SECOND,
      );
    },
    /** @param {string} type */
    take: (type) => reports.splice(0).filter((report) => report.type === type),
    /** What the overlay was given to replay since the last call. */
    replayed: () =>
      toOverlay
        .splice(0)
        .filter(({ type }) => type === 'replay')
        .map(({ lines }) => lines && lines.map((/** @type {any} */ { text }) => text)),
  };
}

test('lines that are known are shown at once when somebody seeks to them, and in step', () => {
  const { note, hear, say, replayed } = bench();
  hear(20);
  say(3, 'First.');
  say(8, 'Second.');
  say(18, 'Third.');
  replayed();
  note(7.5, { rate: 0, seeking: true });
  assert.deepEqual(replayed(), [['Second.']], 'it is shown while the player seeks');
  note(7.5);
  hear(4);
  note(2.5, { rate: 0, seeking: true });
  assert.deepEqual(replayed(), [[], ['First.']]);
});

test('a place that nobody knows yet is captioned, and what was said elsewhere is gone', () => {
  const { note, hear, say, replayed } = bench();
  hear(10);
  say(3, 'First.');
  note(300, { rate: 0, seeking: true });
  note(300);
  hear(2);
  assert.deepEqual(replayed(), [[], null]);
});

test('an overlay that is new is told what is replayed', () => {
  const { transcript, note, hear, say, replayed } = bench();
  hear(20);
  say(3, 'First.');
  say(18, 'Third.');
  note(2.5, { rate: 0, seeking: true });
  replayed();
  transcript.show();
  assert.deepEqual(replayed(), [['First.']]);
});

test('who reads it is told all of it once, and then what changes', () => {
  const { transcript, hear, say, take } = bench();
  hear(5);
  say(1, 'First.');
  assert.deepEqual(take('transcript-changes'), [], 'nobody reads it');
  transcript.setRead(true);
  const [whole] = take('transcript');
  assert.equal(whole.transcript.entries[0].text, 'First.');
  say(3, 'Second.');
  const texts = take('transcript-changes').flatMap(({ changes }) =>
    changes.entries.map((/** @type {any} */ { text }) => text),
  );
  assert.deepEqual(texts, ['Second.']);
  transcript.setRead(false);
  say(3, 'Second!');
  assert.deepEqual(take('transcript-changes'), []);
});

test('what an earlier capture has kept of a medium is asked for once, and joined', () => {
  const earlier = bench('earlier');
  earlier.hear(20);
  earlier.say(3, 'First.');
  earlier.say(18, 'Third.');
  const [kept] = keptSources(earlier.transcript.transcript);
  assert.ok(kept);
  const { transcript, note, replayed, take } = bench();
  assert.deepEqual(
    take('recall').map(({ key }) => key),
    ['film'],
  );
  transcript.recall(kept);
  note(2.5, { rate: 0, seeking: true });
  assert.deepEqual(replayed(), [['First.']]);
});

test('what is final is kept within seconds, if something was said', () => {
  const { transcript, hear, say, take } = bench();
  hear(10);
  assert.deepEqual(take('keep'), []);
  say(3, 'First.');
  hear(4.5);
  const kept = take('keep').flatMap((report) => report.kept);
  assert.deepEqual(
    kept.map(({ source, parts, whole }) => [source.key, parts.length, whole]),
    [['film', 1, true]],
  );
  hear(60);
  transcript.keep();
  assert.deepEqual(take('keep'), [], 'nothing is new');
  transcript.edit({ kind: 'rename', speaker: '1', name: 'Ada' });
  hear(4.5);
  const [{ names, parts }] = take('keep').flatMap((report) => report.kept);
  assert.deepEqual([names, parts], [{ 1: 'Ada' }, []]);
});

test('when a worker has died over it, all is kept anew', () => {
  const { transcript, hear, say, take } = bench();
  hear(10);
  say(3, 'First.');
  transcript.keep();
  take('keep');
  transcript.keepAnew();
  hear(4.5);
  assert.equal(take('keep').flatMap((report) => report.kept)[0]?.whole, true);
});

test('the user’s changes are told like others', () => {
  const { transcript, hear, say, take } = bench();
  hear(5);
  say(1, 'Hallo.');
  transcript.setRead(true);
  const { id = '' } = transcript.transcript.entries[0] ?? {};
  transcript.edit({ kind: 'correct', id, text: 'Hello.' });
  transcript.edit({ kind: 'bookmark', id, bookmarked: true });
  transcript.edit({ kind: 'note', id, note: 'greeting' });
  transcript.edit({ kind: 'rename', speaker: '1', name: 'Ada' });
  const changes = take('transcript-changes').map((report) => report.changes);
  assert.equal(changes.length, 4);
  const [entry] = changes[2].entries;
  assert.deepEqual([entry.corrected, entry.bookmarked, entry.note], ['Hello.', true, 'greeting']);
  assert.deepEqual(changes[3].rest.names, { 1: 'Ada' });
  assert.deepEqual(Object.keys(changes[3].rest), ['names', 'voices']);
});

test('whoever shows captions is told what speakers are called, again when it is new', () => {
  const { transcript, hear, say, toOverlay } = bench();
  hear(5);
  say(1, 'Hello.');
  const names = () => toOverlay.filter(({ type }) => type === 'names').map((told) => told.names);
  transcript.edit({ kind: 'rename', speaker: '1', name: 'Ada' });
  transcript.edit({ kind: 'note', id: 'c 0', note: 'x' });
  assert.deepEqual(names(), [{ 1: 'Ada' }]);
  transcript.show();
  transcript.edit({ kind: 'undo' });
  assert.deepEqual(names(), [{ 1: 'Ada' }, { 1: 'Ada' }, {}]);
});

test('a voice has a number that no voice of an earlier capture has, whichever came first', () => {
  const earlier = bench();
  earlier.hear(20);
  earlier.say(3, 'First.', '1');
  earlier.transcript.edit({ kind: 'rename', speaker: '1', name: 'Ada' });
  const [kept] = keptSources(earlier.transcript.transcript);
  assert.ok(kept);
  const late = bench();
  assert.equal(late.transcript.take('1'), '1');
  late.transcript.recall(kept);
  assert.deepEqual(late.transcript.transcript.names, { 2: 'Ada' });
  assert.deepEqual([late.transcript.take('2'), late.transcript.take('3')], ['3', '4']);
  const early = bench();
  early.transcript.recall(kept);
  assert.deepEqual(early.transcript.transcript.names, { 1: 'Ada' });
  assert.deepEqual([early.transcript.take('1'), early.transcript.take('2')], ['2', '3']);
});

test('what is replayed is in step with what is heard', () => {
  const { note, hear, say, replayed, delay } = bench();
  hear(20);
  say(3, 'First.');
  say(8, 'Second.');
  delay(2);
  replayed();
  // A seek throws away what waits: nothing of the place before is heard after it.
  delay(0);
  note(1.5, { rate: 0, seeking: true });
  note(1.5);
  for (let tenth = 1; tenth <= 20; tenth++) {
    delay(tenth / 10);
    hear(0.1);
  }
  replayed();
  hear(5);
  assert.deepEqual(replayed(), [['First.'], []], 'the second line is said, but not heard');
  hear(1);
  assert.deepEqual(replayed(), [['Second.']]);
});

test('captioning that goes on is shown when it is heard', () => {
  const { note, hear, say, replayed, delay } = bench();
  for (const at of [10, 20, 30]) {
    hear(10);
    note(at);
  }
  say(3, 'First.');
  say(29, 'Last.');
  note(20, { rate: 0, seeking: true });
  note(20);
  for (let tenth = 1; tenth <= 20; tenth++) {
    delay(tenth / 10);
    hear(0.1);
  }
  hear(8.5);
  assert.deepEqual(replayed().at(-1), ['Last.']);
  hear(1);
  assert.deepEqual(replayed(), [], 'it has been captioned for a second, but that is not heard');
  hear(1);
  assert.deepEqual(replayed(), [null]);
});

test('what earlier captures have kept is asked for again if the worker was gone', () => {
  const asked = () => take('recall').map(({ key }) => key);
  const { transcript, note, hear, say, take } = bench();
  assert.deepEqual(asked(), ['film']);
  hear(6);
  say(3, 'First.');
  transcript.keepAnew();
  note(6);
  assert.deepEqual(asked(), ['film'], 'nobody has answered');
  const [own] = keptSources(transcript.transcript);
  assert.ok(own?.entries[0]);
  transcript.recall({
    ...own,
    entries: own.entries.map((entry) => ({ ...entry, start: 9, end: 10 })),
  });
  assert.equal(transcript.transcript.entries.length, 1, 'its own lines are known');
  transcript.keepAnew();
  note(7);
  assert.deepEqual(asked(), []);
});
