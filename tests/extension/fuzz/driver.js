/** Feeds a target: input number n is the same in each run. */
import { randomOf } from './mutate.js';

/** @typedef {import('./targets.js').Target} Target */

export const MOST_MS = 2_000;

/**
 * @typedef {object} Finding
 * @property {number} number of the input
 * @property {unknown} input
 * @property {string} what the error, and where it was thrown
 */

/**
 * @param {Target} target
 * @param {number} number
 * @returns {unknown}
 */
export function inputOf(target, number) {
  return target.make(randomOf(Math.imul(number, 0x9e3779b1)));
}

/**
 * @param {Target} target
 * @param {unknown} input
 * @returns {Promise<string | null>} what is wrong
 */
export async function fault(target, input) {
  const begun = process.cpuUsage();
  try {
    const going = target.read(input);
    if (going instanceof Promise) await going;
  } catch (error) {
    const { message, stack = '' } = /** @type {Error} */ (error);
    const at = stack.split('\n').find((row) => row.includes('/extension/')) ?? '';
    return `${message.split('\n')[0]} ${at.trim().replace(/^.*\/(?=[^/]*$)/, '')}`;
  }
  const { user } = process.cpuUsage(begun);
  return user > MOST_MS * 1000 ? `${user / 1000} ms of processor time` : null;
}

/**
 * @param {Target} target
 * @param {{ first: number, inputs: number, seconds?: number, before?: (number: number) => void }} limits
 */
export async function fuzz(target, { first, inputs, seconds = Infinity, before = () => {} }) {
  const begun = performance.now();
  /** @type {Map<string, Finding>} */
  const findings = new Map();
  let done = 0;
  let slowestMs = 0;
  for (; done < inputs && performance.now() - begun < 1000 * seconds; done += 1) {
    const number = first + done;
    before(number);
    const input = inputOf(target, number);
    const started = performance.now();
    const what = await fault(target, input);
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (what !== null && !findings.has(what)) findings.set(what, { number, input, what });
  }
  return { done, seconds: (performance.now() - begun) / 1000, slowestMs, findings };
}
