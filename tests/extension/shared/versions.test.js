import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNewer } from '../../../extension/shared/versions.js';

for (const [version, than, expected] of /** @type {[string, string, boolean][]} */ ([
  ['0.2.0', '0.1.0', true],
  ['0.10.0', '0.9.9', true],
  ['1.0', '0.9.9', true],
  ['0.1.0.1', '0.1.0', true],
  ['0.1.0', '0.1.0', false],
  ['0.1', '0.1.0', false],
  ['0.1.0', '0.2.0', false],
  ['doctor', '0.1.0', false],
  ['1.0.0', 'unknown', true],
])) {
  test(`${version} is ${expected ? '' : 'not '}newer than ${than}`, () => {
    assert.equal(isNewer(version, than), expected);
  });
}
