import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { captions, line, status } from '../builders.js';
import { bench } from './session_bench.js';

/** @param {any[]} messages @returns {number[]} */
const audioStarts = (messages) =>
  messages.filter(({ type }) => type === 'audio').map(({ start }) => start);

test('sound from before the host is there is sent once it is', () => {
  const { session, hear, takeToHost } = bench();
  hear(0.3);
  assert.deepEqual(takeToHost(), []);
  assert.equal(session.state.phase.name, 'connecting');
  session.attach();
  hear(0.1);
  const [start, ...audio] = takeToHost();
  assert.deepEqual(start, {
    type: 'start',
    session: 's',
    options: { language: 'en' },
    from: 0,
    context: '',
    visible: true,
    words: true,
  });
  assert.deepEqual(audioStarts(audio), [0, 1600, 3200, 4800]);
  assert.deepEqual(
    audio.map(({ seq }) => seq),
    [0, 1, 2, 3],
  );
});

test('with a new host it goes on where captions are not final yet', () => {
  const { session, hear, takeToHost } = bench();
  session.attach();
  hear(10);
  const five = 5 * SAMPLE_RATE;
  const lines = [line(0, 'Said so.', { end: five, state: 'final' }), line(five + 10, 'And')];
  session.applyCaptions(captions(1, lines, { final_until: five }));
  session.detach(true);
  assert.equal(session.state.phase.name, 'reconnecting');
  takeToHost();
  hear(1);
  assert.deepEqual(takeToHost(), []);

  session.attach();
  const [start, ...audio] = takeToHost();
  assert.equal(start.from, five);
  assert.equal(start.context, 'Said so.');
  assert.deepEqual(
    audioStarts(audio),
    Array.from({ length: 60 }, (_, i) => five + i * FRAME_SAMPLES),
  );
  const texts = () => session.model.lines.map(({ text }) => text);
  assert.deepEqual(texts(), ['Said so.', 'And'], 'nothing that stands goes');
  session.applyCaptions(captions(1, [line(five + 10, 'And so')]));
  assert.deepEqual(texts(), ['Said so.', 'And so']);
});

test('sound beyond a minute is let go, and said to be', () => {
  const { session, hear, takeToHost } = bench();
  hear(75);
  session.attach();
  const [start, ...audio] = takeToHost();
  assert.equal(start.from, 15 * SAMPLE_RATE);
  assert.equal(audio.length, 600);
  assert.equal(session.state.phase.skippedMs, 15_000);
  session.applyStatus(status('listening', { skipped_ms: 500 }));
  assert.equal(session.state.phase.skippedMs, 15_500);
});

test('silence that the host has heard is not missed after it was let go', () => {
  const { session, hear } = bench();
  session.attach();
  session.applyStatus(status('listening'));
  hear(70);
  session.applyStatus(status('listening'));
  hear(5);
  session.detach(true);
  hear(62);
  session.attach();
  assert.equal(session.state.phase.skippedMs, 7000);
});

test('stopping waits for the last words, also those of a host still to come', () => {
  const { session, hear, takeToHost } = bench();
  hear(0.1);
  session.stop();
  session.stop();
  assert.equal(session.state.phase.name, 'ending');
  assert.ok(session.stopping);
  session.attach();
  assert.deepEqual(
    takeToHost().map(({ type }) => type),
    ['start', 'audio', 'stop'],
  );
});

test('visibility is said when it changes, and with the next start', () => {
  const { session, takeToHost } = bench();
  session.attach();
  takeToHost();
  session.setVisible(true);
  session.setVisible(false);
  assert.deepEqual(takeToHost(), [{ type: 'visibility', session: 's', visible: false }]);
  session.detach(true);
  session.attach();
  assert.equal(takeToHost()[0].visible, false);
});

test('the phase follows the host', () => {
  const { session } = bench();
  session.attach();
  assert.equal(session.state.phase.name, 'loading');
  session.applyStatus(status('lagging', { lag_ms: 2300 }));
  assert.deepEqual(session.state.phase, { name: 'lagging', lagMs: 2300, skippedMs: 0 });
});

