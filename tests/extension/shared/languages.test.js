import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageName, LANGUAGES, namedLanguages } from '../../../extension/shared/languages.js';

test('every language has a name in each language of the interface', () => {
  for (const locale of ['en', 'de', 'es', 'fr']) {
    for (const code of LANGUAGES) assert.notEqual(languageName(code, locale), code, code);
  }
});

test('names are in the order of the locale, with a capital', () => {
  const named = namedLanguages(['de', 'en', 'fr'], 'es');
  assert.deepEqual(
    named.map(({ name }) => name),
    ['Alemán', 'Francés', 'Inglés'],
  );
});
