/** Random values, and changes of valid ones. All of it is JSON, so that it can be kept in a file. */

/** @typedef {() => number} Random from 0 to below 1 */

/** @param {number} seed @returns {Random} the same at each run (mulberry32) */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @template T @param {Random} next @param {readonly T[]} choices @returns {T} */
export const pick = (next, choices) =>
  /** @type {T} */ (choices[Math.floor(next() * choices.length)]);

/** @param {Random} next @param {number} most @returns {number} whole, from 0 to `most` */
export const upTo = (next, most) => Math.floor(next() * (most + 1));

const NUMBERS = [
  0,
  1,
  -1,
  0.5,
  2,
  7,
  100,
  16_000,
  1e300,
  -1e300,
  2 ** 53 - 1,
  2 ** 53,
  1e21,
  5e-324,
];
const TEXTS = [
  ...['', ' ', 'a', 'Hello, you.', 'x'.repeat(300), '\u0000', '\ud800', '😀', 'é', 'İ', 'ß', 'ﬁ'],
  ...['今天天气很好', '(', '[', '\\', '$&', '.*', 'a|b', '\r\n', '\u202e', 'en', 'pt-BR', 'null'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'type', 'captions'],
];

/** @param {Random} next @param {number} [depth] @returns {unknown} */
export function anything(next, depth = 3) {
  const kind = upTo(next, depth > 0 ? 6 : 4);
  if (kind === 0) return null;
  if (kind === 1) return next() < 0.5;
  if (kind === 2) return pick(next, NUMBERS);
  if (kind < 5) return pick(next, TEXTS);
  const size = upTo(next, 4);
  if (kind === 5) return Array.from({ length: size }, () => anything(next, depth - 1));
  /** @type {Record<string, unknown>} */
  const made = {};
  for (let n = 0; n < size; n += 1) put(made, pick(next, TEXTS), anything(next, depth - 1));
  return made;
}

/** @param {Random} next @returns {string} words of any script */
export function text(next) {
  return Array.from({ length: upTo(next, 4) }, () => pick(next, TEXTS)).join(pick(next, [' ', '']));
}

/** @param {Random} next @returns {import('../../../extension/shared/protocol.js').Captions} */
export function update(next) {
  const at = () => (next() < 0.02 ? pick(next, [2 ** 53 - 1, 0]) : upTo(next, 60) * 1_000);
  const told = {
    language: pick(next, ['en', null, 'pt']),
    speaker: pick(next, [null, '1', 'you']),
  };
  const translation = { text: text(next), language: 'pt', state: /** @type {const} */ ('draft') };
  const lines = Array.from({ length: upTo(next, next() < 0.01 ? 300 : 4) }, (_, n) => ({
    id: at() + n,
    start: at(),
    end: at(),
    text: next() < 0.2 ? '' : text(next),
    state: pick(next, /** @type {const} */ (['committed', 'final'])),
    ...told,
    translation: next() < 0.3 ? translation : null,
  }));
  const draft = next() < 0.4 ? null : { line: at(), text: text(next), start: at(), end: at() };
  const revision = 1 + upTo(next, 30);
  return { type: 'captions', session: 's', revision, lines, draft, final_until: at() };
}

/**
 * A value with one change somewhere in it.
 * @param {Random} next
 * @param {unknown} value not changed itself
 * @returns {unknown}
 */
export function changed(next, value) {
  return changeIn(next, copied(value));
}

/** @template T @param {T} value of JSON @returns {T} a copy, five times faster than structuredClone */
const copied = (value) => JSON.parse(JSON.stringify(value));

/** @param {Random} next @param {any} value @returns {unknown} */
function changeIn(next, value) {
  if (typeof value !== 'object' || value === null || next() < 0.1) return nested(next);
  const keys = Object.keys(value);
  if (keys.length === 0) return nested(next);
  const key = pick(next, keys);
  const what = next();
  if (what < 0.12) remove(value, key);
  else if (what < 0.2) put(value, pick(next, TEXTS), anything(next, 1));
  else if (what < 0.25 && Array.isArray(value)) value.push(...value.slice(0, 50));
  else put(value, key, changeIn(next, value[key]));
  return value;
}

/** @param {Random} next @returns {unknown} rarely something very deep */
function nested(next) {
  if (next() > 0.002) return anything(next);
  const depth = pick(next, [100, 2_000]);
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

/** @param {any} value @param {string} key */
function remove(value, key) {
  if (Array.isArray(value)) value.splice(Number(key), 1);
  else delete value[key];
}

/** As JSON makes it: also "__proto__" is a field. @param {any} target @param {string} key @param {unknown} value */
function put(target, key, value) {
  const field = { value, enumerable: true, configurable: true, writable: true };
  if (Array.isArray(target) && !/^\d{1,4}$/.test(key)) target.push(value);
  else Object.defineProperty(target, key, field);
}
