import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SWEARWORDS } from '../../../extension/shared/swearwords.js';
import { makeFilter } from '../../../extension/shared/text_filters.js';

/** @param {[string, string][]} pairs */
const replacing = (...pairs) =>
  makeFilter(
    { profanity: false, replacements: pairs.map(([from, to]) => ({ from, to })) },
    SWEARWORDS,
  );

const masking = makeFilter({ profanity: true, replacements: [] }, SWEARWORDS);

test('without filters the text is as it is', () => {
  const text = 'Well, shit happens. ';
  assert.equal(makeFilter({ profanity: false, replacements: [] }, SWEARWORDS)(text), text);
});

test('whole words are replaced, in any case, each once', () => {
  const filter = replacing(['cat', 'dog'], ['dog', 'cat']);
  assert.equal(filter('Cat and DOG, not concatenate.'), 'dog and cat, not concatenate.');
});

test('the longer of two words is meant, across any space', () => {
  const filter = replacing(['new', 'old'], ['new york', 'NYC']);
  assert.equal(filter('New  York is new'), 'NYC is old');
});

test('letters of all scripts belong to words', () => {
  assert.equal(replacing(['rue', 'street'])('la ruée dans la rue'), 'la ruée dans la street');
  assert.equal(replacing(['ма', 'x'])('мама ма'), 'мама x');
});

test('where words are not spaced they are found inside of text', () => {
  assert.equal(replacing(['东京', 'Tokyo'])('我在东京工作'), '我在Tokyo工作');
});

test('signs in a word are themselves', () => {
  const filter = replacing(['c++', '$1'], ['a.b', 'ab'], ['re-do', 'redo'], ['(x)', 'x']);
  assert.equal(filter('C++ axb a.b re-do (x)'), '$1 axb ab redo x');
});

test('swearwords keep their first letter and length', () => {
  assert.equal(masking('Oh, Shit! Bullshit.'), 'Oh, S•••! B•••••••.');
  assert.equal(masking('hijo de puta'), 'h••• •• ••••');
  assert.equal(masking('Scheiße, merde, coño'), 'S••••••, m••••, c•••');
});

test('harmless words that contain one stay', () => {
  const text = 'Scunthorpe, shiitake, Dickens, assassin, computador';
  assert.equal(masking(text), text);
});

test('a replacement may bring back what is masked', () => {
  const filter = makeFilter(
    { profanity: true, replacements: [{ from: 's•••', to: 'sugar' }] },
    SWEARWORDS,
  );
  assert.equal(filter('shit'), 'sugar');
});
