/** What a word means: who is asked, for which languages, and that there is an answer in any case. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { BrowserTranslator } from '../../../extension/translation/browser_translator.js';
import { LookUps } from '../../../extension/translation/look_ups.js';
import { browserInterface } from './stand_ins.js';

/** @typedef {import('../../../extension/shared/protocol.js').Translate} Translate */

const SAID = { session: 'tab', language: 'es', translator: null };

/** @param {import('./stand_ins.js').Availability} [state] of the browser's translator; undefined: none */
function bench(state) {
  /** @type {Translate[]} */
  const asked = [];
  /** @type {[() => void, number][]} */
  const timers = [];
  /** @type {string[]} */
  const byBrowser = [];
  const browser = new BrowserTranslator(() => state && browserInterface(state));
  const lookUps = new LookUps({
    translator: {
      translate: (source, target, text) => {
        byBrowser.push(text);
        return browser.translate(source, target, text);
      },
    },
    toHost: (message) => asked.push(message),
    schedule: (action, delayMs) => timers.push([action, delayMs]),
  });
  /** @param {Partial<import('../../../extension/shared/messages.js').LookedUp>} word
   *  @param {Partial<import('../../../extension/shared/translation_rules.js').Wish>} wish
   *  @param {Partial<import('../../../extension/translation/look_ups.js').Said>} said */
  const meaningOf = (word, wish = {}, said = {}) =>
    lookUps.meaningOf(
      { word: 'perro', language: null, into: null, ...word },
      { ...NO_WISH, target: 'pt', home: 'de', ...wish },
      { ...SAID, ...said },
    );
  /** @param {string | null} text @param {string} [code] */
  const answer = (text, code) => {
    const { session = '', request = '' } = asked.at(-1) ?? {};
    const problem = code ? { code, message: 'm', hint: 'h' } : null;
    lookUps.take({ type: 'translated', session, request, text, problem });
  };
  return { answer, asked, byBrowser, lookUps, meaningOf, timers };
}

test('where the host translates the lines, the host is asked, and nobody else', async () => {
  const { answer, asked, byBrowser, meaningOf } = bench('available');
  const meaning = meaningOf({ language: 'es' }, {}, { translator: 'opus-es-pt' });
  const { request } = /** @type {Translate} */ (asked[0]);
  assert.deepEqual(asked, [
    {
      type: 'translate', session: 'tab', request, text: 'perro', source: 'es', target: 'pt',
      translator: 'opus-es-pt',
    },
  ]); // prettier-ignore
  answer('cão');
  assert.deepEqual(await meaning, { meaning: 'cão', why: null });
  assert.deepEqual(byBrowser, []);
});

test('where the browser translates the lines, the host is not asked', async () => {
  const { asked, meaningOf } = bench('available');
  const meaning = await meaningOf({ language: 'es' }, { by: 'browser' });
  assert.deepEqual([meaning, asked], [{ meaning: 'pt: perro', why: null }, []]);
});

test('which languages are meant', () => {
  const { asked, meaningOf } = bench();
  const pairs = () => asked.splice(0).map(({ source, target }) => `${source} > ${target}`);
  // Of the line; of what is spoken; of nothing that is known.
  void meaningOf({ language: 'fr' });
  void meaningOf({});
  void meaningOf({}, {}, { language: null });
  assert.deepEqual(pairs(), ['fr > pt', 'es > pt', 'en > pt']);
  // A translation's word: the language of its line; where that is not known, the user's own.
  void meaningOf({ language: 'pt', into: 'es' });
  void meaningOf({ language: 'pt' });
  void meaningOf({ language: 'pt-BR', into: 'pt' });
  assert.deepEqual(pairs(), ['pt > es', 'pt > de', 'pt-BR > de']);
  // No translation is wanted: the user's own language.
  void meaningOf({ language: 'es' }, { target: null });
  assert.deepEqual(pairs(), ['es > de']);
});

test('a word in the only language there is has no meaning, and nobody is asked', async () => {
  const { asked, byBrowser, meaningOf } = bench('available');
  for (const by of /** @type {const} */ (['host', 'browser'])) {
    const meaning = await meaningOf({ language: 'de' }, { target: null, by });
    assert.deepEqual(meaning, { meaning: null, why: null });
  }
  assert.deepEqual([asked, byBrowser], [[], []]);
});

test('what is in the way is told by its code', async () => {
  const { answer, meaningOf } = bench();
  const missing = meaningOf({ language: 'es' });
  answer(null, 'translator_missing');
  assert.deepEqual(await missing, { meaning: null, why: 'translator_missing' });
  const without = await meaningOf({ language: 'es' }, { by: 'browser' });
  assert.deepEqual(without, { meaning: null, why: 'translation_missing' });
  const unknown = await bench('unavailable').meaningOf({}, { by: 'browser' });
  assert.deepEqual(unknown, { meaning: null, why: 'translation_pair' });
});

test('a host that does not answer is waited for as long as it may take, and no longer', async () => {
  const { answer, meaningOf, timers } = bench();
  const meaning = meaningOf({ language: 'es' });
  const [[over, afterMs]] = /** @type {[[() => void, number]]} */ (timers);
  assert.ok(afterMs > 8_000, 'the host itself gives up after 8 s');
  over();
  assert.deepEqual(await meaning, { meaning: null, why: 'look_up_unanswered' });
  answer('cão');
});

test('answers find their words, whatever comes first, and others are dropped', async () => {
  const { asked, lookUps, meaningOf } = bench();
  const first = meaningOf({ word: 'uno', language: 'es' });
  const second = meaningOf({ word: 'dos', language: 'es' });
  const told = { type: /** @type {const} */ ('translated'), session: 'tab', problem: null };
  lookUps.take({ ...told, request: 'of nobody', text: 'x' });
  for (const { request, text } of asked.toReversed()) {
    lookUps.take({ ...told, request, text: text.toUpperCase() });
  }
  assert.deepEqual([(await first).meaning, (await second).meaning], ['UNO', 'DOS']);
});

test('nobody is left waiting when captions end', async () => {
  const { lookUps, meaningOf } = bench();
  const meaning = meaningOf({ language: 'es' });
  lookUps.close();
  assert.equal((await meaning).meaning, null);
});
