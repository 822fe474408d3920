import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreed } from '../../../extension/transcript/agreement.js';
import { numbersFrom } from './builders.js';

const ENOUGH = { least: 3, share: 0.8 };

/** @param {string} who @param {number} start @param {number} end */
const told = (who, start, end) => ({ who, start, end });

/** @param {string | null} speaker @param {number} start @param {number} end */
const said = (speaker, start, end) => ({ speaker, start, end });

test('a voice is who is told while it is heard', () => {
  const seen = [told('Ada', 0, 5), told('Bob', 5, 10)];
  const lines = [said('1', 0, 4.8), said('2', 5.1, 9), said(null, 9, 10)];
  assert.deepEqual(
    [...agreed(seen, lines, ENOUGH)],
    [
      ['1', 'Ada'],
      ['2', 'Bob'],
    ],
  );
});

test('what was heard for too short a time says nothing', () => {
  assert.equal(agreed([told('Ada', 0, 2.9)], [said('1', 0, 9)], ENOUGH).size, 0);
  assert.equal(agreed([told('Ada', 0, 9)], [said('1', 8, 20)], ENOUGH).size, 0);
});

test('where two are told while one is heard, neither is believed', () => {
  const seen = [told('Ada', 0, 6), told('Bob', 6, 10)];
  assert.equal(agreed(seen, [said('1', 0, 10)], ENOUGH).size, 0);
});

test('of two who speak at the same time, nobody knows which one is told', () => {
  assert.equal(agreed([told('Ada', 0, 9)], [said('1+2', 0, 9)], ENOUGH).size, 0);
});

test('a switch that is told late does no harm', () => {
  const seen = [told('Ada', 1, 11), told('Bob', 11, 21)];
  const lines = [said('1', 0, 10), said('2', 10, 20)];
  assert.deepEqual(
    [...agreed(seen, lines, ENOUGH)],
    [
      ['1', 'Ada'],
      ['2', 'Bob'],
    ],
  );
});

test('whatever is told at random, no voice is somebody who was told less than its share', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const below = numbersFrom(seed);
    const seen = Array.from({ length: 12 }, (_, i) => told('AB'[below(2)] ?? 'A', i, i + 1));
    const lines = Array.from({ length: 12 }, (_, i) => said(`${1 + below(2)}`, i, i + 1));
    for (const [voice, who] of agreed(seen, lines, ENOUGH)) {
      const own = lines.flatMap(({ speaker }, i) => (speaker === voice ? seen[i]?.who : []));
      const right = own.filter((each) => each === who).length;
      assert.ok(right >= 3 && right >= 0.8 * own.length, `seed ${seed}`);
    }
  }
});
