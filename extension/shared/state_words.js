/** What a capture is doing, as the user reads it. */

/** @typedef {import('./messages.js').Phase} Phase */

/**
 * @param {Phase} phase
 * @param {boolean} quiet nothing has been heard for a while
 * @returns {{ key: string, seconds?: number }} the user's text and what it counts
 */
export function stateWords({ name, lagMs }, quiet) {
  if (name === 'lagging') return { key: 'state_lagging', seconds: lagMs / 1000 };
  if (name === 'listening' && quiet) return { key: 'state_quiet' };
  return { key: `state_${name}` };
}

/** Silence that is worth a word; pauses in speech are shorter. */
const QUIET_MS = 4_000;

/** Tells how long a tab has been silent, from its levels. */
export class Quiet {
  /** @type {number | null} */
  #since = null;

  /**
   * @param {number} level
   * @param {number} nowMs
   * @returns {boolean} whether nothing has been heard for a while
   */
  hear(level, nowMs) {
    if (level > 0) this.#since = null;
    else this.#since ??= nowMs;
    return this.#since !== null && nowMs - this.#since >= QUIET_MS;
  }
}
