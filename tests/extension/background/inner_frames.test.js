import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InnerFrames } from '../../../extension/background/inner_frames.js';
import { playhead } from '../transcript/builders.js';
import { asPort, FakePort } from './fake_chrome.js';

function bench() {
  /** @type {unknown[][]} */
  const noted = [];
  const frames = new InnerFrames((tabId, { playhead: told }, frame) =>
    noted.push([tabId, frame, told?.at ?? null]),
  );
  /** @param {number} tabId @param {number} frameId */
  const connect = (tabId, frameId) => {
    const port = Object.assign(new FakePort(), { sender: { tab: { id: tabId }, frameId } });
    frames.accept(asPort(port));
    return port;
  };
  return { frames, noted, connect };
}

const report = { type: 'media', paused: false, playhead: playhead(12) };

test('a frame reports the media of its own tab, and that it is gone', () => {
  const { noted, connect } = bench();
  const port = connect(7, 3);
  port.receive(report);
  port.disconnect();
  assert.deepEqual(noted, [
    [7, 3, 12],
    [7, 3, null],
  ]);
});

test('what is no report is not passed on', () => {
  const { noted, connect } = bench();
  const port = connect(7, 3);
  port.receive({ ...report, playhead: { ...playhead(12), at: 'x' } });
  port.receive({ ...report, paused: 'yes' });
  assert.deepEqual(noted, []);
});

test('the frames of a tab are told where to go', () => {
  const { frames, connect } = bench();
  const [own, other] = [connect(7, 3), connect(8, 3)];
  frames.seek(7, 'film', 30);
  assert.deepEqual(own.sent, [{ media: 'film', at: 30 }]);
  assert.deepEqual(other.sent, []);
});

test('of tabs that are captured no longer, no frame is watched', () => {
  const { frames, connect } = bench();
  connect(7, 3);
  const kept = connect(8, 3);
  frames.keep([8]);
  frames.seek(7, 'film', 30);
  frames.seek(8, 'film', 30);
  assert.equal(kept.sent.length, 1);
});

test('page and frames are told by how much their picture is delayed, later frames as well', async () => {
  const { frames, connect } = bench();
  /** @type {unknown[]} */
  const page = [];
  const tabs = { sendMessage: async (/** @type {unknown[]} */ ...told) => void page.push(told) };
  Object.assign(globalThis, { chrome: { tabs } });
  const [own, other] = [connect(7, 3), connect(8, 3)];
  await frames.delay(7, 1_840);
  assert.deepEqual(page, [[7, { type: 'delay', delayMs: 1_840 }, { frameId: 0 }]]);
  assert.deepEqual(connect(7, 4).sent, [{ delayMs: 1_840 }]);
  await frames.delay(7, null);
  assert.deepEqual(own.sent, [{ delayMs: 1_840 }, { delayMs: null }]);
  assert.deepEqual(connect(7, 5).sent, []);
  assert.deepEqual(other.sent, []);
});
