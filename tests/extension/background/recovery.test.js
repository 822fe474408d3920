/** What happens to captions when a part of the extension ends. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { CLICK_HOLDS_MS } from '../../../extension/background/recovery.js';
import {
  RESTART_AFTER_MS,
  Restarts,
  SOUND_AFTER_MS,
} from '../../../extension/background/restarts.js';
import {
  AGAIN_WITHIN_MS,
  OPENED_WITHIN_MS,
  STREAM_WITHIN_MS,
} from '../../../extension/background/streams.js';
import { fakeStorage, startWorker } from './fake_chrome.js';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

/** Everything that was begun is done. */
const settled = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** @param {number} ms */
const pass = async (ms) => {
  mock.timers.tick(ms);
  await settled();
};

/** @param {any[]} messages @param {string} type */
const ofType = (messages, type) => messages.filter((message) => message.type === type);

/** A worker with captions in tab 7, whose session the host holds. */
async function captioned(storage = fakeStorage()) {
  const worker = startWorker(storage);
  await worker.controller.mending.recover();
  await worker.controller.toggle(7);
  await settled();
  const { session } = ofType(worker.document.sent, 'begin')[0];
  const start = { type: 'start', session, options: {}, from: 0, context: '', visible: true };
  worker.document.receive({ type: 'to-host', message: start });
  return { ...worker, session };
}

test('captions whose document is closed begin anew, and the host holds no orphan', async () => {
  const { document, session, seen, toHost } = await captioned();
  document.disconnect();
  await settled();
  assert.deepEqual(
    ofType(toHost, 'stop').map((stop) => stop.session),
    [session],
  );
  assert.equal(
    ofType(seen.frame?.sent ?? [], 'end').length,
    1,
    'what stands there is no more true',
  );
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.equal(ofType(document.sent, 'begin').length, 2);
});

/** @param {any[]} sent to the document: with what each capture goes on */
const afters = (sent) => ofType(sent, 'begin').map(({ after }) => after);

test('captions that begin anew go on being saved, if those before were', async () => {
  const { document } = await captioned();
  document.setSaved('on disk');
  // The second time nothing was said in between.
  for (const wait of RESTART_AFTER_MS.slice(0, 2)) {
    document.disconnect();
    await settled();
    await pass(wait);
  }
  assert.deepEqual(afters(document.sent), [null, 'on disk', 'on disk']);
});

test('captions that begin anew are not saved if those before were not', async () => {
  const { document } = await captioned();
  document.setSaved('on disk');
  document.setSaved(null);
  document.disconnect();
  await settled();
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.deepEqual(afters(document.sent), [null, null]);
});

test('nothing of a private window is saved because captions begin anew', async () => {
  const { document, seen } = await captioned();
  document.setSaved('on disk');
  seen.incognito = true;
  document.disconnect();
  await settled();
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.deepEqual(afters(document.sent), [null, null]);
});

test('a document that is closed before it captures is opened again', async () => {
  const { document, seen } = await captioned();
  document.setSaved('on disk');
  seen.opens = false;
  document.disconnect();
  await settled();
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.equal(afters(document.sent).length, 2, 'it is asked for the sound');
  seen.opens = true;
  document.disconnect();
  await settled();
  await pass(RESTART_AFTER_MS[1] ?? 0);
  assert.deepEqual(afters(document.sent), [null, 'on disk', 'on disk']);
  assert.doesNotMatch(seen.popup, /problem/);
});

test('a document that is closed again and again is told, with what helps', async () => {
  const { document, seen } = await captioned();
  for (const wait of RESTART_AFTER_MS) {
    document.disconnect();
    await settled();
    await pass(wait);
  }
  assert.equal(ofType(document.sent, 'begin').length, 1 + RESTART_AFTER_MS.length);
  document.disconnect();
  await settled();
  assert.match(seen.popup, /code=capture_lost/);
});

test('sound that stops is asked for again, at once, then later, and then no more', async () => {
  const { document, session, seen } = await captioned();
  const interrupted = { type: 'interrupted', session, tabId: 7 };
  for (const wait of RESTART_AFTER_MS) {
    const before = ofType(document.sent, 'reopen').length;
    document.receive(interrupted);
    await pass(Math.max(0, wait - 1));
    assert.equal(ofType(document.sent, 'reopen').length, before + Number(wait === 0));
    await pass(1);
    assert.equal(ofType(document.sent, 'reopen').length, before + 1);
  }
  document.receive(interrupted);
  await pass(0);
  assert.equal(ofType(document.sent, 'end').length, 1);
  assert.match(seen.popup, /code=capture_lost/);
});

test('sound that the browser refuses to give again is asked for as often, no more', async () => {
  const { document, session, seen } = await captioned();
  seen.stream = () => Promise.reject(new Error('Extension has not been invoked'));
  document.receive({ type: 'interrupted', session, tabId: 7 });
  for (const wait of [...RESTART_AFTER_MS, 0]) await pass(wait);
  assert.equal(ofType(document.sent, 'reopen').length, 0);
  assert.match(seen.popup, /code=capture_lost/);
});

