import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halves, wholeClauses } from '../../../extension/translation/clauses.js';

test('a growing text is cut after its last clause', () => {
  assert.equal(wholeClauses('Hola, amigos'), 'Hola,');
  assert.equal(wholeClauses('Son las 10:30 y 3.5'), '');
  assert.equal(wholeClauses('「はい」と言った。そして'), '「はい」と言った。');
  assert.equal(wholeClauses('¿Qué? "Sí." Luego'), '¿Qué? "Sí."');
  const long = 'una frase que sigue y sigue sin ninguna pausa a la vista';
  assert.equal(wholeClauses(long), long);
});

test('a text is halved between sentences, or else between words', () => {
  assert.deepEqual(halves('A b c. D e f. G h i.'), ['A b c.', 'D e f. G h i.']);
  assert.deepEqual(halves('one two three four'), ['one two', 'three four']);
  assert.equal(halves('one'), null);
  assert.equal(halves('  one  '), null);
});
