import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { captions, line, status } from '../builders.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { SOURCE_WITHIN_MS } from '../../../extension/offscreen/sources.js';
import { bench, FRAME, gate, READY, saidToHost, settled } from './conversations_bench.js';

test('captions begin: the overlay is told everything, the host as soon as there is one', async () => {
  const { conversations, begin, take, running } = bench();
  await begin(7);
  assert.deepEqual(take('begun'), [{ type: 'begun', session: 'tab-7', problem: null }]);
  const [{ tabId, message }] = take('overlay');
  assert.deepEqual([tabId, message.type, message.session], [7, 'snapshot', 'tab-7']);
  assert.deepEqual(take('to-host'), []);
  assert.equal(take('captures').at(-1).captures[0].phase.name, 'connecting');
  conversations.obey(READY);
  assert.deepEqual(
    saidToHost(take('to-host')).map(({ type, session }) => [type, session]),
    [['start', 'tab-7']],
  );
  await begin(8);
  assert.equal(saidToHost(take('to-host'), 'start')[0].session, 'tab-8');
  assert.deepEqual(
    running().map((state) => state.tabId),
    [7, 8],
  );
});

test('a tab that the browser does not hand out is a problem, and nothing runs', async () => {
  const { begin, browser, conversations, take } = bench();
  browser.refusal = new DOMException('Stream expired.', 'AbortError');
  await begin(7);
  const problem = { code: 'capture_failed', message: '', hint: 'Stream expired.' };
  assert.deepEqual(take('begun'), [{ type: 'begun', session: 'tab-7', problem }]);
  assert.equal(conversations.empty, true);
});

test('sound of a tab goes to the host, and its peak to whoever looks at levels', async () => {
  const { conversations, begin, browser, tabs, take } = bench();
  conversations.obey(READY);
  await begin(7);
  tabs[0]?.hear(new Int16Array(FRAME_SAMPLES).fill(16_384));
  assert.equal(saidToHost(take('to-host'), 'audio').length, 1);
  assert.equal(browser.repeated.length, 0, 'nobody looks');
  conversations.obey({ type: 'meter', wanted: true });
  browser.repeated.forEach((look) => look());
  const [{ levels }] = take('levels');
  assert.equal(levels[0].tabId, 7);
  assert.ok(levels[0].level > 0.8 && levels[0].level < 1);
  conversations.obey({ type: 'meter', wanted: false });
  assert.equal(browser.repeated.length, 0);
});

test('a muted tab is not heard, from its beginning or later', async () => {
  const { conversations, begin, tabs } = bench();
  await begin(7, { muted: true });
  await begin(8);
  assert.deepEqual(
    tabs.map(({ muted }) => muted),
    [true, false],
  );
  conversations.obey({ type: 'muted', tabId: 7, muted: false });
  conversations.obey({ type: 'muted', tabId: 8, muted: true });
  assert.deepEqual(
    tabs.map(({ muted }) => muted),
    [false, true],
  );
});

test('the end waits for the last samples and then for the last words', async () => {
  const { conversations, begin, tabs, take, running } = bench();
  conversations.obey(READY);
  await begin(7);
  conversations.obey({ type: 'end', tabId: 7 });
  assert.equal(tabs[0]?.closed, true);
  await settled();
  assert.deepEqual(saidToHost(take('to-host'), 'stop'), [], 'samples are on their way');
  tabs[0]?.hear(FRAME);
  tabs[0]?.flush();
  await settled();
  assert.deepEqual(
    saidToHost(take('to-host')).map(({ type }) => type),
    ['audio', 'stop'],
  );
  assert.equal(running()[0]?.phase.name, 'ending');
  take('overlay');
  conversations.obey({
    type: 'from-host',
    message: captions(1, [line(0, 'Bye.')], { session: 'tab-7' }),
  });
  conversations.obey({ type: 'from-host', message: status('ended', { session: 'tab-7' }) });
  assert.deepEqual(
    take('overlay').map(({ message }) => message.type),
    ['captions', 'end'],
  );
  assert.deepEqual(running(), []);
});