test('what the host says of its model is known and said', () => {
  const { session } = bench();
  session.attach();
  session.applyStatus(status('lagging', { smaller_model: 'tiny' }));
  assert.equal(session.state.smallerModel, 'tiny');
  assert.deepEqual(session.state.phase.news, { key: 'notice_smaller_offered', detail: 'tiny' });
  const problem = { code: 'model_too_slow', message: 'slow', hint: 'smaller' };
  session.applyStatus(status('listening', { model: 'tiny', model_problem: problem }));
  assert.equal(session.state.smallerModel, null);
  assert.deepEqual(session.state.modelProblem, problem);
  assert.deepEqual(session.state.phase.news, { key: 'notice_smaller_taken', detail: 'tiny' });
  const full = { ...problem, code: 'device_out_of_memory' };
  session.applyStatus(status('listening', { model_problem: full }));
  assert.deepEqual(session.state.phase.news, { key: 'notice_device_left', detail: 'cpu' });
});

test('a replayed update is no news', () => {
  const { session, changes } = bench();
  session.attach();
  const update = captions(1, [line(0, 'once')]);
  session.applyCaptions(update);
  const before = changes();
  session.applyCaptions(update);
  assert.equal(changes(), before);
});

test('other options go to the host once, and to every host that comes later', () => {
  const { session, takeToHost } = bench();
  session.attach();
  takeToHost();
  session.configure({ language: 'en' });
  assert.deepEqual(takeToHost(), []);
  session.configure({ language: 'de' });
  const options = { language: 'de' };
  assert.deepEqual(takeToHost(), [{ type: 'configure', session: 's', options }]);
  session.detach(true);
  session.attach();
  assert.deepEqual(takeToHost()[0].options, options);
});

test('another model takes over where the one before has said its last words', () => {
  const { session, hear, takeToHost } = bench();
  session.attach();
  session.applyStatus(status('listening'));
  hear(0.3);
  takeToHost();
  session.configure({ language: 'en', model: 'small' });
  assert.deepEqual(takeToHost(), [{ type: 'stop', session: 's' }]);
  assert.equal(session.state.phase.name, 'loading');
  hear(0.2);
  session.applyCaptions(captions(1, [line(0, 'So far.', { end: 4800 })], { final_until: 4800 }));
  assert.ok(session.goOn());
  const [start, ...audio] = takeToHost();
  assert.deepEqual(
    [start.type, start.from, start.context, start.options.model],
    ['start', 4800, 'So far.', 'small'],
  );
  assert.deepEqual(audioStarts(audio), [4800, 6400]);
  session.applyStatus(status('listening', { model: 'small' }));
  assert.equal(session.state.model, 'small');
  assert.ok(!session.goOn());
});

test('captions that are stopped while the model changes end with the last words', () => {
  const { session, hear, takeToHost } = bench();
  session.attach();
  session.configure({ language: 'en', policy: 'local_agreement' });
  hear(0.1);
  takeToHost();
  session.stop();
  assert.deepEqual(takeToHost(), []);
  assert.ok(session.goOn());
  assert.deepEqual(
    takeToHost().map(({ type }) => type),
    ['start', 'audio', 'stop'],
  );
  assert.ok(!session.goOn());
});

test('another engine, and other heads, take over the same way', () => {
  /** @type {import('../../../extension/shared/protocol.js').Options[]} */
  const others = [{ backend: 'torch' }, { alignment_heads: '3.1' }];
  for (const other of others) {
    const { session, takeToHost } = bench();
    session.attach();
    session.applyStatus(status('listening'));
    takeToHost();
    session.configure({ language: 'en', ...other });
    assert.deepEqual(takeToHost(), [{ type: 'stop', session: 's' }]);
    assert.ok(session.goOn());
    assert.deepEqual(takeToHost()[0].options, { language: 'en', ...other });
  }
});

test('options are said again where there is a host for them', () => {
  const { session, takeToHost } = bench();
  session.repeatOptions();
  session.attach();
  takeToHost();
  session.repeatOptions();
  assert.deepEqual(takeToHost(), [
    { type: 'configure', session: 's', options: { language: 'en' } },
  ]);
  session.stop();
  takeToHost();
  session.repeatOptions();
  assert.deepEqual(takeToHost(), []);
});

