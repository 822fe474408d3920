import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voiceFor } from '../../../extension/translation/system_voice.js';
import { Voice } from '../../../extension/translation/voice.js';
import { line } from '../builders.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function bench() {
  /** @type {string[]} */
  const said = [];
  /** @type {boolean[]} */
  const ducked = [];
  /** @type {(outcome: 'said' | 'no_voice' | 'failed') => void} */
  let end = () => {};
  let hushed = 0;
  const voice = new Voice(
    {
      say: ({ text }) => {
        said.push(text);
        return new Promise((resolve) => (end = resolve));
      },
      hush: () => {
        hushed++;
        end('said');
      },
      duck: (on) => ducked.push(on),
    },
    () => {},
  );
  return {
    voice,
    said,
    ducked,
    hushed: () => hushed,
    /** @param {'said' | 'no_voice' | 'failed'} [outcome] */
    end: async (outcome = 'said') => {
      end(outcome);
      await settled();
    },
  };
}

/** @param {number} id @param {'draft' | 'final'} [state] */
const translated = (id, state = 'final') =>
  line(id, `Dos ${id}.`, { translation: { text: `Two ${id}.`, language: 'en', state } });

test('final translations are read in their order, and the tab is turned down meanwhile', async () => {
  const { voice, said, ducked, end } = bench();
  voice.setOn(true, []);
  voice.hear([translated(0, 'draft')]);
  assert.deepEqual([said, ducked], [[], []]);
  voice.hear([translated(0)]);
  voice.hear([translated(100)]);
  assert.deepEqual(said, ['Two 0.']);
  await end();
  assert.deepEqual([said, ducked.at(-1)], [['Two 0.', 'Two 100.'], true]);
  await end();
  assert.deepEqual(ducked.at(-1), false);
  voice.hear([translated(0), translated(100)]);
  assert.equal(said.length, 2, 'none is read twice');
});

test('it is never more than two lines behind, and says how many it left out', async () => {
  const { voice, said, end } = bench();
  voice.setOn(true, []);
  for (let id = 0; id < 1000; id += 100) {
    voice.hear([translated(id)]);
    await settled();
  }
  assert.deepEqual(said, ['Two 0.']);
  assert.equal(voice.skipped, 7);
  await end();
  await end();
  await end();
  assert.deepEqual(said, ['Two 0.', 'Two 800.', 'Two 900.']);
});

test('what stands when it is switched on is not read, and switched off it is silent at once', async () => {
  const { voice, said, ducked, end, hushed } = bench();
  voice.hear([translated(0)]);
  voice.setOn(true, [translated(100)]);
  voice.hear([translated(100), translated(200), translated(300)]);
  assert.deepEqual(said, ['Two 200.']);
  voice.setOn(false, []);
  await settled();
  assert.deepEqual([hushed(), ducked.at(-1), said.length], [1, false, 1]);
  await end();
});

test('a language without a voice is told, until one is found', async () => {
  const { voice, end } = bench();
  voice.setOn(true, []);
  voice.hear([translated(0), translated(100)]);
  await end('no_voice');
  assert.equal(voice.problem, 'no_voice');
  await end('said');
  assert.equal(voice.problem, null);
});

test('only voices of the system itself are used, the one for the region first', () => {
  const voices = /** @type {SpeechSynthesisVoice[]} */ ([
    { name: 'cloud', lang: 'pt-BR', localService: false, default: false },
    { name: 'pt', lang: 'pt_PT', localService: true, default: false },
    { name: 'br', lang: 'pt-BR', localService: true, default: false },
    { name: 'de', lang: 'de-DE', localService: true, default: true },
  ]);
  assert.equal(voiceFor(voices, 'pt-BR')?.name, 'br');
  assert.equal(voiceFor(voices, 'pt')?.name, 'pt');
  assert.equal(voiceFor(voices, 'fr'), null);
});
