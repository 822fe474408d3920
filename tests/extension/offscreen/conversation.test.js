import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { applyUpdate, captionRows, EMPTY_MODEL } from '../../../extension/shared/captions.js';
import { YOU } from '../../../extension/shared/speakers.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { captions, line, status } from '../builders.js';
import { conversationWith } from './conversation_bench.js';

const SECOND = SAMPLE_RATE;

/** A conversation, its host and who shows it. */
function bench() {
  /** @type {any[]} */
  const toHost = [];
  /** @type {any[]} */
  const toOverlay = [];
  /** @type {any[]} */
  const reports = [];
  const conversation = conversationWith({
    toHost: (message) => toHost.push(message),
    toOverlay: (message) => toOverlay.push(message),
    report: (report) => reports.push(report),
  });
  let revision = 0;
  return {
    conversation,
    toOverlay,
    /** @returns {any[]} what it has told the host since the last call */
    takeToHost: () => toHost.splice(0),
    /** @param {number} seconds of both channels @param {number} [level] of the tab */
    hear: (seconds, level = 0) => {
      for (let i = 0; i < seconds * 10; i++) {
        conversation.push(new Int16Array(FRAME_SAMPLES).fill(level));
        conversation.pushMicrophone(new Int16Array(FRAME_SAMPLES));
      }
    },
    /**
     * @param {number[]} tab loudness of each 100 ms
     * @param {number[]} microphone
     */
    hearBoth: (tab, microphone) => {
      for (const [i, level] of tab.entries()) {
        conversation.push(new Int16Array(FRAME_SAMPLES).fill(level));
        conversation.pushMicrophone(new Int16Array(FRAME_SAMPLES).fill(microphone[i] ?? 0));
      }
    },
    /** @param {string} session @param {...import('../../../extension/shared/protocol.js').Line} lines */
    say: (session, ...lines) =>
      conversation.receive(captions(++revision, lines, { session, final_until: 0 })),
    /** What is shown by somebody who was there from the beginning. */
    shown: () => {
      const updates = toOverlay.filter(({ type }) => type === 'captions');
      const model = updates.reduce((before, update) => applyUpdate(before, update), EMPTY_MODEL);
      return captionRows(model, -1, 50).map(
        ({ speaker, committed, draft }) => `${speaker === YOU ? 'you: ' : ''}${committed}${draft}`,
      );
    },
  };
}

/** @param {string} text @param {number} fromS @param {number} untilS */
const spoken = (text, fromS, untilS) => line(fromS * SECOND, text, { end: untilS * SECOND });

test('the microphone is a session of its own, of the same host and with options like it', () => {
  const { conversation, takeToHost, hear } = bench();
  conversation.attach();
  hear(1);
  takeToHost();
  conversation.openMicrophone('mic', true);
  const [start] = takeToHost();
  assert.deepEqual([start.type, start.session, start.from], ['start', 'mic', 0]);
  // Who speaks into it is known.
  assert.deepEqual(start.options, { language: 'en', speakers: false });
  hear(0.1);
  assert.deepEqual(
    takeToHost().map(({ type, session, start: at }) => [type, session, at]),
    [
      ['audio', 'tab', SECOND],
      ['audio', 'mic', 0],
    ],
  );
  conversation.configure({ language: 'de', speakers: true }, NO_WISH);
  conversation.setVisible(false);
  assert.deepEqual(
    takeToHost().map(({ type, session, options }) => [type, session, options?.speakers]),
    [
      ['configure', 'tab', true],
      ['configure', 'mic', false],
      ['visibility', 'tab', undefined],
      ['visibility', 'mic', undefined],
    ],
  );
});

test('its lines are the user’s, and stand among the tab’s by when they were spoken', () => {
  const { conversation, hear, say, shown } = bench();
  conversation.attach();
  hear(5);
  conversation.openMicrophone('mic', true);
  hear(10);
  say('tab', spoken('How are you?', 6, 7), spoken('Glad to hear it.', 10, 11));
  // The microphone's first sample came with the tab's at 5 s.
  say('mic', spoken('Fine, thanks.', 3, 4));
  hear(1);
  assert.deepEqual(shown(), ['How are you?', 'you: Fine, thanks.', 'Glad to hear it.']);
});

