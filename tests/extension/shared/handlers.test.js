import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handle } from '../../../extension/shared/handlers.js';

/** @typedef {{ type: 'add', number: number } | { type: 'double' }} Sum */

/** @type {import('../../../extension/shared/handlers.js').Handlers<Sum, [number], number>} */
const HANDLERS = {
  add: ({ number }, before) => before + number,
  double: (_message, before) => before * 2,
};

test('a message goes to the handler of its type, with what else there is', () => {
  assert.equal(handle(HANDLERS, { type: 'add', number: 3 }, 4), 7);
  assert.equal(handle(HANDLERS, { type: 'double' }, 4), 8);
});

test('a message of an unknown type is passed over', () => {
  for (const type of ['other', 'toString', '__proto__']) {
    assert.equal(handle(HANDLERS, /** @type {any} */ ({ type }), 4), undefined);
  }
});
