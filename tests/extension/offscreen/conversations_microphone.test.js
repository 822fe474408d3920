import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bench, FRAME, gate, READY, saidToHost, settled } from './conversations_bench.js';

test('the microphone is a second session, with an id of its own', async () => {
  const { conversations, begin, microphones, take, running } = bench();
  conversations.obey(READY);
  await begin(7, { microphone: true });
  assert.equal(running()[0]?.microphone, 'on');
  assert.deepEqual(
    saidToHost(take('to-host'), 'start').map(({ session }) => session),
    ['tab-7', 'mic-1'],
  );
  microphones[0]?.hear(FRAME);
  assert.equal(saidToHost(take('to-host'), 'audio')[0].session, 'mic-1');
  conversations.obey({ type: 'microphone', tabId: 7, on: true });
  await settled();
  assert.equal(microphones.length, 1, 'it is on already');
  conversations.obey({ type: 'microphone', tabId: 7, on: false });
  microphones[0]?.flush();
  await settled();
  assert.equal(running()[0]?.microphone, 'off');
  assert.deepEqual(saidToHost(take('to-host')), [{ type: 'stop', session: 'mic-1' }]);
});

test('one conversation has the microphone; another takes it only when the user says so', async () => {
  const { conversations, begin, microphones, running } = bench();
  await begin(7, { microphone: true });
  await begin(8, { microphone: true });
  const states = () => running().map(({ microphone }) => microphone);
  assert.deepEqual(states(), ['on', 'off']);
  conversations.obey({ type: 'microphone', tabId: 8, on: true });
  await settled();
  assert.deepEqual(states(), ['off', 'on']);
  assert.deepEqual(
    microphones.map(({ closed }) => closed),
    [true, false],
  );
});

test('a microphone that cannot be had says why', async () => {
  const { conversations, begin, browser, microphones, running } = bench();
  await begin(7);
  const tried = async () => {
    conversations.obey({ type: 'microphone', tabId: 7, on: true });
    await settled();
    return running()[0]?.microphone;
  };
  browser.allowed = false;
  assert.equal(await tried(), 'not_allowed');
  browser.allowed = true;
  browser.refusal = new DOMException('in use', 'NotReadableError');
  assert.equal(await tried(), 'busy');
  browser.refusal = new DOMException('none', 'NotFoundError');
  assert.equal(await tried(), 'missing');
  assert.equal(microphones.length, 0);
});

test('a microphone that opens when it is not wanted any more is closed again', async () => {
  const { conversations, begin, browser, microphones, take, running } = bench();
  conversations.obey(READY);
  await begin(7);
  const device = gate();
  browser.opening = device.opened;
  conversations.obey({ type: 'microphone', tabId: 7, on: true });
  await settled();
  assert.equal(running()[0]?.microphone, 'starting');
  conversations.obey({ type: 'microphone', tabId: 7, on: false });
  device.open();
  await settled();
  assert.equal(microphones[0]?.closed, true);
  assert.equal(running()[0]?.microphone, 'off');
  assert.equal(saidToHost(take('to-host'), 'start').length, 1);
});

test('a microphone that opens after its captions have ended is closed again', async () => {
  const { conversations, begin, browser, microphones } = bench();
  await begin(7);
  const device = gate();
  browser.opening = device.opened;
  conversations.obey({ type: 'microphone', tabId: 7, on: true });
  await settled();
  conversations.obey({ type: 'abandon', tabIds: [7] });
  device.open();
  await settled();
  assert.equal(microphones[0]?.closed, true);
});

test('a microphone that is asked for while the last samples come is closed again', async () => {
  const { conversations, begin, microphones } = bench();
  await begin(7);
  conversations.obey({ type: 'end', tabId: 7 });
  conversations.obey({ type: 'microphone', tabId: 7, on: true });
  await settled();
  assert.equal(microphones[0]?.closed, true);
});

test('a microphone that is lost was unplugged, or is not allowed any more', async () => {
  const { conversations, begin, browser, microphones, running } = bench();
  await begin(7, { microphone: true });
  microphones[0]?.lose();
  await settled();
  assert.equal(running()[0]?.microphone, 'missing');
  conversations.obey({ type: 'microphone', tabId: 7, on: true });
  await settled();
  browser.allowed = false;
  microphones[1]?.lose();
  await settled();
  assert.equal(running()[0]?.microphone, 'not_allowed');
});

test('a microphone that the host refuses ends alone', async () => {
  const { conversations, begin, microphones, running } = bench();
  conversations.obey(READY);
  await begin(7, { microphone: true });
  const refusal = { code: 'too_many_sessions', message: '', hint: '' };
  conversations.obey({
    type: 'from-host',
    message: { type: 'error', session: 'mic-1', ...refusal },
  });
  assert.equal(microphones[0]?.closed, true);
  assert.equal(running()[0]?.microphone, 'failed');
});

test('the end closes the microphone with the tab', async () => {
  const { conversations, begin, microphones, tabs, take } = bench();
  conversations.obey(READY);
  await begin(7, { microphone: true });
  take('to-host');
  conversations.obey({ type: 'end', tabId: 7 });
  for (const source of [...tabs, ...microphones]) {
    assert.equal(source.closed, true);
    source.flush();
  }
  await settled();
  const stopped = saidToHost(take('to-host'), 'stop').map(({ session }) => session);
  assert.deepEqual(stopped.sort(), ['mic-1', 'tab-7']);
});