test('words of the microphone wait until the tab’s of the same time are known', () => {
  const { conversation, hear, say, shown } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  hear(3);
  say('mic', spoken('the machine is loud', 1, 2.5));
  hear(0.5);
  assert.deepEqual(shown(), []);
  say('tab', spoken('The machine is loud.', 0.8, 2.3));
  hear(0.5);
  assert.deepEqual(shown(), ['The machine is loud.']);
  say('mic', spoken('I did not notice', 3, 4));
  hear(1);
  assert.deepEqual(shown(), ['The machine is loud.', 'you: I did not notice']);
});

test('while the tab sounds they wait longer, for its words may be on their way', () => {
  const { conversation, hear, say, shown } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  hear(3, 3000);
  say('mic', spoken('I did not notice', 1, 2.5));
  hear(2.9, 3000);
  assert.deepEqual(shown(), []);
  hear(0.1, 3000);
  assert.deepEqual(shown(), ['you: I did not notice']);
});

test('a line that turns out to be an echo is taken back', () => {
  const { conversation, hear, say, shown } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  hear(3);
  say('mic', spoken('the machine is loud', 1, 2.5));
  hear(1);
  assert.deepEqual(shown(), ['you: the machine is loud']);
  say('tab', spoken('The machine is loud.', 0.8, 2.3));
  assert.deepEqual(shown(), ['The machine is loud.']);
});

test('what was said stays when the microphone is switched off, and on again', () => {
  const { conversation, hear, say, shown, takeToHost } = bench();
  conversation.attach();
  conversation.openMicrophone('one', true);
  hear(3);
  say('one', spoken('First.', 1, 2));
  takeToHost();
  conversation.setMicrophoneState('off');
  conversation.stopMicrophone();
  assert.deepEqual(takeToHost(), [{ type: 'stop', session: 'one' }]);
  say('one', spoken('First.', 1, 2), spoken('And last words.', 2.5, 3));
  hear(0.5);
  assert.deepEqual(
    takeToHost()
      .map(({ session }) => session)
      .includes('one'),
    false,
  );
  assert.equal(conversation.receive(status('ended', { session: 'one' })), null);
  conversation.openMicrophone('two', true);
  hear(3);
  say('two', spoken('Second.', 1, 2));
  hear(1);
  assert.deepEqual(shown(), ['you: First.', 'you: And last words.', 'you: Second.']);
});

test('both go on with a new host', () => {
  const { conversation, hear, say, shown, takeToHost } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  hear(4);
  say('tab', spoken('Said so.', 0, 1), spoken('And then', 2, 3));
  say('mic', spoken('Yes', 1, 2));
  hear(1);
  conversation.detach(true);
  takeToHost();
  conversation.attach();
  const starts = takeToHost().filter(({ type }) => type === 'start');
  assert.deepEqual(
    starts.map(({ session, from }) => [session, from]),
    [
      ['tab', 0],
      ['mic', 0],
    ],
  );
  hear(1);
  assert.deepEqual(shown(), ['Said so.', 'you: Yes', 'And then'], 'nothing that stands goes');
  say('tab', spoken('Said so!', 0, 1));
  assert.deepEqual(shown(), ['Said so!', 'you: Yes', 'And then']);
  say('tab', spoken('Said so!', 0, 1), spoken('And now', 1.8, 3));
  assert.deepEqual(shown(), ['Said so!', 'you: Yes', 'And now']);
});

test('the microphone’s end is not the captions’, the tab’s is', () => {
  const { conversation, toOverlay } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  /** @type {any} */
  const error = { type: 'error', session: 'mic', code: 'x', message: '', hint: '' };
  assert.equal(conversation.receive({ ...error, session: 'other' }), null);
  assert.equal(conversation.receive(error), 'microphone');
  conversation.setMicrophoneState('failed');
  assert.deepEqual(toOverlay.at(-1), { type: 'microphone', session: 'tab', microphone: 'failed' });
  assert.equal(conversation.state.microphone, 'failed');
  assert.equal(conversation.receive({ ...error, session: 'tab' }), 'tab');
});

test('a new overlay is told everything', () => {
  const { conversation, hear, say, toOverlay } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  hear(2);
  say('tab', spoken('so far', 0, 1));
  say('mic', spoken('my part', 1, 2));
  hear(1);
  conversation.show();
  const [{ type, microphone, model }, by] = toOverlay.slice(-2);
  assert.deepEqual([type, microphone], ['snapshot', 'on']);
  assert.deepEqual([by.type, by.remote], ['remote', null]);
  assert.deepEqual(
    model.lines.map((/** @type {any} */ { text }) => text),
    ['so far', 'my part'],
  );
});

