import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { choiceKey, nameKey, SECTIONS } from '../../extension/options/fields.js';

const EXTENSION = new URL('../../extension/', import.meta.url);

/** @param {string} locale @returns {Promise<Record<string, { message: string, placeholders?: object }>>} */
const textsOf = async (locale) =>
  JSON.parse(await readFile(new URL(`_locales/${locale}/messages.json`, EXTENSION), 'utf8'));

const locales = await readdir(new URL('_locales/', EXTENSION));
const english = await textsOf('en');
const paths = await readdir(EXTENSION, { recursive: true });
const code = paths.filter((path) => /\.js$|\.html$|^manifest\.json$/.test(path));
const sources = await Promise.all(code.map((path) => readFile(new URL(path, EXTENSION), 'utf8')));
const source = sources.join('\n');

/** Keys made from what is named elsewhere in the source: `state_loading` from the phase. */
const MADE = /^(?:error|remedy|state|command|model|microphone(?:_remedy)?)_(?=[a-z])/;

const fields = Object.values(SECTIONS).flat();
const ofFields = fields.flatMap(({ path, choices = [] }) => [
  nameKey(path),
  ...choices.map((value) => choiceKey(path, value)),
]);

test('English and three more languages are there', () => {
  assert.deepEqual(locales.sort(), ['de', 'en', 'es', 'fr']);
});

for (const locale of locales) {
  test(`${locale} has every text, with the same placeholders`, async () => {
    const texts = await textsOf(locale);
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(english).sort());
    for (const [key, { message, placeholders }] of Object.entries(texts)) {
      assert.ok(message.trim(), key);
      assert.deepEqual(placeholders, english[key]?.placeholders, key);
      const named = message.match(/\$[A-Z]+\$/g) ?? [];
      assert.equal(named.length, Object.keys(placeholders ?? {}).length, key);
    }
  });
}

test('every text is used', () => {
  for (const key of Object.keys(english)) {
    const used = source.includes(key) || source.includes(`'${key.replace(MADE, '')}'`);
    assert.ok(used || ofFields.includes(key) || source.includes(`${key.replace(MADE, '')}:`), key);
  }
});

test('every text that is asked for is there', () => {
  const named = source.matchAll(
    /text\(\s*'([a-z_0-9]+)'|getMessage\('([a-z_]+)'|__MSG_([a-z_]+)__|data-i18n(?:-[a-z-]+)?="([A-Za-z_0-9]+)"|'((?:title|notice|popup|welcome|preview|import)_[a-z_0-9]+)'/g,
  );
  const keys = [...named].map((match) => match.slice(1).find(Boolean) ?? '');
  assert.ok(keys.length > 100);
  for (const key of [...keys, ...ofFields]) {
    assert.ok(english[key]?.message, `${key} has no text`);
  }
});
