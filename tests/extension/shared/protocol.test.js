import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { findFault } from '../../../extension/shared/validate.js';
import { generate } from '../../tools/generate_protocol.js';
import { captions, line, status } from '../builders.js';

const FIXTURES = new URL('../../fixtures/protocol/', import.meta.url);

/** @param {unknown} message */
const faultOf = (message) =>
  findFault(message, 'ToHost', DEFINITIONS) && findFault(message, 'ToExtension', DEFINITIONS);

for (const folder of ['valid', 'invalid']) {
  for (const name of await readdir(new URL(`${folder}/`, FIXTURES))) {
    test(`${folder}/${name} is ${folder}`, async () => {
      const text = await readFile(new URL(`${folder}/${name}`, FIXTURES), 'utf8');
      const fault = faultOf(JSON.parse(text));
      assert.equal(fault === null, folder === 'valid', fault ?? 'no fault was found');
    });
  }
}

test('what is generated is what the schema says', async () => {
  const hint = 'run: node tests/tools/generate_protocol.js';
  for (const [path, source] of await generate()) {
    assert.equal(await readFile(path, 'utf8'), source, hint);
  }
});

test('a fault says where it is and what was expected', () => {
  const cases = /** @type {const} */ ([
    [captions(0, []), 'ToExtension.revision: 0 is below 1'],
    [captions(1, [line(0.5, 'x')]), 'ToExtension.lines[0].id: expected integer, got number'],
    [
      captions(1, [line(0, 'x', { speaker: /** @type {any} */ (3) })]),
      'ToExtension.lines[0].speaker: expected string or null, got number',
    ],
    [{ ...captions(1, []), extra: 1 }, 'ToExtension.extra: unknown'],
    [{ ...status('ended'), session: '' }, 'ToExtension.session: shorter than 1'],
    [
      { ...status('ended'), state: 'asleep' },
      'ToExtension.state: expected one of ["loading","listening","lagging","ended"]',
    ],
    [{ type: 'status' }, 'ToExtension.session: missing'],
    [{ type: 'nonsense' }, 'ToExtension.type: unknown'],
    [null, 'ToExtension: expected object, got null'],
  ]);
  for (const [message, expected] of cases) {
    assert.equal(findFault(message, 'ToExtension', DEFINITIONS), expected);
  }
});
