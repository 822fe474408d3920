/** Three hours of one capture, as fast as they can be told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { applyChanges } from '../../../extension/transcript/changes.js';
import { captions, line } from '../builders.js';
import { BEGAN, playhead } from '../transcript/builders.js';
import { conversationWith } from './conversation_bench.js';

/** @typedef {import('../../../extension/transcript/transcript.js').Transcript} Transcript */

const HOURS = 3;
const LINES = 10_000;
const LINE_SECONDS = (HOURS * 3600) / LINES;
/** The second pass is behind by as many lines. */
const DRAFTS = 8;
const REPORT_FRAMES = 20;
const FRAME_MS = (FRAME_SAMPLES / SAMPLE_RATE) * 1000;

/** @param {number} index @param {boolean} isFinal */
function lineAt(index, isFinal) {
  const sample = (/** @type {number} */ seconds) => Math.round(seconds * SAMPLE_RATE);
  const start = sample(index * LINE_SECONDS);
  const text = `Line ${index} is said.`;
  const words = text.split(' ').map((word, n) => ({
    text: ` ${word}`,
    start: start + sample(n / 5),
    end: start + sample((n + 1) / 5),
    probability: 0.9,
  }));
  const told = { end: start + sample(LINE_SECONDS * 0.9) };
  return line(start, text, isFinal ? { ...told, state: 'final', words } : told);
}

/** A capture that runs, whoever reads its transcript, and what they are told. */
function bench() {
  const clock = { now: BEGAN };
  const read = { transcript: /** @type {Transcript | null} */ (null), keptMost: 0, messages: 0 };
  /** @param {any} report */
  const take = (report) => {
    if (report.type === 'transcript') read.transcript = report.transcript;
    if (report.type === 'transcript-changes' && read.transcript) {
      read.transcript = applyChanges(read.transcript, report.changes);
    }
    if (report.type !== 'keep') return;
    const bytes = JSON.stringify(report.kept).length;
    read.keptMost = Math.max(read.keptMost, bytes);
  };
  const conversation = conversationWith({
    toOverlay: () => (read.messages += 1),
    report: take,
    now: () => clock.now,
  });
  conversation.transcript.setRead(true);
  return { clock, conversation, read };
}

const FRAMES_AN_HOUR = (3600 * 1000) / FRAME_MS;
const FRAME = new Int16Array(FRAME_SAMPLES).fill(3000);

/**
 * Let an hour pass in which a line comes about each second.
 * @param {ReturnType<typeof bench>} running
 * @param {number} hour
 */
function passHour({ clock, conversation }, hour) {
  for (let frame = hour * FRAMES_AN_HOUR; frame < (hour + 1) * FRAMES_AN_HOUR; frame += 1) {
    const at = (frame * FRAME_MS) / 1000;
    if (frame % REPORT_FRAMES === 0) {
      const report = playhead(at, { duration: HOURS * 3600, wall: clock.now });
      conversation.noteMedia(0, { paused: false, playhead: report });
    }
    clock.now += FRAME_MS;
    conversation.push(FRAME);
    const before = at - FRAME_MS / 1000;
    const said = Math.floor(at / LINE_SECONDS) - 1;
    if (said < 0 || said === Math.floor(before / LINE_SECONDS) - 1) continue;
    const final = said - DRAFTS;
    const lines = [...(final >= 0 ? [lineAt(final, true)] : []), lineAt(said, false)];
    const finalUntil = Math.round(Math.max(0, final + 1) * LINE_SECONDS * SAMPLE_RATE);
    const told = { session: 'tab', final_until: finalUntil };
    conversation.receive(captions(said + 1, lines, told));
  }
}

test('three hours and ten thousand lines are kept, told, and cost little to the end', (context) => {
  const running = bench();
  const { conversation, read } = running;
  const hours = Array.from({ length: HOURS }, (_, hour) => {
    const begun = process.cpuUsage();
    passHour(running, hour);
    return process.cpuUsage(begun).user / 1e6;
  });
  const { transcript } = conversation.transcript;
  const cost = `${hours.map((seconds) => seconds.toFixed(1)).join(', ')} s of a core for each hour`;
  context.diagnostic(`${cost}; at most ${read.keptMost} B to be kept at once`);
  assert.ok(transcript.entries.length > LINES - 10, String(transcript.entries.length));
  assert.deepEqual(read.transcript, transcript, 'who reads it has all of it');
  const off = transcript.entries.map(({ start }, index) => Math.abs(start - index * LINE_SECONDS));
  assert.ok(Math.max(...off) < 0.03, `off by ${Math.max(...off)} s`);
  assert.equal(transcript.sources.length, 1);
  assert.ok(read.keptMost < 200_000);
  const [first = 0] = hours;
  assert.ok((hours.at(-1) ?? 0) < 4 * first, cost);
});
