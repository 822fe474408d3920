import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canonical,
  offersFor,
  reachable,
  servedBy,
  writesEnglish,
} from '../../../extension/shared/translators.js';
import { found, languageChoices } from '../../../extension/ui/language_list.js';

/** @typedef {import('../../../extension/shared/protocol.js').CatalogModel} CatalogModel */

/**
 * @param {string} name @param {string[]} from @param {string[]} into
 * @param {Partial<NonNullable<CatalogModel['translation']>>} [facts] @param {Partial<CatalogModel>} [model]
 * @returns {CatalogModel}
 */
const model = (name, from, into, facts = {}, model = {}) => ({
  name,
  kind: 'translator',
  languages: [],
  translates: false,
  licence: 'MIT',
  size_bytes: 100,
  state: 'absent',
  problem: null,
  translation: {
    from,
    into,
    pivot: from.length === 1,
    terms: '',
    quality: 'good',
    milliseconds: null,
    ...facts,
  },
  ...model,
});

const MANY = ['en', 'es', 'pt', 'ja'];
const NLLB = model('nllb', MANY, MANY, { quality: 'best', terms: 'Not for commercial use.' });
const M2M = model('m2m', MANY, MANY, { milliseconds: 300 }, { size_bytes: 500 });
const PAIR = model('es-pt', ['es'], ['pt']);
const TO_ENGLISH = model('es-en', ['es'], ['en'], { milliseconds: 40 });
const FROM_ENGLISH = model('en-de', ['en'], ['de'], { quality: 'draft', milliseconds: 60 });
const catalogue = [NLLB, M2M, PAIR, TO_ENGLISH, FROM_ENGLISH];

/** @type {import('../../../extension/shared/translators.js').Engines} */
const NO_ENGINES = { installed: [], catalogue: [], browser: new Map(), whisper: false };

/** @param {Partial<import('../../../extension/shared/translators.js').Engines>} changes */
const engines = (changes) => ({ ...NO_ENGINES, ...changes });

/** @param {string} target @param {string | null} source @param {any} [changes] */
const names = (target, source, changes = { catalogue }) =>
  offersFor(target, source, engines(changes)).map(({ id }) => id);

test('what is installed serves, then the browser, then Whisper itself', () => {
  const installed = [{ name: 'nllb', sources: ['es'], targets: ['pt', 'en'] }];
  const browser = new Map([['pt', /** @type {const} */ ('available')]]);
  assert.equal(servedBy('pt', 'es', engines({ installed, browser, whisper: true })), 'host');
  assert.equal(servedBy('pt', 'fr', engines({ installed, browser })), 'browser');
  const later = new Map([['pt', /** @type {const} */ ('downloadable')]]);
  assert.equal(servedBy('pt', 'fr', engines({ installed, browser: later })), null);
  assert.equal(servedBy('en', 'fr', engines({ whisper: true })), 'whisper');
  assert.equal(servedBy('en', 'fr', engines({ whisper: false })), null);
});

test('a translator for one language serves no language that nobody knows yet', () => {
  const one = [{ name: 'es-pt', sources: ['es'], targets: ['pt'] }];
  assert.equal(servedBy('pt', null, engines({ installed: one })), null);
  const many = [{ name: 'nllb', sources: MANY, targets: MANY }];
  assert.equal(servedBy('pt', null, engines({ installed: many })), 'host');
});

test('free ones are offered first, then the better, then the smaller', () => {
  assert.deepEqual(names('pt', 'es'), ['es-pt', 'm2m', 'nllb']);
  assert.deepEqual(names('pt', null), ['m2m', 'nllb']);
  const browser = new Map([['pt', /** @type {const} */ ('downloadable')]]);
  assert.deepEqual(names('pt', 'es', { catalogue, browser })[0], 'browser');
  assert.deepEqual(names('fr', 'es'), []);
});

