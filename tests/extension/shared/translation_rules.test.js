import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homeLanguage, ownLanguages } from '../../../extension/shared/languages.js';
import { BROWSER, DEFAULTS, hostOptions, settingsFor } from '../../../extension/shared/settings.js';
import {
  isSameLanguage,
  mayTranslate,
  targetFor,
  wishOf,
} from '../../../extension/shared/translation_rules.js';

/** @typedef {import('../../../extension/shared/translation_rules.js').LanguageRule} LanguageRule */

/** @type {LanguageRule[]} */
const RULES = [
  { language: 'de', translate: 'never' },
  { language: 'ja', translate: 'always' },
];

/** @type {[string | null, string | null, LanguageRule[], string | null][]} chosen, spoken, rules, into */
const CASES = [
  ['pt', 'es', [], 'pt'],
  ['pt', null, [], 'pt'],
  ['pt', 'pt', [], null],
  ['pt-BR', 'pt', [], null],
  ['pt', 'de', RULES, null],
  ['pt', 'de-CH', RULES, null],
  ['pt', 'ja', RULES, 'pt'],
  ['pt', null, RULES, 'pt'],
  [null, 'es', RULES, null],
  [null, 'ja', RULES, 'fr'],
  [null, 'fr', [{ language: 'fr', translate: 'always' }], null],
];

for (const [target, spoken, rules, into] of CASES) {
  test(`${target} chosen, ${spoken} spoken, ${rules.length} rules: into ${into}`, () => {
    assert.equal(targetFor({ target, home: 'fr', rules }, spoken), into);
  });
}

test('nothing is translated without a target, unless a language always is', () => {
  assert.equal(mayTranslate({ target: null, rules: RULES }), true);
  assert.equal(mayTranslate({ target: null, rules: RULES.slice(0, 1) }), false);
  assert.equal(mayTranslate({ target: 'pt', rules: [] }), true);
});

test('a language is the same under each of its codes', () => {
  for (const [one, other] of [
    ['jw', 'jv'],
    ['iw', 'he'],
    ['nb', 'no'],
    ['pt_BR', 'pt'],
  ]) {
    assert.equal(isSameLanguage(one ?? null, other ?? null), true);
  }
  assert.equal(isSameLanguage(null, 'en'), false);
});

test("a site's rules come before those of all sites, language by language", () => {
  const settings = {
    ...structuredClone(DEFAULTS),
    languageRules: RULES,
    sites: {
      'a.org': { languageRules: [{ language: 'de', translate: /** @type {const} */ ('always') }] },
    },
  };
  const here = { target: 'pt', home: 'en', rules: settingsFor(settings, 'a.org').languageRules };
  assert.equal(targetFor(here, 'de'), 'pt');
  assert.equal(targetFor(here, 'ja'), 'pt');
  const elsewhere = { ...here, rules: settingsFor(settings, 'b.org').languageRules };
  assert.equal(targetFor(elsewhere, 'de'), null);
});

test('the host is told nothing of what the browser translates', () => {
  const settings = settingsFor({ ...DEFAULTS, translateTo: 'pt', translator: BROWSER }, null);
  const { translate_to, translator, task } = hostOptions(settings);
  assert.deepEqual([translate_to, translator, task], [null, null, 'transcribe']);
  assert.deepEqual(wishOf(settings, 'pt', BROWSER), {
    target: 'pt',
    home: 'pt',
    rules: [],
    by: 'browser',
    aloud: false,
  });
});

test("the user's languages are told as translators know them", () => {
  assert.equal(homeLanguage(['pt-BR', 'en']), 'pt');
  assert.deepEqual(ownLanguages(['zh-TW', 'zh-CN', 'en-US', 'en']), ['zh-Hant', 'zh', 'en']);
  assert.equal(homeLanguage([]), 'en');
});
