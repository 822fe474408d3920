import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  commandsFor,
  isTransient,
  problemOfDisconnect,
} from '../../../extension/shared/problems.js';

/** Chrome's texts, and under which code the user finds their explanation. */
const TEXTS = /** @type {const} */ ([
  ['Specified native messaging host not found.', 'host_not_found'],
  ['Access to the specified native messaging host is forbidden.', 'host_forbidden'],
  ['Invalid native messaging host name specified.', 'host_name_invalid'],
  ['Native host has exited.', 'host_exited'],
  ['Error when communicating with the native messaging host.', 'host_crashed'],
  ['Message exceeded maximum allowed size of 64MiB.', 'message_too_large'],
  ['Something new.', 'host_gone'],
  [undefined, 'host_gone'],
]);

const OTHER_CODES = [
  'host_silent',
  'host_hung',
  'host_unintelligible',
  'protocol_mismatch',
  'capture_failed',
  'capture_lost',
  'capture_not_allowed',
  'capture_taken',
  'capture_timeout',
  'page_not_allowed',
  'page_not_scriptable',
];

for (const [text, code] of TEXTS) {
  test(`"${text}" is explained as ${code}`, () => {
    assert.equal(problemOfDisconnect(text).code, code);
  });
}

test('a text nobody knows is shown as it is', () => {
  assert.equal(problemOfDisconnect('Something new.').hint, 'Something new.');
});

test('every code has a sentence and a remedy', async () => {
  const file = new URL('../../../extension/_locales/en/messages.json', import.meta.url);
  const messages = JSON.parse(await readFile(file, 'utf8'));
  for (const code of [...TEXTS.map(([, known]) => known), ...OTHER_CODES]) {
    assert.ok(messages[`error_${code}`]?.message, `error_${code}`);
    assert.ok(messages[`remedy_${code}`]?.message, `remedy_${code}`);
  }
});

test('commands name the extension where they must', () => {
  assert.deepEqual(commandsFor('host_forbidden', 'abc'), ['wlk-host install --extension-id abc']);
  assert.deepEqual(commandsFor('host_not_found', 'abc'), [
    'python3 installers/quickstart.py',
    'wlk-host setup',
    'wlk-host doctor',
  ]);
  assert.deepEqual(commandsFor('host_crashed', 'abc'), ['wlk-host doctor']);
  assert.deepEqual(commandsFor('page_not_scriptable', 'abc'), []);
});

test('only a host that died, or is being replaced, is worth another attempt', () => {
  const transient = TEXTS.filter(([text]) => isTransient(problemOfDisconnect(text)));
  assert.deepEqual(
    new Set(transient.map(([, code]) => code)),
    new Set(['host_exited', 'host_crashed', 'host_gone', 'host_not_found']),
  );
});
