import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { BrowserTranslator } from '../../../extension/translation/browser_translator.js';
import { browserInterface } from './stand_ins.js';

/** @param {Promise<unknown>} asked */
const kindOf = (asked) =>
  asked.then(
    () => 'none',
    (fault) => fault.kind,
  );

test('a text is translated, and the translator of its pair is made once', async () => {
  const stand = browserInterface('available');
  const translator = new BrowserTranslator(() => stand);
  assert.equal(await translator.translate('es', 'pt', 'Hola.'), 'pt: Hola.');
  assert.equal(await translator.translate('es', 'pt', 'Adiós.'), 'pt: Adiós.');
  assert.deepEqual(
    stand.made.map(({ sourceLanguage, targetLanguage }) => [sourceLanguage, targetLanguage]),
    [['es', 'pt']],
  );
  translator.close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stand.made[0]?.destroyed, true);
});

test("Whisper's codes are told as the browser knows them", async () => {
  const stand = browserInterface('available');
  const translator = new BrowserTranslator(() => stand);
  await translator.translate('jw', 'zh-Hant', 'x');
  assert.deepEqual(stand.made[0], {
    sourceLanguage: 'jv',
    targetLanguage: 'zh-Hant',
    destroyed: false,
  });
});

test('few pairs are held in memory; the one that was not used for longest goes', async () => {
  const stand = browserInterface('available');
  const translator = new BrowserTranslator(() => stand);
  for (const source of ['es', 'fr', 'it', 'es', 'de'])
    await translator.translate(source, 'pt', 'x');
  const gone = stand.made.filter(({ destroyed }) => destroyed);
  assert.deepEqual(
    gone.map(({ sourceLanguage }) => sourceLanguage),
    ['fr'],
  );
});

/** @type {[string, import('../../../extension/translation/browser_translator.js').Availability, string | undefined, string][]} */
const REFUSALS = [
  ['an unknown pair', 'unavailable', undefined, 'pair'],
  ['one that is to be downloaded', 'downloadable', undefined, 'click'],
  ['one that is being downloaded', 'downloading', undefined, 'downloading'],
  ['one that may not be used without a click', 'available', 'NotAllowedError', 'click'],
  ['no network', 'available', 'NetworkError', 'download'],
  ['a policy', 'available', 'NotSupportedError', 'pair'],
  ['anything else', 'available', 'OperationError', 'failed'],
];

for (const [what, state, refuse, kind] of REFUSALS) {
  test(`${what} is told as "${kind}"`, async () => {
    const stand = browserInterface(state, { refuse });
    const translator = new BrowserTranslator(() => stand);
    assert.equal(await kindOf(translator.translate('es', 'pt', 'x')), kind);
    // It may be there a moment later.
    Object.assign(stand, { state: 'available', refuse: undefined });
    assert.equal(await kindOf(translator.translate('es', 'pt', 'x')), 'none');
  });
}

test('a browser without a translator says so', async () => {
  const translator = new BrowserTranslator(() => undefined);
  assert.equal(translator.exists, false);
  assert.equal(await translator.availability('es', 'pt'), 'unavailable');
  assert.equal(await kindOf(translator.translate('es', 'pt', 'x')), 'missing');
});

test('a download tells how far it is, and can be cancelled', async () => {
  const stand = browserInterface('downloadable', { steps: [0, 0.5, 1] });
  const translator = new BrowserTranslator(() => stand);
  /** @type {number[]} */
  const steps = [];
  await translator.prepare('es', 'pt', { progress: (share) => steps.push(share) });
  assert.deepEqual(steps, [0, 0.5, 1]);
  const stands = browserInterface('downloadable', { steps: [0.3], hang: true });
  const stop = new AbortController();
  const cancelled = new BrowserTranslator(() => stands).prepare('es', 'pt', {
    progress: () => {},
    signal: stop.signal,
  });
  setImmediate(() => stop.abort());
  assert.equal(await kindOf(cancelled), 'cancelled');
});

test('one that never answers is given up, as in a browser without a network', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const stand = browserInterface('available', { hang: true });
    const translator = new BrowserTranslator(() => stand);
    const asked = kindOf(translator.translate('es', 'pt', 'x'));
    for (let i = 0; i < 50; i++) {
      await Promise.resolve();
      mock.timers.tick(1000);
    }
    assert.equal(await asked, 'silent');
  } finally {
    mock.timers.reset();
  }
});

test('a translation that never comes is given up, and the translator made anew', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let hangs = true;
    const stand = browserInterface('available', {
      translate: (text) => (hangs ? new Promise(() => {}) : Promise.resolve(text)),
    });
    const translator = new BrowserTranslator(() => stand);
    const asked = kindOf(translator.translate('es', 'pt', 'x'));
    for (let i = 0; i < 50; i++) {
      await Promise.resolve();
      mock.timers.tick(1000);
    }
    assert.equal(await asked, 'silent');
    hangs = false;
    assert.equal(await translator.translate('es', 'pt', 'y'), 'y');
    assert.equal(stand.made.length, 2);
  } finally {
    mock.timers.reset();
  }
});

test('a text that is too long is translated in parts; one that cannot be cut is given up', async () => {
  const stand = browserInterface('available', { quota: 30 });
  const translator = new BrowserTranslator(() => stand);
  const text = 'One sentence is here. Another one follows it. And then a third.';
  const translated = await translator.translate('en', 'pt', text);
  assert.equal(translated.replaceAll('pt: ', ''), text);
  assert.equal(await kindOf(translator.translate('en', 'pt', 'x'.repeat(31))), 'text');
});

test('a translator that was destroyed is replaced at the next text', async () => {
  const stand = browserInterface('available');
  const translator = new BrowserTranslator(() => stand);
  await translator.translate('es', 'pt', 'x');
  for (const one of stand.made) one.destroyed = true;
  assert.equal(await kindOf(translator.translate('es', 'pt', 'x')), 'failed');
  assert.equal(await translator.translate('es', 'pt', 'x'), 'pt: x');
});