test('a host that dies while the model changes is followed by one with the new model', () => {
  const { session, takeToHost } = bench();
  session.attach();
  session.configure({ language: 'en', model: 'small' });
  takeToHost();
  session.detach(true);
  session.attach();
  assert.equal(takeToHost()[0].options.model, 'small');
  assert.ok(!session.goOn());
});

test('lines in another language than is asked for now are told until all are translated', () => {
  const { session, takeToHost } = bench();
  session.attach();
  const pt = { text: 'Uma.', language: 'pt', state: /** @type {const} */ ('final') };
  const es = { text: 'Una.', language: 'es', state: /** @type {const} */ ('final') };
  session.configure({ language: 'en', translate_to: 'pt' });
  session.applyCaptions(captions(1, [line(0, 'One.', { translation: pt }), line(200, 'Two.')]));
  assert.equal(session.state.stale, false, 'the second may still be translated');
  session.configure({ language: 'en', translate_to: 'es' });
  assert.equal(session.state.stale, true);
  takeToHost();
  session.retranslate();
  assert.deepEqual(takeToHost(), [{ type: 'retranslate', session: 's', earlier: [] }]);
  session.applyCaptions(captions(2, [line(0, 'One.', { translation: es }), line(400, 'Three.')]));
  assert.equal(session.state.stale, true);
  session.applyCaptions(captions(3, [line(200, 'Two.', { translation: es })]));
  assert.equal(session.state.stale, false, 'the third came after the change');
});

test('a host that comes later is sent the lines it does not know, to be translated, too', () => {
  const { session, hear, takeToHost } = bench();
  session.attach();
  hear(20);
  const one = line(0, 'One.');
  const two = line(5 * SAMPLE_RATE, 'Two.');
  session.applyCaptions(captions(1, [one, two], { final_until: 6 * SAMPLE_RATE }));
  session.detach(true);
  session.attach();
  session.applyCaptions(captions(1, [line(7 * SAMPLE_RATE, 'Three.')]));
  session.configure({ language: 'en', translate_to: 'pt' });
  assert.equal(session.state.stale, true);
  takeToHost();
  session.retranslate();
  // Nobody hears them again.
  const earlier = [one, two].map((each) => ({ ...each, state: 'final' }));
  assert.deepEqual(takeToHost(), [{ type: 'retranslate', session: 's', earlier }]);
  const pt = { text: 'X.', language: 'pt', state: /** @type {const} */ ('final') };
  const translated = [one, two, line(7 * SAMPLE_RATE, 'Three.')];
  session.applyCaptions(
    captions(
      2,
      translated.map((each) => ({ ...each, translation: pt })),
    ),
  );
  assert.equal(session.state.stale, false);
});

test('what the recogniser is to put into English is not offered to be translated afterwards', () => {
  const { session } = bench();
  session.attach();
  session.applyCaptions(captions(1, [line(0, 'Um.', { language: 'pt' })]));
  session.configure({ language: 'pt', translate_to: 'en', translator: 'whisper' });
  assert.equal(session.state.stale, false);
  session.configure({ language: 'pt', translate_to: 'en', translator: null });
  assert.equal(session.state.stale, true);
});

test('what is in the target language, or captioned anew, needs no translation', () => {
  const { session } = bench();
  session.attach();
  session.applyCaptions(captions(1, [line(0, 'Um.', { language: 'pt' })]));
  session.configure({ language: 'en', translate_to: 'pt-BR' });
  assert.equal(session.state.stale, false);
  session.configure({ language: 'en', translate_to: 'es' });
  assert.equal(session.state.stale, true);
  session.configure({ language: 'en', translate_to: null });
  assert.equal(session.state.stale, false);
  session.configure({ language: 'en', translate_to: 'es' });
  session.detach(true);
  session.attach();
  assert.equal(session.state.stale, false);
});

test('a capture tells that its page is paused', () => {
  const { session } = bench();
  assert.equal(session.state.halted, null);
  session.setHalted('paused');
  assert.equal(session.state.halted, 'paused');
});

test('a capture tells its language and model as soon as the host has', () => {
  const { session } = bench();
  session.attach();
  assert.equal(session.state.language, null);
  session.applyStatus(status('listening', { language: 'fr' }));
  assert.deepEqual([session.state.language, session.state.model], ['fr', 'base']);
});
