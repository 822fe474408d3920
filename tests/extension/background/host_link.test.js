import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKOFF_MS, HostLink, STABLE_MS } from '../../../extension/background/host_link.js';
import {
  UNANSWERED_FRAMES,
  UNANSWERED_FRAMES_LOADING,
} from '../../../extension/background/life_signs.js';
import { captions, line, status } from '../builders.js';

const NOT_FOUND = 'Specified native messaging host not found.';
const EXITED = 'Native host has exited.';
const INSTALLED = { models: [], translators: [], speakers: false };
const HELLO = { type: 'hello', protocol: 1, host: '0.1.0', ...INSTALLED };

/** One end of a native port; the test plays Chrome. */
class FakePort {
  /** @type {any[]} */
  sent = [];
  closed = false;
  /** @type {((message: unknown) => void)[]} */
  listeners = [];
  /** @type {(() => void)[]} */
  endings = [];
  onMessage = { addListener: (/** @type {any} */ listener) => void this.listeners.push(listener) };
  onDisconnect = { addListener: (/** @type {any} */ ending) => void this.endings.push(ending) };

  /** @param {unknown} message */
  postMessage(message) {
    this.sent.push(message);
  }

  disconnect() {
    this.closed = true;
  }

  /** @param {unknown} message */
  say(message) {
    for (const listener of this.listeners) listener(message);
  }
}

/** A link, the ports it opened, the time, and what it told its listener. */
class Bench {
  /** @type {FakePort[]} */
  ports = [];
  /** @type {string[]} */
  told = [];
  /** @type {string | undefined} */
  lastError;
  time = 0;
  /** @type {{ action: () => void, at: number, cancelled: boolean }[]} */
  timers = [];
  link = new HostLink(
    {
      connect: () => {
        const port = new FakePort();
        this.ports.push(port);
        return port;
      },
      lastError: () => this.lastError,
      schedule: (action, delayMs) => {
        const timer = { action, at: this.time + delayMs, cancelled: false };
        this.timers.push(timer);
        return () => void (timer.cancelled = true);
      },
      now: () => this.time,
      version: '0.1.0',
    },
    {
      ready: () => this.told.push('ready'),
      down: () => this.told.push('down'),
      message: (message) => this.told.push(`message ${message.type}`),
      failed: ({ code, message }) => this.told.push(`failed ${code} ${message}`.trim()),
    },
  );

  /** The port in use. */
  get port() {
    const port = this.ports.at(-1);
    assert.ok(port);
    return port;
  }

  /** @param {string} lastError */
  hangUp(lastError) {
    this.lastError = lastError;
    for (const ending of this.port.endings) ending();
  }

  /** @param {number} ms */
  pass(ms) {
    this.time += ms;
    for (const timer of this.timers) {
      if (timer.cancelled || timer.at > this.time) continue;
      timer.cancelled = true;
      timer.action();
    }
  }

  connect() {
    void this.link.open();
    this.port.say(HELLO);
  }

  /** @param {string} session */
  start(session) {
    this.link.send({ type: 'start', session, options: {}, from: 0, context: '', visible: true });
  }

  /** @param {number} frames @param {string} [session] */
  hear(frames, session = 's') {
    for (let seq = 0; seq < frames; seq++) {
      this.link.send({ type: 'audio', session, seq, start: seq * 1600, pcm: '' });
    }
  }
}

test('hello comes first, and nothing before the host has answered it', async () => {
  const bench = new Bench();
  const opened = bench.link.open();
  bench.link.send({ type: 'stop', session: 's' });
  assert.deepEqual(bench.port.sent, [{ type: 'hello', protocol: 1, extension: '0.1.0' }]);
  bench.port.say(HELLO);
  assert.equal(await opened, null);
  bench.link.send({ type: 'stop', session: 's' });
  assert.equal(bench.port.sent.length, 2);
  bench.port.say(status('listening'));
  assert.deepEqual(bench.told, ['ready', 'message status']);
});

test('a host that greets again has something else installed', () => {
  const bench = new Bench();
  bench.connect();
  const other = { ...HELLO, speakers: true };
  bench.port.say(other);
  assert.deepEqual(bench.link.hello, other);
  assert.deepEqual(bench.told, ['ready', 'message hello']);
});

test('opening twice makes one port, and both learn the outcome', async () => {
  const bench = new Bench();
  const outcomes = [bench.link.open(), bench.link.open()];
  assert.equal(bench.ports.length, 1);
  bench.hangUp(NOT_FOUND);
  for (const problem of await Promise.all(outcomes)) assert.equal(problem?.code, 'host_not_found');
  assert.deepEqual(bench.told, ['failed host_not_found']);
});

