import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { asPort, FakePort, settled, startWorker } from './fake_chrome.js';

// Nothing lingers after a test.
mock.timers.enable({ apis: ['setTimeout'] });

const CONTROLS = 'popup/popup.html?tab=7';

/** Everything that was begun is done. */
/**
 * Let time pass until a task is done.
 * @template T
 * @param {Promise<T>} task
 */
async function inTime(task) {
  let done = false;
  void task.finally(() => (done = true));
  while (!done) {
    await settled();
    mock.timers.tick(20);
  }
  return task;
}

/** @param {any[]} messages @param {string} type */
const ofType = (messages, type) => messages.filter((message) => message.type === type);

test('a click starts captions; then it opens their controls, until they are stopped', async () => {
  const { controller, seen, document } = startWorker();
  assert.equal(await controller.toggle(7), null);
  await settled();
  assert.equal(seen.popup, CONTROLS);
  await controller.stop(7);
  await settled();
  assert.equal(seen.popup, '');
  assert.equal(ofType(document.sent, 'end').length, 1);
});

test('the key stops what the click has started', async () => {
  const { controller, seen } = startWorker();
  await controller.obey('toggle', 7);
  await settled();
  assert.equal(seen.popup, CONTROLS);
  await controller.obey('toggle', 7);
  await settled();
  assert.equal(seen.popup, '');
});

test('an overlay knows the settings before it is shown anything, and each change', async () => {
  const { controller, store, seen } = startWorker();
  await controller.toggle(7);
  await settled();
  assert.deepEqual(
    seen.toPage.map(({ type }) => type),
    ['frame'],
    'only the frame is told what is on it',
  );
  assert.equal(seen.frame?.sent[0].type, 'settings');
  assert.equal(seen.frame?.sent[0].settings.mode, 'fast');
  await controller.obey('mode', 7);
  assert.equal((await store.load()).mode, 'reading');
  await controller.applySettings();
  assert.equal(ofType(seen.frame?.sent ?? [], 'settings').at(-1).settings.mode, 'reading');
});

test('a session begins with what holds on its site, and follows changes', async () => {
  const { controller, store, document } = startWorker();
  const settings = await store.load();
  settings.sites['example.org'] = { language: 'de' };
  await store.save(settings);
  await controller.toggle(7);
  assert.equal(ofType(document.sent, 'begin')[0].options.language, 'de');
  settings.sites['example.org'] = { language: 'fr' };
  await store.save(settings);
  await controller.applySettings();
  assert.equal(ofType(document.sent, 'configure')[0].options.language, 'fr');
});

test('a page closed to extensions is a problem, unless the side panel is to show it', async () => {
  const { controller, seen, document } = startWorker();
  seen.refusal = 'The extensions gallery cannot be scripted.';
  const problem = await controller.toggle(7);
  assert.equal(problem?.code, 'page_not_scriptable');
  assert.match(seen.popup, /^popup\/problem\.html\?tab=7&code=page_not_scriptable/);
  assert.equal(await controller.toggle(7, true), null);
  await settled();
  assert.equal(ofType(document.sent, 'begin').length, 1);
  assert.equal(seen.popup, CONTROLS);
});

test('a click whose permission arrives after the injection starts captions all the same', async () => {
  const { controller, seen, document } = startWorker();
  seen.refusal = 'Cannot access contents of the page. Extension manifest must request permission.';
  setTimeout(() => (seen.refusal = null), 50);
  assert.equal(await inTime(controller.toggle(7)), null);
  assert.equal(ofType(document.sent, 'begin').length, 1);
});

test('a page that waits for a click is not called closed', async () => {
  const { controller, seen } = startWorker();
  seen.refusal = 'Cannot access contents of the page.';
  const problem = await inTime(controller.toggle(7));
  assert.equal(problem?.code, 'page_not_allowed');
});

