import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NO_REMOTE,
  RemoteStore,
  remoteStateOf,
  serverOf,
} from '../../../extension/shared/remote.js';
import { isMoved } from '../../../extension/shared/problems.js';

const TYPED = { on: true, address: ' desk.example ', token: ' secret ', fingerprint: '' };

/** @param {Record<string, unknown>} kept */
function area(kept = {}) {
  return {
    kept,
    get: async (/** @type {string} */ key) => (key in kept ? { [key]: kept[key] } : {}),
    set: async (/** @type {Record<string, unknown>} */ items) => void Object.assign(kept, items),
  };
}

test('what is typed is kept and found again', async () => {
  const local = area();
  const store = new RemoteStore(local);
  assert.deepEqual(await store.load(), NO_REMOTE);
  await store.save(TYPED);
  assert.deepEqual(Object.keys(local.kept), ['remote']);
  assert.deepEqual(await store.load(), TYPED);
});

test('what is damaged counts as off', async () => {
  for (const damaged of [
    null,
    7,
    { ...TYPED, on: 1 },
    { on: true },
    { ...TYPED, token: 'x'.repeat(501) },
  ])
    assert.deepEqual(await new RemoteStore(area({ remote: damaged })).load(), NO_REMOTE);
});

test('the host is told of a server only while it is on and has an address', () => {
  const server = { address: 'desk.example', token: 'secret', fingerprint: null };
  assert.deepEqual(serverOf(TYPED), server);
  assert.equal(serverOf({ ...TYPED, on: false }), null);
  assert.equal(serverOf({ ...TYPED, address: ' ' }), null);
});

/** @param {object} change @returns {any} */
const told = (change) => ({
  type: 'remote',
  state: 'on',
  name: 'desk.example',
  round_trip_ms: 34,
  sessions: ['a'],
  problem: null,
  ...change,
});

test('a session is captioned there, or here because the server is away', () => {
  const on = { name: 'on', server: 'desk.example', roundTripMs: 34, why: '' };
  assert.deepEqual(remoteStateOf(told({}), 'a'), on);
  const problem = { code: 'remote_lost', message: 'It broke', hint: 'wait' };
  const away = { name: 'away', server: 'desk.example', roundTripMs: null, why: 'It broke (wait)' };
  assert.deepEqual(remoteStateOf(told({ state: 'away', sessions: [], problem }), 'a'), away);
  assert.deepEqual(remoteStateOf(told({ problem }), 'b'), away, 'refused');
});

test('of a session that is yet to go there, or without a server, nothing is said', () => {
  assert.equal(remoteStateOf(null, 'a'), null);
  assert.equal(remoteStateOf(told({}), 'b'), null);
  assert.equal(remoteStateOf(told({ state: 'connecting', sessions: [] }), 'a'), null);
  assert.equal(remoteStateOf(told({ state: 'off', sessions: [] }), 'a'), null);
});

test('a session that has moved is no failure', () => {
  assert.ok(isMoved({ type: 'error', code: 'session_moved' }));
  assert.ok(!isMoved({ type: 'error', code: 'recognition_failed' }));
  assert.ok(!isMoved({ type: 'status' }));
});