test('a host that never was there is not tried again by itself, but by the user', async () => {
  const bench = new Bench();
  void bench.link.open();
  bench.hangUp(EXITED);
  bench.pass(60_000);
  assert.equal(bench.ports.length, 1);
  bench.connect();
  assert.deepEqual(bench.told, ['failed host_exited', 'ready']);
});

test('a host that dies is replaced after a growing delay, a limited number of times', () => {
  const bench = new Bench();
  bench.connect();
  for (const [attempt, delay] of BACKOFF_MS.entries()) {
    bench.hangUp(EXITED);
    if (delay > 0) {
      bench.pass(delay - 1);
      assert.equal(bench.ports.length, attempt + 1);
    }
    bench.pass(1);
    assert.equal(bench.ports.length, attempt + 2);
    bench.port.say(HELLO);
  }
  bench.hangUp(EXITED);
  bench.pass(60_000);
  assert.equal(bench.ports.length, BACKOFF_MS.length + 1);
  assert.equal(bench.told.at(-1), 'failed host_exited');
});

test('a host that ran for long is replaced however often it happens', () => {
  const bench = new Bench();
  bench.connect();
  for (let round = 0; round < 20; round++) {
    bench.pass(STABLE_MS);
    bench.hangUp(EXITED);
    bench.pass(Number(BACKOFF_MS[0]));
    bench.port.say(HELLO);
  }
  assert.equal(bench.ports.length, 21);
  assert.ok(!bench.told.some((told) => told.startsWith('failed')));
});

test('a host that is being replaced is waited for, and told to be missing in the end', () => {
  const bench = new Bench();
  bench.connect();
  for (const delay of BACKOFF_MS) {
    bench.hangUp(NOT_FOUND);
    bench.pass(delay);
  }
  assert.deepEqual(bench.told, ['ready', 'down']);
  bench.hangUp(NOT_FOUND);
  bench.pass(60_000);
  assert.deepEqual(bench.told, ['ready', 'down', 'failed host_not_found']);
});

test('a silent host is given up', () => {
  const bench = new Bench();
  void bench.link.open();
  bench.pass(20_000);
  assert.deepEqual(bench.told, ['failed host_silent']);
  assert.ok(bench.port.closed);
});

for (const [host, protocol, older] of /** @type {[string, number, string][]} */ ([
  ['0.1.0', 2, 'the extension'],
  ['9.0.0', 2, 'the extension'],
])) {
  test(`protocol ${protocol} is an error with both versions and what to update`, async () => {
    const bench = new Bench();
    const opened = bench.link.open();
    bench.port.say({ ...HELLO, host, protocol });
    const problem = await opened;
    assert.equal(problem?.code, 'protocol_mismatch');
    assert.equal(problem?.hint, `wlk-host ${host}: 2, extension: 1; update ${older}`);
    assert.ok(bench.port.closed);
  });
}

const STATUS = status('listening');

for (const { host, says, heard } of [
  { host: '9.0.0', says: { ...STATUS, mood: 'glad' }, heard: true },
  { host: '9.0.0', says: { type: 'sing', song: 'la' }, heard: null },
  { host: '9.0.0', says: { type: 'captions', session: 's' }, heard: false },
  { host: '0.1.0', says: { ...STATUS, mood: 'glad' }, heard: false },
  { host: '0.1.0', says: { type: 'sing', song: 'la' }, heard: false },
  { host: '0.0.9', says: { ...STATUS, mood: 'glad' }, heard: false },
  { host: '0.0.9', says: STATUS, heard: true },
]) {
  const words = JSON.stringify(Object.keys(says).at(-1));
  test(`of wlk-host ${host}, ${says.type} with ${words} is ${heard}`, () => {
    const bench = new Bench();
    void bench.link.open();
    bench.port.say({ ...HELLO, host, ...(host === '9.0.0' && { mood: 'glad' }) });
    const before = bench.told.length;
    bench.port.say(says);
    const told = bench.told.slice(before);
    if (heard === null) assert.deepEqual(told, []);
    else
      assert.equal(
        told.some((line) => line.includes('failed')),
        !heard,
        told.join(),
      );
    assert.equal(bench.port.closed, heard === false);
  });
}

test('a message that breaks the protocol ends the connection', () => {
  const bench = new Bench();
  bench.connect();
  bench.port.say({ type: 'captions', session: 's' });
  assert.equal(bench.told.at(-1), 'failed host_unintelligible');
  assert.ok(bench.port.closed);
});

test('what the host says is wrong with the port ends the connection', () => {
  const error = { type: 'error', code: 'broken', message: 'It broke.', hint: '', session: null };
  for (const greeting of [[], [HELLO]]) {
    const bench = new Bench();
    void bench.link.open();
    for (const message of [...greeting, error]) bench.port.say(message);
    assert.equal(bench.told.at(-1), 'failed broken It broke.');
    assert.ok(bench.port.closed);
  }
});

