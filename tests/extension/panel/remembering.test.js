/** What the user hears of a voice that is to be remembered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Remembering } from '../../../extension/panel/remembering.js';

function bench() {
  /** @type {unknown[][]} */
  const asked = [];
  /** @type {string[][]} */
  const said = [];
  /** @type {(() => void)[]} */
  const timers = [];
  const remembering = new Remembering({
    watch: ({ host }) => asked.push(['watch', host]),
    ask: (...voice) => asked.push(['ask', ...voice]),
    say: (...words) => said.push(words),
    schedule: (action) => {
      timers.push(action);
      return () => timers.splice(timers.indexOf(action), 1);
    },
  });
  /** @param {object} message */
  const hear = (message) =>
    remembering.receive({ type: 'from-host', message: /** @type {any} */ (message) });
  return { remembering, asked, said, timers, hear };
}

test('the host’s answers are watched before it is asked, and its list says that it is done', () => {
  const { remembering, asked, said, timers, hear } = bench();
  hear({ type: 'voices', voices: [] });
  remembering.remember('2', 'Ana');
  assert.deepEqual(asked, [
    ['watch', true],
    ['ask', '2', 'Ana'],
  ]);
  hear({ type: 'voices', voices: [{ name: 'Ana', since: 1 }] });
  hear({ type: 'voices', voices: [] });
  assert.deepEqual(said, [['voice_remembered', 'Ana']]);
  assert.deepEqual(timers, []);
});

test('a refusal is told with its reason, and one that has no words with a general one', () => {
  const { remembering, said, hear } = bench();
  const error = { type: 'error', session: null, message: '', hint: '' };
  remembering.remember('2', 'Ana');
  hear({ ...error, code: 'host_busy', request: 'export' });
  hear({ ...error, code: 'voice_too_short', request: 'remember' });
  remembering.remember('2', 'Ana');
  hear({ ...error, code: 'disk_error', request: 'remember' });
  for (const code of ['voice_narrow', 'captioned_elsewhere']) {
    remembering.remember('2', 'Ana');
    hear({ ...error, code, request: 'remember' });
  }
  assert.deepEqual(said, [
    ['voice_too_short'],
    ['voice_not_remembered'],
    ['voice_narrow'],
    ['captioned_elsewhere'],
  ]);
});

test('without an answer nobody is remembered', () => {
  const { remembering, said, timers } = bench();
  remembering.remember('1', 'Ana');
  remembering.remember('2', 'Eva');
  assert.equal(timers.length, 1);
  timers[0]?.();
  assert.deepEqual(said, [['voice_unknown']]);
});
