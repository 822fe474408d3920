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
