/** When a capture that ended by itself is opened again. */

/** A cause that is gone soon is over after the first; one that lasts does not get better by the fourth. */
export const RESTART_AFTER_MS = [500, 2_000, 8_000];

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
