/** Translations by the browser, in a conversation: they behave as the host's do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { RemoteWatch } from '../../../extension/offscreen/captioned_by.js';
import { Conversation } from '../../../extension/offscreen/conversation.js';
import { applyUpdate, EMPTY_MODEL } from '../../../extension/shared/captions.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { BrowserTranslator } from '../../../extension/translation/browser_translator.js';
import { captions, line, status } from '../builders.js';
import { browserInterface, noTranslation } from '../translation/stand_ins.js';
import { FakeSource } from './conversations_bench.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {Partial<import('../../../extension/shared/translation_rules.js').Wish>} wish @param {any} [stand] */
function bench(wish, stand = browserInterface('available')) {
  /** @type {any[]} */
  const toHost = [];
  /** @type {any[]} */
  const toOverlay = [];
  /** @type {string[]} */
  const said = [];
  const whole = { ...NO_WISH, ...wish };
  const options = { translate_to: whole.by === 'host' ? whole.target : null };
  const page = { site: 'films.example', title: 'Films' };
  const conversation = new Conversation(
    { id: 'tab', tabId: 7, options, translation: whole, visible: true, page },
    {
      toHost: (message) => toHost.push(message),
      toOverlay: (message) => toOverlay.push(message),
      report: () => {},
      remote: new RemoteWatch(),
      stateChanged: () => {},
      now: () => 0,
      translation: {
        ...noTranslation(),
        translator: new BrowserTranslator(() => stand),
        toHost: (message) => toHost.push(message),
        say: async (/** @type {{ text: string }} */ { text }) => {
          said.push(text);
          return 'said';
        },
      },
    },
  );
  conversation.attach();
  let revision = 0;
  return {
    conversation,
    said,
    whole,
    /** @param {string} type */
    toOverlay: (type) => toOverlay.filter((message) => message.type === type),
    /** @param {string} type */
    toHost: (type) => toHost.filter((message) => message.type === type),
    /** @param {...import('../../../extension/shared/protocol.js').Line} lines */
    say: async (...lines) => {
      conversation.receive(captions(++revision, lines, { session: 'tab' }));
      await settled();
    },
    shown: () => {
      const updates = toOverlay.filter(({ type }) => type === 'captions');
      const model = updates.reduce((before, update) => applyUpdate(before, update), EMPTY_MODEL);
      /** @type {import('../../../extension/shared/protocol.js').Line[]} */
      const lines = [...model.lines];
      return lines.map(({ translation }) => translation && [translation.text, translation.state]);
    },
    transcript: () =>
      conversation.transcript.transcript.entries.map((entry) => entry.translation?.text),
  };
}

/** @param {number} second @param {string} text @param {object} [changes] */
const es = (second, text, changes = {}) =>
  line(second * SAMPLE_RATE, text, { language: 'es', state: 'final', ...changes });

test('lines get their translation where they stand, in captions and transcript', async () => {
  const { conversation, say, shown, transcript, toHost } = bench({ target: 'pt', by: 'browser' });
  for (let i = 0; i < 50; i++) conversation.push(new Int16Array(FRAME_SAMPLES).fill(2000));
  await say(es(0, 'Hola, qué', { state: 'committed' }));
  assert.deepEqual(shown(), [['pt: Hola,', 'draft']]);
  await say(es(0, 'Hola, qué tal.'), es(2, 'Bien.'));
  assert.deepEqual(shown(), [
    ['pt: Hola, qué tal.', 'final'],
    ['pt: Bien.', 'final'],
  ]);
  assert.deepEqual(transcript(), ['pt: Hola, qué tal.', 'pt: Bien.']);
  assert.deepEqual([toHost('start')[0].options, toHost('configure')], [{ translate_to: null }, []]);
  assert.equal(conversation.state.translation.delayMs, 0);
});

test('a pair that is to be downloaded is told, with what it is; the captions go on', async () => {
  const stand = browserInterface('downloadable');
  const { conversation, say, shown } = bench({ target: 'pt', by: 'browser' }, stand);
  await say(es(0, 'Hola.'));
  assert.deepEqual(shown(), [null]);
  const { problem, pair } = conversation.state.translation;
  assert.deepEqual([problem?.code, pair], ['translation_click', { source: 'es', target: 'pt' }]);
});

test('with another target, what was translated is stale until the user asks for it', async () => {
  const { conversation, say, shown, whole, toHost } = bench({ target: 'pt', by: 'browser' });
  await say(es(0, 'Hola.'));
  conversation.configure({ translate_to: null }, { ...whole, target: 'de' });
  await say(es(2, 'Adiós.'));
  assert.deepEqual(shown(), [
    ['pt: Hola.', 'final'],
    ['de: Adiós.', 'final'],
  ]);
  assert.equal(conversation.state.stale, true);
  conversation.retranslate();
  await settled();
  assert.deepEqual(shown()[0], ['de: Hola.', 'final']);
  assert.equal(conversation.state.stale, false);
  assert.deepEqual(toHost('retranslate'), []);
});

