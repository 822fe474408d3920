import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptionedBy, RemoteWatch } from '../../../extension/offscreen/captioned_by.js';
import { conversationWith } from './conversation_bench.js';
import { bench } from './session_bench.js';

/** @param {object} change @returns {any} */
const told = (change) => ({
  type: 'remote',
  state: 'on',
  name: 'desk.example',
  round_trip_ms: 34,
  sessions: ['tab'],
  problem: null,
  ...change,
});
const AWAY = told({
  state: 'away',
  sessions: [],
  round_trip_ms: null,
  problem: { code: 'remote_lost', message: 'It broke', hint: 'wait' },
});
const LISTENING = { name: /** @type {const} */ ('listening'), lagMs: 0, skippedMs: 0 };
const ERROR = { type: /** @type {const} */ ('error'), message: '', hint: '', session: 'tab' };

function watched() {
  const watch = new RemoteWatch();
  /** @type {any[]} */
  const toOverlay = [];
  let changes = 0;
  const by = new CaptionedBy(
    'tab',
    { remote: watch, toOverlay: (message) => void toOverlay.push(message) },
    () => (changes += 1),
  );
  return { by, watch, toOverlay, changes: () => changes };
}

test('the overlay is told by whom a tab is captioned, when that changes', () => {
  const { watch, toOverlay, changes } = watched();
  watch.note(told({}));
  watch.note(told({}));
  watch.note(told({ round_trip_ms: 35 }));
  watch.note(told({ state: 'off', sessions: [] }));
  assert.deepEqual(
    toOverlay.map(({ remote }) => remote?.server ?? null),
    ['desk.example', null],
  );
  assert.equal(changes(), 3);
});

test('that the server is away is news once captions run here', () => {
  const { by, watch } = watched();
  assert.deepEqual(by.told(LISTENING), LISTENING);
  watch.note(AWAY);
  assert.equal(by.told({ ...LISTENING, name: 'loading' }).news, undefined);
  const news = { key: 'notice_remote_away', detail: 'desk.example' };
  assert.deepEqual(by.told(LISTENING).news, news);
  const other = { key: 'notice_device_left', detail: 'cpu' };
  assert.deepEqual(by.told({ ...LISTENING, news: other }).news, other);
});

test('of a conversation that is over nothing more is told', () => {
  const { by, watch, toOverlay } = watched();
  by.close();
  watch.note(told({}));
  assert.deepEqual(toOverlay, []);
});

test('without a host nobody is known to caption', () => {
  const { by, watch } = watched();
  watch.note(told({}));
  watch.note(null);
  assert.equal(by.state, null);
});

test('a session that moves is started again from what is not final', () => {
  /** @type {any[]} */
  const toHost = [];
  const conversation = conversationWith({ toHost: (message) => void toHost.push(message) });
  conversation.attach();
  conversation.push(new Int16Array(48_000));
  const { id: session } = conversation;
  const line = {
    id: 0,
    start: 0,
    end: 16_000,
    text: 'Said before.',
    state: /** @type {const} */ ('final'),
    language: 'en',
    speaker: null,
    translation: null,
  };
  const update = { type: /** @type {const} */ ('captions'), session, revision: 1, draft: null };
  conversation.receive({ ...update, lines: [line], final_until: 16_000 });
  toHost.length = 0;
  assert.equal(conversation.receive({ ...ERROR, session, code: 'session_moved' }), null);
  const [start, ...audio] = toHost;
  assert.deepEqual([start.type, start.from, start.context], ['start', 16_000, 'Said before.']);
  assert.equal(audio[0].start, 16_000);
  assert.equal(audio.length, 20);
});

test('another error ends the tab', () => {
  const conversation = conversationWith({});
  conversation.attach();
  assert.equal(
    conversation.receive({ ...ERROR, session: conversation.id, code: 'recognition_failed' }),
    'tab',
  );
});

test('a session that moves while it changes its model begins with the new one', () => {
  const { session, sent } = bench2();
  session.attach();
  session.configure({ model: 'small' });
  session.move();
  assert.deepEqual(sent().at(-1), ['start', 'small']);
});

function bench2() {
  /** @type {any[]} */
  const messages = [];
  const { session } = /** @type {any} */ (
    bench({ toHost: (message) => void messages.push(message) })
  );
  const sent = () => messages.map(({ type, options }) => [type, options?.model]);
  return { session, sent };
}