test('two go through English where nothing goes there directly, and it is told of both', () => {
  const [offer] = offersFor('de', 'es', engines({ catalogue }));
  assert.deepEqual(
    [offer?.id, offer?.throughEnglish, offer?.bytes, offer?.quality, offer?.milliseconds],
    ['es-en+en-de', true, 200, 'draft', 100],
  );
  const half = catalogue.map((one) =>
    one === TO_ENGLISH ? { ...one, state: /** @type {const} */ ('installed') } : one,
  );
  assert.equal(offersFor('de', 'es', engines({ catalogue: half }))[0]?.bytes, 100);
});

test('every language that some engine reaches is there, each once', () => {
  const browser = new Map([
    ['he', /** @type {const} */ ('downloadable')],
    ['xx', /** @type {const} */ ('unavailable')],
  ]);
  const installed = [{ name: 'a', sources: ['en'], targets: ['iw', 'pt'] }];
  const codes = reachable(engines({ installed, catalogue, browser, whisper: true }));
  assert.deepEqual(codes.toSorted(), ['de', 'en', 'es', 'iw', 'ja', 'pt']);
  assert.equal(canonical('zh-TW'), 'zh-Hant');
  assert.equal(canonical('pt-BR'), 'pt');
});

test('English comes from Whisper only where the model can write it', () => {
  assert.equal(writesEnglish('large-v3-turbo', []), false);
  assert.equal(writesEnglish('tiny.en', []), false);
  assert.equal(writesEnglish('base', []), true);
  const base = { ...model('base', [], []), kind: /** @type {const} */ ('recogniser') };
  assert.equal(writesEnglish('base', [base]), false, 'the caption program knows better');
});

test("the user's languages stand first, in their order, and all are found by any of their names", () => {
  const { own, others } = languageChoices(
    ['ja', 'de', 'pt', 'en', 'es'],
    ['pt-BR', 'en-US'],
    'en',
    () => '',
  );
  assert.deepEqual(
    own.map(({ code }) => code),
    ['pt', 'en'],
  );
  assert.deepEqual(
    others.map(({ code }) => code),
    ['de', 'ja', 'es'],
  );
  const groups = [{ label: '', choices: [...own, ...others] }];
  const seek = (/** @type {string} */ query) =>
    found(groups, query).flatMap(({ choices }) => choices.map(({ code }) => code));
  assert.deepEqual(seek('espanol'), ['es']);
  assert.deepEqual(seek('日本'), ['ja']);
  assert.deepEqual(seek('GER'), ['de']);
  assert.deepEqual(seek('xyz'), []);
  assert.equal(seek('').length, 5);
});

/**
 * @param {keyof typeof Intl} name of a class
 * @param {() => void} run
 * @returns {number} how many were made meanwhile
 */
function made(name, run) {
  const original = Intl[name];
  let count = 0;
  const counting = new Proxy(original, {
    construct(target, given) {
      count += 1;
      return Reflect.construct(/** @type {any} */ (target), given);
    },
  });
  Object.defineProperty(Intl, name, { value: counting, configurable: true, writable: true });
  try {
    run();
  } finally {
    Object.defineProperty(Intl, name, { value: original, configurable: true, writable: true });
  }
  return count;
}

test('a list of many languages and translators looks at each code once, however often it is made', () => {
  const letters = [...'abcdefghijklmnopqrst'];
  const codes = letters.flatMap((a) => letters.slice(0, 10).map((b) => `q${a}${b}`));
  const many = Array.from({ length: 40 }, (_, at) => model(`m${at}`, codes, codes));
  const news = engines({ catalogue: many, browser: new Map([['pt', 'available']]) });
  const list = () =>
    languageChoices(reachable(news), ['pt-BR'], 'en', (code) => {
      assert.equal(servedBy(code, 'qaa', news), code === 'pt' ? 'browser' : null);
      return String(offersFor(code, 'qab', news).length);
    });
  const locales = made('Locale', list);
  assert.ok(locales <= 2 * (codes.length + 2) + 1, `${locales} for ${codes.length} codes`);
  assert.ok(made('Locale', list) <= 1);
  assert.equal(made('DisplayNames', list), 0);
  assert.equal(list().others.filter(({ note }) => note === '40').length, codes.length);
});
