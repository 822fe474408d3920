import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RemoteChoice } from '../../../extension/background/remote.js';

const TYPED = { on: true, address: 'desk.example', token: 'secret', fingerprint: '' };
const TOLD = {
  type: 'remote',
  server: { address: 'desk.example', token: 'secret', fingerprint: null },
};

function bench() {
  /** @type {unknown[]} */
  const told = [];
  const stored = { ...TYPED };
  const host = { ready: false, send: (/** @type {unknown} */ message) => void told.push(message) };
  return { told, stored, host, choice: new RemoteChoice({ load: async () => stored }, host) };
}

test('a host is told of the server before its sessions begin', async () => {
  const { told, choice } = bench();
  await choice.load();
  assert.deepEqual(told, []);
  choice.greeted();
  assert.deepEqual(told, [TOLD]);
});

test('without a server a host hears nothing of servers', async () => {
  const { told, stored, choice } = bench();
  stored.on = false;
  await choice.load();
  choice.greeted();
  assert.deepEqual(told, []);
});

test('a change is told to the host that is there, once', async () => {
  const { told, stored, host, choice } = bench();
  await choice.load();
  choice.greeted();
  host.ready = true;
  await choice.load();
  assert.equal(told.length, 1);
  stored.on = false;
  await choice.load();
  assert.deepEqual(told.at(-1), { type: 'remote', server: null });
});
