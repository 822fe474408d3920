/** What a capture is doing, as the user reads it. */

/** @typedef {import('./messages.js').Phase} Phase */

/**
 * What there is to be heard of a tab. `quiet`: nothing, and it is not known to be halted.
 * @typedef {'heard' | 'quiet' | import('./messages.js').Halt} Sound
 */

/**
 * @param {Phase} phase
 * @param {Sound} sound
 * @returns {{ key: string, seconds?: number }} the user's text and what it counts
 */
export function stateWords({ name, lagMs }, sound) {
  if (name === 'lagging') return { key: 'state_lagging', seconds: lagMs / 1000 };
  if (name === 'listening' && sound !== 'heard') return { key: `state_${sound}` };
  return { key: `state_${name}` };
}

/** Silence that is worth a word; pauses in speech are shorter. */
const QUIET_MS = 4_000;

/** What is played last is still heard when its player is paused already. */
const PAUSED_MS = 500;

/** Tells from its levels, and from what the page says, whether a tab can be heard. */
export class SoundWatch {
  /** @type {number | null} */
  #silentSince = null;

  /**
   * @param {number} level
   * @param {import('./messages.js').Halt | null} halted how the page's media are
   * @param {number} nowMs
   * @returns {Sound}
   */
  hear(level, halted, nowMs) {
    if (level > 0) this.#silentSince = null;
    else this.#silentSince ??= nowMs;
    const silentMs = this.#silentSince === null ? 0 : nowMs - this.#silentSince;
    if (halted !== null && silentMs >= PAUSED_MS) return halted;
    return silentMs >= QUIET_MS ? 'quiet' : 'heard';
  }
}