test('what the browser has translated stays when the host takes over', async () => {
  const { conversation, say, shown, whole } = bench({ target: 'pt', by: 'browser' });
  await say(es(0, 'Hola.'));
  conversation.configure({ translate_to: 'pt' }, { ...whole, by: 'host' });
  await say(es(2, 'Adiós.'));
  assert.deepEqual(shown(), [['pt: Hola.', 'final'], null]);
});

test('the host is asked for no translation while a language is spoken that never is', async () => {
  const rules = /** @type {const} */ ([
    { language: 'es', translate: 'never' },
    { language: 'ja', translate: 'always' },
  ]);
  const { conversation, toHost } = bench({ target: null, home: 'pt', rules });
  const asked = () => toHost('configure').map(({ options }) => options.translate_to);
  const speak = (/** @type {string} */ language) =>
    conversation.receive(status('listening', { session: 'tab', language }));
  speak('ja');
  speak('ja');
  speak('en');
  assert.deepEqual(asked(), ['pt', null]);
  conversation.configure({ translate_to: 'fr' }, { ...NO_WISH, target: 'fr', rules });
  speak('es');
  speak('en');
  assert.deepEqual(asked().slice(2), ['fr', null, 'fr']);
  assert.equal(conversation.state.stale, false, 'the user has changed nothing');
});

test('final translations are read out, of the tab that is looked at alone', async () => {
  const { conversation, say, said } = bench({ target: 'pt', by: 'browser', aloud: true });
  await say(es(0, 'Hola.'));
  await settled();
  assert.deepEqual(said, ['pt: Hola.']);
  conversation.setVisible(false);
  await say(es(2, 'Adiós.'));
  assert.deepEqual(said, ['pt: Hola.']);
});

test('the last lines are waited for when captions end', async () => {
  /** @type {(text: string) => void} */
  let answer = () => {};
  const stand = browserInterface('available', {
    translate: () => new Promise((resolve) => (answer = resolve)),
  });
  const { conversation, say, shown } = bench({ target: 'pt', by: 'browser' }, stand);
  await say(es(0, 'Hola.'));
  const translated = conversation.translated();
  assert.ok(translated);
  answer('Olá.');
  await translated;
  assert.deepEqual(shown(), [['Olá.', 'final']]);
  assert.equal(conversation.translated(), null);
});

test('in step, a translation is read out when its line is heard, and not before', async () => {
  const { conversation, say, said, whole } = bench({ target: 'pt', by: 'browser', aloud: true });
  const source = new FakeSource(
    () => {},
    () => {},
  );
  conversation.inStep.take(source);
  conversation.configure({ translate_to: null }, whole, 'on');
  source.tell({ delay: 2, behind: 2 });
  const hear = (/** @type {number} */ seconds) => {
    const frames = (seconds * SAMPLE_RATE) / FRAME_SAMPLES;
    for (let i = 0; i < frames; i++) conversation.push(new Int16Array(FRAME_SAMPLES).fill(1000));
  };
  hear(2);
  await say(es(1, 'Hola.', { end: 2 * SAMPLE_RATE }));
  await settled();
  assert.deepEqual(said, [], 'the user has heard nothing yet');
  hear(3);
  await settled();
  assert.deepEqual(said, ['pt: Hola.']);
});

test('a word is looked up by the host where the host translates, and captions go on', async () => {
  const { conversation, say, shown, toHost, toOverlay } = bench({ target: 'pt', home: 'de' });
  await say(es(0, 'Perro malo.'));
  void conversation.lookUp({ word: 'perro', language: 'es', into: null });
  const [{ request, ...asked }] = toHost('translate');
  assert.deepEqual(asked, {
    type: 'translate',
    session: 'tab',
    text: 'perro',
    source: 'es',
    target: 'pt',
    translator: null,
  });
  const told = { type: /** @type {const} */ ('translated'), session: 'tab', request };
  assert.equal(conversation.receive({ ...told, text: 'cão', problem: null }), null);
  await settled();
  assert.deepEqual(toOverlay('meaning'), [
    { type: 'meaning', session: 'tab', word: 'perro', meaning: 'cão', why: null },
  ]);
  await say(es(2, 'Bien.'));
  assert.deepEqual(shown(), [null, null]);
});

test('the translator of the host is the one that was chosen', async () => {
  const { conversation, toHost, whole } = bench({ target: 'en' });
  conversation.configure({ translate_to: 'en', translator: 'whisper' }, whole);
  void conversation.lookUp({ word: 'perro', language: 'es', into: null });
  assert.deepEqual(
    toHost('translate').map(({ translator }) => translator),
    ['whisper'],
  );
});