test('sound that is not opened soon is asked for once more, and taken from whoever answers', async () => {
  const { document, session, seen } = await captioned();
  const reopened = () => ofType(document.sent, 'reopen').length;
  seen.reopens = false;
  document.receive({ type: 'interrupted', session, tabId: 7 });
  await pass(0);
  await pass(AGAIN_WITHIN_MS - 1);
  assert.equal(reopened(), 1);
  await pass(1);
  await pass(RESTART_AFTER_MS[1] ?? 0);
  assert.equal(reopened(), 2);
  await pass(AGAIN_WITHIN_MS);
  document.receive({ type: 'begun', session, problem: null });
  for (const wait of RESTART_AFTER_MS) await pass(wait + AGAIN_WITHIN_MS);
  assert.equal(reopened(), 2, 'it is open');
  assert.equal(ofType(document.sent, 'end').length, 0);
  assert.doesNotMatch(seen.popup, /problem/);

  // Both attempts are answered: of the next end nothing has come yet.
  document.receive({ type: 'begun', session, problem: null });
  document.receive({ type: 'interrupted', session, tabId: 7 });
  for (const wait of RESTART_AFTER_MS) await pass(wait);
  assert.ok(reopened() > 2);
});

test('sound that something else has taken is called so in the end', async () => {
  const { document, session, seen } = await captioned();
  seen.stream = () => Promise.reject(new Error('Cannot capture a tab with an active stream.'));
  document.receive({ type: 'interrupted', session, tabId: 7 });
  for (const wait of [...RESTART_AFTER_MS, 0]) await pass(wait);
  assert.match(seen.popup, /code=capture_taken/);
});

test('with their tab, captions end, and nothing is complained of', async () => {
  const { document, session, seen } = await captioned();
  seen.isOpen = false;
  document.receive({ type: 'interrupted', session, tabId: 7 });
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.equal(ofType(document.sent, 'end').length, 1);
  assert.doesNotMatch(seen.popup, /problem/);
});

test('restarts that are far apart are each the first', () => {
  const clock = { now: 0 };
  const restarts = new Restarts(() => clock.now);
  for (let n = 0; n < 9; n += 1) {
    assert.equal(restarts.next(7), RESTART_AFTER_MS[0]);
    clock.now += SOUND_AFTER_MS;
  }
  restarts.next(7);
  restarts.forget(7);
  assert.equal(restarts.next(7), RESTART_AFTER_MS[0], 'the user has clicked');
});

test('a click that a worker has not served is served by the next one', async () => {
  const storage = fakeStorage();
  const first = startWorker(storage);
  await first.controller.mending.recover();
  first.seen.stream = () => new Promise(() => {});
  void first.controller.toggle(7, true);
  await settled();
  const second = startWorker(storage);
  await second.controller.mending.recover();
  await settled();
  assert.equal(ofType(second.document.sent, 'begin').length, 1);
  const third = startWorker(storage);
  await third.controller.mending.recover();
  await settled();
  assert.equal(ofType(third.document.sent, 'begin').length, 0, 'once');
});

test('a click of long ago is not served any more', async () => {
  const storage = fakeStorage();
  const first = startWorker(storage);
  first.seen.stream = () => new Promise(() => {});
  void first.controller.toggle(7, true);
  await settled();
  const second = startWorker(storage);
  second.seen.now = CLICK_HOLDS_MS;
  await second.controller.mending.recover();
  await settled();
  assert.equal(ofType(second.document.sent, 'begin').length, 0);
});

test('captions that ended with worker and document begin anew', async () => {
  const storage = fakeStorage();
  await captioned(storage);
  const next = startWorker(storage);
  await next.controller.mending.recover();
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.equal(ofType(next.document.sent, 'begin').length, 1);
});

test('captions that ended with worker and document go on being saved', async () => {
  const storage = fakeStorage();
  const { document } = await captioned(storage);
  document.setSaved('on disk');
  await settled();
  const next = startWorker(storage);
  await next.controller.mending.recover();
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.deepEqual(afters(next.document.sent), ['on disk']);
});

test('captions that ended with the extension are offered again', async () => {
  const storage = fakeStorage();
  await captioned(storage);
  // What the browser does when an extension is reloaded.
  await storage.session.clear();
  const next = startWorker(storage);
  await next.controller.mending.recover();
  await pass(RESTART_AFTER_MS[0] ?? 0);
  assert.equal(ofType(next.document.sent, 'begin').length, 0, 'no click has allowed it');
  assert.equal(next.seen.title, 'title_reloaded');
});

test('captions of a tab that the browser discards are offered again', async () => {
  const { controller, seen } = await captioned();
  await controller.mending.replace(9, 8);
  assert.notEqual(seen.title, 'title_discarded', 'it had no captions');
  await controller.mending.replace(9, 7);
  assert.equal(seen.title, 'title_discarded');
});

test('which tabs of private windows were captioned is on no disk', async () => {
  const storage = fakeStorage();
  const { controller, seen } = startWorker(storage);
  seen.incognito = true;
  await controller.mending.recover();
  await controller.toggle(7);
  await settled();
  assert.deepEqual([storage.local.items, storage.sync.items], [{}, {}]);
});

test('what never answers is a problem in the end', async () => {
  const silent = startWorker();
  silent.seen.stream = () => new Promise(() => {});
  const noStream = silent.controller.toggle(7);
  await settled();
  await pass(STREAM_WITHIN_MS);
  assert.equal((await noStream)?.code, 'capture_timeout');

  const deaf = startWorker();
  deaf.seen.connects = false;
  const noDocument = deaf.controller.toggle(7);
  await settled();
  await pass(OPENED_WITHIN_MS);
  assert.equal((await noDocument)?.code, 'capture_timeout');
});

test('a tab that something else captures is called so', async () => {
  const { controller, seen } = startWorker();
  seen.stream = () => Promise.reject(new Error('Cannot capture a tab with an active stream.'));
  assert.equal((await controller.toggle(7))?.code, 'capture_taken');
});
