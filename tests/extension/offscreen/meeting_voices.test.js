import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeetingVoices } from '../../../extension/offscreen/meeting_voices.js';
import { line } from '../builders.js';

const SECOND = 16_000;

/** @param {string} speaker @param {number} from seconds @param {number} until */
const said = (speaker, from, until) =>
  line(from * SECOND, 'Said.', { end: until * SECOND, speaker, state: 'final' });

/** @param {[name: string | null, second: number][]} shown */
function meeting(...shown) {
  const voices = new MeetingVoices();
  for (const [name, second] of shown) voices.note(name, second * SECOND);
  return voices;
}

test('a voice has the name that is shown while it speaks', () => {
  const voices = meeting(['Ana', 0], ['Ben', 6], [null, 12]);
  const lines = [said('1', 0, 5.5), said('2', 6, 11)];
  assert.deepEqual(
    [...voices.learn(lines, 12 * SECOND)],
    [
      ['1', 'Ana'],
      ['2', 'Ben'],
    ],
  );
});

test('what is shown a moment late is of who has spoken', () => {
  const turns = /** @type {[string, number][]} */ (
    Array.from({ length: 8 }, (_, i) => [i % 2 === 0 ? 'Ana' : 'Ben', 2 * i + 0.6])
  );
  const voices = meeting(...turns);
  const lines = Array.from({ length: 8 }, (_, i) => said(`${1 + (i % 2)}`, 2 * i, 2 * i + 1.9));
  assert.deepEqual(
    [...voices.learn(lines, 17 * SECOND)],
    [
      ['1', 'Ana'],
      ['2', 'Ben'],
    ],
  );
});

test('what is known grows line by line, and none counts twice', () => {
  const voices = meeting(['Ana', 0]);
  const first = said('1', 0, 2.5);
  assert.equal(voices.learn([first], 3 * SECOND).size, 0);
  assert.equal(voices.learn([first], 4 * SECOND).size, 0, 'it is said again, with a translation');
  assert.equal(voices.learn([said('1', 5, 6)], 6 * SECOND).get('1'), 'Ana');
});

test('where nobody is shown, or several are, no voice has a name', () => {
  const voices = meeting([null, 0]);
  assert.equal(voices.learn([said('1', 0, 9)], 9 * SECOND).size, 0);
});

test('a page that shows one name while two voices speak names both, as it is told so', () => {
  // They are one person whom the host took for two: one name is right for both.
  const voices = meeting(['Ana', 0]);
  const names = voices.learn([said('1', 0, 4), said('2', 4, 8)], 9 * SECOND);
  assert.deepEqual([...names.values()], ['Ana', 'Ana']);
});

test('the user is not called what the page shows while they speak', () => {
  const voices = meeting(['Ana', 0]);
  const lines = [said('you', 0, 9), said('1', 0, 4)];
  assert.deepEqual([...voices.learn(lines, 9 * SECOND)], [['1', 'Ana']]);
});

test('a voice that is heard while one and then another is shown has no name', () => {
  const voices = meeting(['Ana', 0], ['Ben', 5]);
  assert.equal(voices.learn([said('1', 0, 10)], 10 * SECOND).size, 0);
});

test('hours of a meeting take no more memory than minutes', () => {
  const voices = new MeetingVoices();
  for (let second = 0; second < 20_000; second += 2) {
    voices.note(second % 4 ? 'Ana' : 'Ben', second * SECOND);
    voices.learn([said('1', second, second + 1)], second * SECOND);
  }
  const started = performance.now();
  for (let i = 0; i < 100; i++) voices.learn([said('1', 20_000 + i, 20_001 + i)], 30_000 * SECOND);
  assert.ok(performance.now() - started < 500, 'it looks at all that was ever shown');
});