test('an error of one session is not one of the port', () => {
  const bench = new Bench();
  bench.connect();
  bench.port.say({ type: 'error', code: 'broken', message: '', hint: '', session: 's' });
  assert.deepEqual(bench.told, ['ready', 'message error']);
  assert.ok(bench.link.ready);
});

test('an error that answers a request is of that request alone', () => {
  const bench = new Bench();
  bench.connect();
  const error = { type: 'error', code: 'model_corrupt', message: '', hint: '', session: null };
  bench.port.say({ ...error, request: 'models' });
  assert.deepEqual(bench.told, ['ready', 'message error']);
  assert.ok(bench.link.ready);
  bench.port.say({ ...error, request: 7 });
  assert.equal(bench.told.at(-1), 'failed host_unintelligible');
});

test('after closing, the old port is not listened to', () => {
  const bench = new Bench();
  bench.connect();
  bench.link.close();
  assert.ok(bench.port.closed);
  bench.port.say(status('listening'));
  bench.hangUp(EXITED);
  bench.pass(60_000);
  assert.deepEqual(bench.told, ['ready']);
  assert.equal(bench.ports.length, 1);
});

test('a host that does not answer half a minute of audio is replaced', () => {
  const bench = new Bench();
  bench.connect();
  bench.start('s');
  bench.port.say(status('listening'));
  const hung = bench.port;
  bench.hear(UNANSWERED_FRAMES);
  assert.ok(!hung.closed);
  bench.hear(1);
  assert.ok(hung.closed);
  assert.equal(bench.told.at(-1), 'down');
  assert.equal(hung.sent.filter(({ type }) => type === 'audio').length, UNANSWERED_FRAMES);
  bench.pass(Number(BACKOFF_MS[0]));
  bench.port.say(HELLO);
  assert.equal(bench.told.at(-1), 'ready');
  bench.hear(UNANSWERED_FRAMES);
  assert.ok(!bench.port.closed);
});

test('what is answered beside the engine is no sign of life of it', () => {
  const bench = new Bench();
  bench.connect();
  bench.hear(UNANSWERED_FRAMES);
  bench.port.say({ type: 'progress', model: 'small', done_bytes: 1, total_bytes: 2 });
  bench.port.say({ type: 'models', models: [], backends: [] });
  bench.port.say({ type: 'health', runs: [] });
  bench.port.say({ type: 'speech', clip: null });
  const word = { session: 'a', request: '1', text: 'cão', problem: null };
  bench.port.say({ type: 'translated', ...word });
  bench.port.say({ type: 'voices', voices: [] });
  const types = ['progress', 'models', 'health', 'speech', 'translated', 'voices'];
  assert.deepEqual(
    bench.told.slice(-types.length),
    types.map((type) => `message ${type}`),
  );
  assert.ok(!bench.port.closed);
  bench.hear(1);
  assert.ok(bench.port.closed);
});

test('a file that is written beside the engine is no sign of life of it', () => {
  const bench = new Bench();
  bench.connect();
  bench.hear(UNANSWERED_FRAMES);
  bench.port.say({ type: 'exported', request: 'a', text: 'WEBVTT', last: false });
  assert.equal(bench.told.at(-1), 'message exported');
  assert.ok(!bench.port.closed);
  bench.hear(1);
  assert.ok(bench.port.closed);
});

test('any word of the engine is a sign of life, for all sessions', () => {
  const bench = new Bench();
  bench.connect();
  for (const answer of [status('listening'), captions(1, [line(0, 'hm')]), status('lagging')]) {
    bench.hear(UNANSWERED_FRAMES);
    bench.hear(UNANSWERED_FRAMES, 'other');
    bench.port.say(answer);
  }
  assert.ok(!bench.port.closed);
});

test('a host that loads a model is given more time, whichever session it is for', () => {
  const bench = new Bench();
  bench.connect();
  bench.start('s');
  bench.port.say(status('loading'));
  bench.hear(UNANSWERED_FRAMES_LOADING, 'other');
  assert.ok(!bench.port.closed);
  bench.port.say(status('listening'));
  bench.hear(UNANSWERED_FRAMES + 1, 'other');
  assert.ok(bench.port.closed);
});

test('a host that hangs each time is given up', () => {
  const bench = new Bench();
  bench.connect();
  for (const delay of BACKOFF_MS) {
    bench.pass(STABLE_MS);
    bench.hear(UNANSWERED_FRAMES + 1);
    bench.pass(delay);
    bench.port.say(HELLO);
  }
  bench.pass(STABLE_MS);
  bench.hear(UNANSWERED_FRAMES + 1);
  assert.equal(bench.told.at(-1), 'failed host_hung');
  assert.ok(bench.port.closed);
});