test('a host that owes its last words is not waited for without end', async () => {
  const { conversations, begin, tabs, scheduled, take } = bench();
  await begin(7);
  tabs[0]?.flush();
  conversations.obey({ type: 'end', tabId: 7 });
  conversations.obey({ type: 'end', tabId: 7 });
  await settled();
  assert.deepEqual(
    scheduled.map(({ delayMs }) => delayMs),
    [15_000],
    'a second click changes nothing',
  );
  assert.equal(conversations.empty, false);
  take('captures');
  scheduled[0]?.action();
  assert.equal(conversations.empty, true);
  assert.equal(take('overlay').at(-1).message.type, 'end');
  assert.deepEqual(take('captures').at(-1).captures, []);
});

test('a tab whose sound stops is reported, and ends when the worker says so', async () => {
  const { conversations, begin, tabs, take, running } = bench();
  conversations.obey(READY);
  await begin(7);
  tabs[0]?.lose();
  tabs[0]?.lose();
  tabs[0]?.flush();
  await settled();
  const interrupted = { type: 'interrupted', session: 'tab-7', tabId: 7 };
  assert.deepEqual(take('interrupted'), [interrupted]);
  assert.equal(running()[0]?.phase.name, 'reconnecting');
  assert.equal(saidToHost(take('to-host'), 'stop').length, 0);
  conversations.introduce();
  assert.deepEqual(take('interrupted'), [interrupted], 'a new worker hears of it, too');
  conversations.obey({ type: 'end', tabId: 7 });
  await settled();
  assert.equal(saidToHost(take('to-host'), 'stop').length, 1);
  assert.deepEqual(running()[0]?.phase.name, 'ending');
});

test('a tab whose sound is given again goes on in the same session', async () => {
  const { conversations, begin, tabs, take, running } = bench();
  conversations.obey(READY);
  await begin(7);
  tabs[0]?.lose();
  tabs[0]?.flush();
  await settled();
  take('to-host');
  take('begun');
  const reopen = /** @type {const} */ ({ type: 'reopen', session: 'tab-7', tabId: 7, muted: true });
  conversations.obey({ ...reopen, streamId: 'again' });
  await settled();
  assert.deepEqual(take('begun'), [{ type: 'begun', session: 'tab-7', problem: null }]);
  assert.equal(tabs[1]?.muted, true);
  tabs[1]?.hear(FRAME);
  assert.equal(saidToHost(take('to-host'), 'audio').length, 1);
  assert.notEqual(running()[0]?.phase.name, 'reconnecting');
  conversations.obey({ ...reopen, streamId: 'needless' });
  conversations.obey({ ...reopen, session: 'unknown', streamId: 'needless' });
  await settled();
  assert.equal(tabs.length, 2);
});

test('a source that opens too late is a problem, and is closed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { conversations, begin, browser, tabs, take } = bench();
  const { opened, open } = gate();
  browser.openingTab = opened;
  const begun = begin(7);
  await settled();
  t.mock.timers.tick(SOURCE_WITHIN_MS);
  await begun;
  await settled();
  assert.equal(take('begun')[0].problem.code, 'capture_timeout');
  assert.equal(conversations.empty, true);
  open();
  await settled();
  assert.equal(tabs[0]?.closed, true);
});

test('only a document that was used has had its time when it is empty', async () => {
  const { conversations, begin } = bench();
  assert.equal(conversations.used, false);
  await begin(7);
  conversations.obey({ type: 'abandon', tabIds: [7] });
  assert.deepEqual([conversations.empty, conversations.used], [true, true]);
});

test('a tab is captioned anew while the words before are on their way', async () => {
  const { conversations, begin, tabs, take, running } = bench();
  conversations.obey(READY);
  await begin(7);
  tabs[0]?.flush();
  conversations.obey({ type: 'end', tabId: 7 });
  await settled();
  await begin(7, { session: 'again' });
  take('to-host');
  conversations.obey({
    type: 'configure',
    tabId: 7,
    options: { language: 'de' },
    translation: NO_WISH,
    step: 'off',
  });
  assert.deepEqual(
    saidToHost(take('to-host')).map(({ type, session }) => [type, session]),
    [['configure', 'again']],
  );
  assert.equal(running().length, 2);
});

