/** @typedef {import('../shared/protocol.js').Options} Options */

/**
 * Options that hold for a whole session of the host's.
 * @type {(keyof Options)[]}
 */
const LASTING = ['model', 'policy', 'backend', 'alignment_heads'];

/**
 * @param {Options} before
 * @param {Options} now
 * @returns {boolean} whether the host has to begin anew
 */
export function needNewStart(before, now) {
  return LASTING.some((name) => now[name] !== before[name]);
}
