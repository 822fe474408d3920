/** Values that are nearly valid, the same for the same random numbers. */

/** @typedef {() => number} Random from 0 to below 1 */

const SCALARS = [
  ...[null, undefined, true, false, 0, -0, 1, -1, 2, 3, 99, 100, 0.5, 1e21, 1e300, -1e300, 5e-324],
  ...[2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), NaN, Infinity, -Infinity],
  ...['', ' ', 'a', 'en', 'you', '1', '007', '9'.repeat(400), '\u0000', '\ud800', '\u202e', 'é😀'],
  ...['__proto__', 'constructor', 'toString', 'type', '$&', '(a+)+$', '[', 'ž'.repeat(3_000)],
  ...['audio', 'captions', 'stop', 'hello', 'popup/popup.html', '//', '.', '今日は', 'x y z. '],
];

const KEYS = ['__proto__', 'constructor', 'toString', 'type', 'session', 'id', 'text', 'x', ''];

/** @param {number} seed @returns {Random} the same at each run (mulberry32) */
export function randomOf(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {Random} random @param {number} below @returns {number} a whole one */
export const below = (random, below) => Math.floor(random() * below);

/** @template T @param {Random} random @param {readonly T[]} choices @returns {T} */
export const pick = (random, choices) => /** @type {T} */ (choices[below(random, choices.length)]);

/**
 * @param {Random} random
 * @param {any} value
 * @returns {any} the value with a change somewhere in it; the original stays as it is
 */
export function mutated(random, value) {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || random() < 0.15) return replaced(random, value);
  if (Array.isArray(value)) return mutatedArray(random, value);
  const key = pick(random, keys);
  if (random() < 0.75) return withField(value, key, mutated(random, value[key]));
  if (random() < 0.4) return withField(value, pick(random, KEYS), value[key]);
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** @param {Random} random @param {any[]} value */
function mutatedArray(random, value) {
  const at = below(random, value.length);
  const copies = random() < 0.6 ? [mutated(random, value[at])] : Array(below(random, 4));
  return value.toSpliced(at, 1, ...copies.fill(value[at], copies[0] === undefined ? 0 : 1));
}

/** @param {Random} random @param {any} value */
function replaced(random, value) {
  const kind = below(random, 8);
  if (kind === 0) return [value, value];
  if (kind === 1) return { [pick(random, KEYS)]: value };
  if (kind === 2) return nested(1 + below(random, 3) ** 6, value);
  if (typeof value === 'number' && kind < 5) return value + pick(random, [-1, 1, 2, 16_000, 0.5]);
  if (typeof value === 'string' && kind < 5) return spliced(random, value);
  return pick(random, SCALARS);
}

/** @param {Random} random @param {string} value */
function spliced(random, value) {
  const at = below(random, value.length + 1);
  return value.slice(0, at) + String(pick(random, SCALARS)) + value.slice(at + below(random, 3));
}

/** @param {number} depth @param {unknown} value */
function nested(depth, value) {
  let made = value;
  for (let n = 0; n < depth; n += 1) made = n % 2 ? [made] : { a: made };
  return made;
}

/** @param {object} record @param {string} key @param {unknown} value as JSON.parse makes it */
function withField(record, key, value) {
  const copy = { ...record };
  const field = { value, enumerable: true, configurable: true, writable: true };
  return Object.defineProperty(copy, key, field);
}