test('after a navigation that needs a click, the click brings the overlay back', async () => {
  const { controller, seen, document } = startWorker();
  await controller.toggle(7);
  await settled();
  seen.frame?.disconnect();
  seen.refusal = 'Cannot access contents of the page.';
  await inTime(controller.refreshTab(7));
  assert.equal(seen.popup, '');
  seen.refusal = null;
  const before = ofType(document.sent, 'show').length;
  await controller.toggle(7);
  await settled();
  assert.equal(ofType(document.sent, 'show').length, before + 1);
  assert.equal(ofType(document.sent, 'end').length, 0);
  assert.equal(seen.popup, CONTROLS);
});

test('a page of the extension gets what it asked for, and no more', async () => {
  const { controller, views, document } = startWorker();
  await controller.toggle(7);
  const panel = new FakePort();
  const popup = new FakePort();
  views.accept(asPort(panel), 'panel');
  views.accept(asPort(popup), 'popup');
  await settled();
  assert.equal(panel.sent[0].captures[0].tabId, 7);
  panel.receive({ type: 'watch', wants: { tabId: 7 } });
  popup.receive({ type: 'watch', wants: { meter: true, host: true } });
  await settled();
  assert.equal(ofType(popup.sent, 'from-host')[0].message.type, 'hello');
  assert.deepEqual(ofType(document.sent, 'meter').at(-1), { type: 'meter', wanted: true });

  const copied = { type: 'copied', session: 's' };
  document.receive({ type: 'overlay', tabId: 7, message: copied });
  assert.deepEqual(ofType(panel.sent, 'session'), [{ type: 'session', tabId: 7, message: copied }]);
  assert.deepEqual(ofType(popup.sent, 'session'), []);
  popup.disconnect();
  assert.deepEqual(ofType(document.sent, 'meter').at(-1), { type: 'meter', wanted: false });
});

test('what a page goes on showing is not told again when it asks for something else', async () => {
  const { controller, views, document } = startWorker();
  await controller.toggle(7);
  const panel = new FakePort();
  views.accept(asPort(panel), 'panel');
  panel.receive({ type: 'watch', wants: { tabId: 7, transcript: true } });
  await settled();
  const asked = () => [ofType(document.sent, 'transcripts'), ofType(document.sent, 'show')];
  const before = asked();
  assert.equal(before[0]?.at(-1).whole, 7);
  panel.receive({ type: 'watch', wants: { host: true } });
  panel.receive({ type: 'watch', wants: { host: false } });
  await settled();
  assert.deepEqual(asked(), before);
  panel.receive({ type: 'watch', wants: { tabId: 7 } });
  await settled();
  assert.equal(asked()[0]?.length, (before[0]?.length ?? 0) + 1, 'it has nothing any more');
});

test('a button that is being painted when its captions end offers to start them', async () => {
  const { controller, seen, document } = startWorker();
  await controller.toggle(7);
  await settled();
  const capture = { session: 's', tabId: 7, language: null, model: null };
  const phase = { name: 'lagging', lagMs: 2000, skippedMs: 0 };
  document.receive({ type: 'captures', captures: [{ ...capture, phase }] });
  document.receive({ type: 'captures', captures: [] });
  await settled();
  assert.equal(seen.popup, '');
});

test('a button that is being painted when its session fails offers to say why', async () => {
  const { controller, seen, document } = startWorker();
  await controller.toggle(7);
  await settled();
  const capture = { session: 's', tabId: 7, language: null, model: null };
  const phase = { name: 'loading' };
  document.receive({ type: 'captures', captures: [{ ...capture, phase }] });
  const refusal = { code: 'model_missing', message: 'No model.', hint: 'Get one.' };
  controller.receiveFromHost({ type: 'error', session: 's', ...refusal });
  await settled();
  assert.match(seen.popup, /^popup\/problem\.html\?tab=7&code=model_missing/);
});

