/** When a capture that ended by itself is opened again. */

/**
 * What is said until then is lost, so the first time is at once, and later ones are never so far
 * apart that captions would be missed when the cause is gone. One that lasts longer than all of
 * them does not get better by itself.
 */
export const RESTART_AFTER_MS = [0, 250, 500, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000];

/** A capture that ran for so long was sound: its end begins a new count. */
export const SOUND_AFTER_MS = 60_000;

/** Counts the restarts of each tab. */
export class Restarts {
  /** @type {Map<number, { count: number, at: number }>} by tab */
  #tabs = new Map();
  #now;

  /** @param {() => number} now milliseconds */
  constructor(now) {
    this.#now = now;
  }

  /**
   * Note that a tab's capture has ended by itself.
   * @param {number} tabId
   * @returns {number | null} after how many milliseconds it is opened again; null: not any more
   */
  next(tabId) {
    const now = this.#now();
    const before = this.#tabs.get(tabId);
    const count = before && now - before.at < SOUND_AFTER_MS ? before.count : 0;
    this.#tabs.set(tabId, { count: count + 1, at: now });
    return RESTART_AFTER_MS[count] ?? null;
  }

  /** @param {number} tabId whose captions the user has started or stopped */
  forget(tabId) {
    this.#tabs.delete(tabId);
  }
}