test('without any host, captions are given up at once', async () => {
  const { conversations, begin, tabs, take } = bench();
  await begin(7);
  await begin(8);
  take('overlay');
  conversations.obey({ type: 'abandon', tabIds: [7] });
  assert.equal(tabs[0]?.closed, true);
  assert.equal(tabs[1]?.closed, false);
  assert.deepEqual(
    take('overlay').map(({ tabId, message }) => [tabId, message.type]),
    [[7, 'end']],
  );
});

test('what the host refuses is over', async () => {
  const { conversations, begin, tabs, running } = bench();
  conversations.obey(READY);
  await begin(7);
  await begin(8);
  const refusal = { code: 'model_missing', message: '', hint: '' };
  conversations.obey({
    type: 'from-host',
    message: { type: 'error', session: 'tab-7', ...refusal },
  });
  assert.equal(tabs[0]?.closed, true);
  assert.deepEqual(
    running().map(({ tabId }) => tabId),
    [8],
  );
});

test('each command reaches the conversation of its tab alone', async () => {
  const { conversations, begin, take, running } = bench();
  conversations.obey(READY);
  await begin(7);
  await begin(8);
  take('overlay');
  take('to-host');
  conversations.obey({ type: 'show', tabId: 8 });
  conversations.obey({ type: 'media', tabId: 8, frame: 0, paused: true, playhead: null });
  conversations.obey({
    type: 'configure',
    tabId: 7,
    options: { language: 'de' },
    translation: NO_WISH,
    step: 'off',
  });
  conversations.obey({ type: 'visible', tabIds: [8] });
  assert.deepEqual(
    take('overlay').flatMap(({ tabId, message }) => (message.type === 'snapshot' ? [tabId] : [])),
    [8],
  );
  assert.deepEqual(
    running().map(({ halted }) => halted),
    [null, 'paused'],
  );
  const told = saidToHost(take('to-host'));
  assert.deepEqual(
    told.map(({ type, session }) => [type, session]),
    [
      ['configure', 'tab-7'],
      ['visibility', 'tab-7'],
    ],
  );
  conversations.obey({ type: 'leave-page', tabId: 8 });
  assert.equal(running()[1]?.halted, null);
});

test('the last line is copied and confirmed, if there is one and the browser lets it', async () => {
  const { conversations, begin, browser, take } = bench();
  conversations.obey(READY);
  await begin(7);
  const copied = () => take('overlay').some(({ message }) => message.type === 'copied');
  conversations.obey({ type: 'copy', tabId: 7 });
  assert.equal(copied(), false);
  const said = captions(1, [line(0, 'Write this down.')], { session: 'tab-7' });
  conversations.obey({ type: 'from-host', message: said });
  conversations.obey({ type: 'copy', tabId: 7 });
  assert.equal(browser.clipboard, 'Write this down.');
  assert.equal(copied(), true);
  browser.canCopy = false;
  conversations.obey({ type: 'copy', tabId: 7 });
  assert.equal(copied(), false);
});

test('without a worker there is no host and nobody looks at levels, but all goes on', async () => {
  const { conversations, begin, browser, tabs, take, running } = bench();
  conversations.obey(READY);
  conversations.obey({ type: 'meter', wanted: true });
  await begin(7);
  take('to-host');
  conversations.loseWorker();
  assert.equal(browser.repeated.length, 0);
  assert.equal(running()[0]?.phase.name, 'reconnecting');
  tabs[0]?.hear(FRAME);
  assert.deepEqual(take('to-host'), []);
  conversations.obey(READY);
  conversations.obey(READY);
  assert.deepEqual(
    saidToHost(take('to-host')).map(({ type }) => type),
    ['start', 'audio'],
    'once, and with what was heard meanwhile',
  );
});