test('the last line is the newest, with what is still a draft', () => {
  const { conversation } = bench();
  assert.equal(conversation.lastLine(), '');
  conversation.attach();
  const draft = { line: 200, text: ' so on', start: 250, end: 300 };
  const lines = [line(0, 'Said so.'), line(200, 'And')];
  conversation.receive(captions(1, lines, { session: 'tab', draft }));
  assert.equal(conversation.lastLine(), 'And so on');
});

test('after the end of the sound, the microphone’s last words are not held', () => {
  const { conversation, hear, say, shown } = bench();
  conversation.attach();
  conversation.openMicrophone('mic', true);
  hear(2);
  conversation.stop();
  say('mic', spoken('Bye.', 1, 2));
  assert.deepEqual(shown(), ['you: Bye.']);
});

/** @param {number} factor @param {number} count */
const swelling = (factor, count) =>
  Array.from({ length: count }, (_, i) => 400 + 3_000 * ((i * i * factor) % 1) ** 2);

test('what is misheard of the tab is left out, for it swells and fades with it', () => {
  for (const [factor, isEcho] of /** @type {const} */ ([
    [0.37, true],
    [0.83, false],
  ])) {
    const { conversation, hearBoth, say, shown } = bench();
    conversation.attach();
    conversation.openMicrophone('mic', true);
    const tab = swelling(0.37, 100);
    const room = [0, 0, ...swelling(factor, 98)].map((level) => level / 3);
    hearBoth(tab.slice(0, 50), room.slice(0, 50));
    say('tab', spoken('debris was seen falling', 1, 4));
    say('mic', spoken('to bring him on the ground', 1.2, 4.2));
    hearBoth(tab.slice(50), room.slice(50));
    const own = shown().filter((text) => text.startsWith('you: '));
    assert.deepEqual(own, isEcho ? [] : ['you: to bring him on the ground']);
  }
});

test('a page whose media nobody sees is silenced when it can be heard no more', () => {
  const { conversation, hear } = bench();
  conversation.noteMedia(0, { paused: null, playhead: null });
  conversation.setAudible(false);
  assert.equal(conversation.state.halted, null, 'it has not begun');
  conversation.setAudible(true);
  hear(3, 5000);
  assert.equal(conversation.state.halted, null);
  conversation.setAudible(false);
  assert.equal(conversation.state.halted, 'silenced');
  conversation.leavePage();
  hear(0.5, 5000);
  conversation.setAudible(false);
  assert.equal(conversation.state.halted, null, 'another page has not begun either');
  hear(3, 5000);
  conversation.setAudible(false);
  assert.equal(conversation.state.halted, 'silenced', 'it has now');
});

test('what a page says of its media goes before what can be heard of it', () => {
  const { conversation } = bench();
  conversation.setAudible(true);
  conversation.noteMedia(0, { paused: true, playhead: null });
  assert.equal(conversation.state.halted, 'paused');
  conversation.noteMedia(0, { paused: false, playhead: null });
  conversation.setAudible(false);
  assert.equal(conversation.state.halted, null, 'it plays silence');
});

test('of the transcript, no line goes because it is old', () => {
  const { conversation, hear, say } = bench();
  conversation.attach();
  hear(1);
  for (let second = 0; second < 250; second++) say('tab', spoken(`${second}`, second, second + 1));
  assert.equal(conversation.transcript.transcript.entries.length, 250);
  say('tab', spoken('', 249, 250));
  assert.equal(conversation.transcript.transcript.entries.length, 249);
});

test('words with times stay in the transcript', () => {
  const { conversation, toOverlay, say } = bench();
  const words = [{ text: ' Hello.', start: 0, end: SECOND, probability: 0.9 }];
  say('tab', Object.assign(spoken('Hello.', 0, 1), { words }));
  assert.equal(conversation.transcript.transcript.entries[0]?.words[0]?.[0], ' Hello.');
  const shown = toOverlay.findLast(({ type }) => type === 'captions');
  assert.deepEqual(
    shown.lines.map((/** @type {object} */ each) => 'words' in each),
    [false],
  );
});