test('what was said is translated anew after the language that was just chosen', async () => {
  const { controller, store, document } = startWorker();
  await controller.toggle(7);
  const settings = await store.load();
  settings.translateTo = 'es';
  await store.save(settings);
  await controller.retranslate(7);
  const [configure, retranslate] = document.sent.slice(-2);
  assert.equal(configure.options.translate_to, 'es');
  assert.deepEqual(retranslate, { type: 'retranslate', tabId: 7 });
});

test('a tab that was muted before, or is now, is not to be heard', async () => {
  const { controller, seen, document } = startWorker();
  controller.noteMuted(7, true);
  assert.deepEqual(ofType(document.sent, 'muted'), [], 'it is not captured');
  seen.muted = true;
  await controller.toggle(7);
  const [begin] = ofType(document.sent, 'begin');
  assert.equal(begin.muted, true);
  await settled();
  controller.noteMuted(7, false);
  controller.noteMuted(8, false);
  assert.deepEqual(ofType(document.sent, 'muted'), [{ type: 'muted', tabId: 7, muted: false }]);
});

test('a page that cannot tell is not taken for paused', async () => {
  const { controller, seen, document } = startWorker();
  await controller.toggle(7);
  await controller.noteMedia(7, { paused: true, playhead: null });
  seen.refusal = 'Cannot access contents of the page.';
  await inTime(controller.refreshTab(7));
  const paused = ofType(document.sent, 'media').map((message) => message.paused);
  assert.deepEqual(paused, [true, null]);
});

test('of a page no more goes to the host than that page is for', async () => {
  const { controller, views, toHost } = startWorker();
  await controller.toggle(7);
  const panel = new FakePort();
  const options = new FakePort();
  views.accept(asPort(panel), 'panel');
  views.accept(asPort(options), 'options');
  const remove = { type: 'to-host', message: { type: 'remove', model: 'base' } };
  const start = { type: 'to-host', message: { type: 'start', session: 's' } };
  const wrong = { type: 'to-host', message: { type: 'remove', model: 7 } };
  panel.receive(remove);
  for (const message of [start, wrong, { type: 'to-host' }, { type: 'abandon' }]) {
    options.receive(message);
  }
  await settled();
  assert.deepEqual(ofType(toHost, 'remove'), []);
  options.receive(remove);
  await settled();
  assert.deepEqual(ofType(toHost, 'remove'), [remove.message]);
});

test('what is done in a private window is kept in memory alone', async () => {
  const { controller, preferences, storage, seen } = startWorker();
  seen.incognito = true;
  const position = { x: 0.5, y: 0.5, width: 0.5 };
  const tab = /** @type {chrome.tabs.Tab} */ ({ id: 7, incognito: true });
  const message = /** @type {const} */ ({ type: 'position', screen: 'windowed', position });
  await preferences.keepPosition({ tab, url: 'https://secret.example/' }, message);
  await controller.toggle(7);
  await controller.obey('mode', 7);
  assert.deepEqual([storage.local.items, storage.sync.items], [{}, {}]);
  assert.match(JSON.stringify(storage.session.items), /secret\.example/);
  const told = await preferences.forOverlay(7);
  assert.equal(told.type === 'settings' && told.settings.mode, 'reading', 'but it holds there');
  seen.incognito = false;
  const elsewhere = await preferences.forOverlay(7);
  assert.equal(elsewhere.type === 'settings' && elsewhere.settings.mode, 'fast');
});

test('sound waits for captions where the user wants it, but not in a meeting', async () => {
  const { controller, preferences, seen } = startWorker();
  assert.equal((await preferences.forCapture(7)).step, 'off');
  await controller.toggle(7);
  await controller.obey('step', 7);
  assert.equal((await preferences.forCapture(7)).step, 'on');
  seen.url = 'https://meet.google.com/abc-defg-hij';
  assert.equal((await preferences.forCapture(7)).step, 'meeting');
});
