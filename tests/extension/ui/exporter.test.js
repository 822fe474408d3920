/** Files that the host makes: what is asked of it, and what becomes of its answers. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

/** @type {any} */ (globalThis).chrome = {
  i18n: { getUILanguage: () => 'en', getMessage: (/** @type {string} */ key) => key },
  runtime: { sendMessage: async () => null },
};
const { Exporter } = await import('../../../extension/ui/exporter.js');

/** @typedef {import('../../../extension/shared/protocol.js').Export} Export */

const HEAD = /** @type {const} */ ({
  format: 'srt',
  content: 'original',
  title: 'A film',
  language: 'en',
});

/** A page's line to the worker that writes down what is said on it. */
class FakeLine {
  /** @type {Export[]} */
  told = [];

  /** @param {boolean} watchesHost */
  constructor(watchesHost = false) {
    this.watchesHost = watchesHost;
  }

  /** @param {{ host?: boolean }} wants */
  watch({ host }) {
    if (host !== undefined) this.watchesHost = host;
  }

  /** @param {any} message */
  tellHost(message) {
    this.told.push(message);
  }
}

/**
 * @param {InstanceType<typeof Exporter>} exporter
 * @param {any} message of the host
 */
function say(exporter, message) {
  exporter.receive({ type: 'from-host', message });
}

/** What was awaited is there after a turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

for (const watched of [true, false]) {
  test(`parts become a file, and the host is ${watched ? 'still' : 'not'} watched`, async () => {
    const line = new FakeLine(watched);
    const exporter = new Exporter(line);
    const made = exporter.make(HEAD, []);
    await turn();
    assert.ok(line.watchesHost);
    const [{ request, last } = { request: '', last: false }] = line.told;
    assert.ok(last);
    const part = { type: 'exported', request };
    say(exporter, { ...part, text: '1\n', last: false, file_name: 'A film.en.srt' });
    say(exporter, { ...part, request: 'of another page', text: 'no', last: true });
    say(exporter, { ...part, text: '00:00', last: true });
    assert.deepEqual(await made, { name: 'A film.en.srt', text: '1\n00:00' });
    assert.equal(line.watchesHost, watched);
  });
}

test('what the host refuses is told', async () => {
  const exporter = new Exporter(new FakeLine());
  const made = exporter.make(HEAD, []);
  await turn();
  const problem = { code: 'exports_too_many', message: 'Two are open.', hint: 'Wait.' };
  say(exporter, { type: 'error', session: null, request: 'models', ...problem, code: 'other' });
  say(exporter, { type: 'error', session: null, request: 'export', ...problem });
  assert.deepEqual(await made, problem);
});

test('a second file takes the place of the first', async () => {
  const line = new FakeLine();
  const exporter = new Exporter(line);
  const first = exporter.make(HEAD, []);
  await turn();
  const second = exporter.make(HEAD, []);
  assert.equal(/** @type {any} */ (await first).code, 'export_replaced');
  assert.ok(line.watchesHost);
  await turn();
  const request = line.told[1]?.request;
  say(exporter, { type: 'exported', request, text: 'x', last: true, file_name: 'x.srt' });
  assert.deepEqual(await second, { name: 'x.srt', text: 'x' });
  assert.equal(line.watchesHost, false);
});

test('it is given up when nothing comes for half a minute, and not before', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const line = new FakeLine();
  const exporter = new Exporter(line);
  const made = exporter.make(HEAD, []);
  await turn();
  const request = line.told[0]?.request;
  for (let part = 0; part < 3; part += 1) {
    mock.timers.tick(29_000);
    say(exporter, { type: 'exported', request, text: 'x', last: false });
  }
  let result = null;
  void made.then((problem) => (result = problem));
  mock.timers.tick(29_000);
  await turn();
  assert.equal(result, null);
  mock.timers.tick(2000);
  await turn();
  assert.equal(/** @type {any} */ (result).code, 'export_timeout');
  mock.timers.reset();
});
