import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { CaptionSession } from '../../../extension/offscreen/session.js';
import { captions, line, status } from '../builders.js';

/** A session that a host has heard for a while. */
function bench() {
  /** @type {any[]} */
  const toHost = [];
  const session = new CaptionSession(
    { id: 's', options: {}, visible: true },
    {
      toHost: (message) => toHost.push(message),
      captionsChanged: () => {},
      phaseChanged: () => {},
    },
  );
  return {
    session,
    /** @param {number} seconds */
    hear: (seconds) => {
      for (let i = 0; i < seconds * 10; i++) session.push(new Int16Array(FRAME_SAMPLES));
    },
    /** A host comes, and works. @returns {number} from which second on */
    attach: () => {
      toHost.length = 0;
      session.attach();
      session.applyStatus(status('listening'));
      return toHost[0].from / SAMPLE_RATE;
    },
    /**
     * The host says a line for each pair of seconds, the first one for good.
     * @param {[number, number][]} spans
     */
    say: (...spans) => {
      const lines = spans.map(([begin, end]) => {
        const text = `${begin}-${end}`;
        return line(begin * SAMPLE_RATE, text, { end: end * SAMPLE_RATE });
      });
      const final_until = (spans[0]?.[0] ?? 0) * SAMPLE_RATE;
      session.applyCaptions(captions(session.model.revision + 1, lines, { final_until }));
    },
    /** @returns {number[]} the seconds from which on hosts were given the sound since `attach` */
    begins: () =>
      toHost.filter(({ type }) => type === 'start').map(({ from }) => from / SAMPLE_RATE),
    texts: () => session.model.lines.map(({ text }) => text),
  };
}

test('sound that two hosts have died of is not given to a third', () => {
  const { session, hear, attach, say, texts } = bench();
  attach();
  hear(10);
  say([4, 6], [6, 9]);
  session.detach(true);
  assert.equal(attach(), 4, 'one death may be of anything');
  hear(2);
  say([4, 6]);
  session.detach(true);
  hear(1);
  assert.equal(attach(), 10, 'it goes on with what was not said when the first one died');
  assert.deepEqual(texts(), ['4-6', '6-9'], 'what was captioned stays');
  assert.deepEqual(session.state.phase.news, { key: 'notice_left_out', detail: '1' });
  assert.equal(session.state.phase.skippedMs, 0, 'it is told once');
});

test('also drafts stay of what is not heard again, each word once', () => {
  const { session, hear, attach, texts } = bench();
  /** @param {number} number @param {string} text @param {number} begin @param {number} end */
  const draft = (number, text, begin, end) => ({
    line: number * SAMPLE_RATE,
    text,
    start: begin * SAMPLE_RATE,
    end: end * SAMPLE_RATE,
  });
  const said = (
    /** @type {number} */ begin,
    /** @type {number} */ end,
    /** @type {string} */ text,
  ) => line(begin * SAMPLE_RATE, text, { end: end * SAMPLE_RATE });
  attach();
  hear(12);
  const three = draft(5, ' three', 8, 9);
  session.applyCaptions(captions(1, [said(1, 4, 'One.'), said(5, 8, 'Two')], { draft: three }));
  session.detach(true);
  attach();
  session.applyCaptions(captions(1, [], { draft: draft(1, ' One!', 1, 4) }));
  session.detach(true);
  assert.equal(attach(), 12);
  assert.deepEqual(texts(), ['One!', 'Two three']);
  assert.deepEqual(session.state.phase.news, { key: 'notice_left_out', detail: '3' });
});

test('it is told when the host listens, and not again after it', () => {
  const { session, hear, attach, say } = bench();
  attach();
  hear(10);
  session.detach(true);
  attach();
  session.detach(true);
  session.attach();
  assert.equal(session.state.phase.news, undefined);
  session.applyStatus(status('loading'));
  assert.equal(session.state.phase.news, undefined, 'it would be shown for a moment only');
  session.applyStatus(status('listening'));
  assert.deepEqual(session.state.phase.news, { key: 'notice_left_out', detail: '5' });
  hear(20);
  say([25, 27]);
  assert.equal(session.state.phase.news, undefined);
});

test('another death behind that sound begins anew', () => {
  const { session, hear, attach, say } = bench();
  attach();
  hear(10);
  session.detach(true);
  attach();
  hear(10);
  say([12, 15]);
  session.detach(true);
  assert.equal(attach(), 12);
  session.detach(true);
  assert.equal(attach(), 20);
});

test('hosts that end with the worker, or before they work, have not died of sound', () => {
  const { session, hear, attach } = bench();
  attach();
  hear(4);
  for (let i = 0; i < 3; i++) {
    session.detach(false);
    assert.equal(attach(), 0);
  }
  session.detach(true);
  session.attach();
  session.applyStatus(status('loading'));
  session.detach(true);
  assert.equal(attach(), 0);
});

test('hosts that die of the sound before they have said a word are two for one', () => {
  const { session, hear, attach, begins } = bench();
  attach();
  hear(4);
  session.detach(true);
  session.attach();
  session.detach(true);
  assert.deepEqual(begins(), [0, 0]);
  session.attach();
  session.detach(true);
  assert.equal(attach(), 4);
});

test('of a host that hung, no more is left out than it can have been busy with', () => {
  const { session, hear, attach, say } = bench();
  attach();
  hear(10);
  say([2, 9]);
  hear(30);
  session.detach(true);
  attach();
  session.detach(true);
  assert.equal(attach(), 15);
});
