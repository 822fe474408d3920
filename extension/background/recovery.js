/** What a worker leaves to the next one: clicks that it has not served, and which tabs it captioned. */
import { tabAt } from './tabs.js';

/** @typedef {import('../shared/browser_storage.js').Storage} Storage */

/** A click that was not served by then is given up: its user has clicked again, or gone. */
export const CLICK_HOLDS_MS = 30_000;

/** Set for as long as this extension runs in this browser: both begin with an empty memory. */
const RUNNING = 'running';
const CLICKS = 'clicks';
const CAPTIONED = 'captioned';

/**
 * @typedef {object} Click
 * @property {number} tabId
 * @property {boolean} panel
 * @property {number} at ms
 */

/** @typedef {Pick<import('../shared/messages.js').CaptureState, 'tabId' | 'saved'>} Captioned */

/**
 * @typedef {object} Left
 * @property {Click[]} clicks that were not served
 * @property {Captioned[]} captioned tabs that were captioned when the worker before ended
 * @property {boolean} reloaded the extension, or the browser, has begun anew since
 */

/** Remembers across workers. Of tabs it keeps their numbers, and those of transcripts on disk. */
export class Recovery {
  /** @type {Map<number, Click>} by tab */
  #clicks = new Map();
  /** @type {Map<boolean, string>} tabs that were kept last, of private windows and of others */
  #captioned = new Map();
  /** @type {Promise<Left> | null} */
  #left = null;
  #storageOf;
  #now;

  /**
   * @param {(incognito: boolean) => Storage} storageOf normal or private windows
   * @param {() => number} now ms
   */
  constructor(storageOf, now) {
    this.#storageOf = storageOf;
    this.#now = now;
  }

  /** @returns {Promise<Left>} what the worker before has left, the same however often it is asked */
  look() {
    this.#left ??= this.#look();
    return this.#left;
  }

  /**
   * @param {number} tabId on which there was a click
   * @param {boolean} panel
   */
  async clicked(tabId, panel) {
    this.#clicks.set(tabId, { tabId, panel, at: this.#now() });
    await this.#keepClicks();
  }

  /** @param {number} tabId whose click has been served */
  async served(tabId) {
    this.#clicks.delete(tabId);
    await this.#keepClicks();
  }

  /** @param {readonly Captioned[]} captioned tabs that are now */
  async captioned(captioned) {
    await this.look();
    const tabs = await Promise.all(captioned.map(({ tabId }) => tabAt(tabId)));
    for (const incognito of [false, true]) {
      const own = captioned.filter((_, index) => tabs[index]?.incognito === incognito);
      const kept = own.map(({ tabId, saved }) => ({ tabId, saved }));
      const now = JSON.stringify(kept);
      if (now === this.#captioned.get(incognito)) continue;
      this.#captioned.set(incognito, now);
      await this.#storageOf(incognito).local.set({ [CAPTIONED]: kept });
    }
  }

  async #keepClicks() {
    await this.look();
    const clicks = [...this.#clicks.values()];
    await this.#storageOf(false).session.set({ [CLICKS]: clicks });
  }

  /** @returns {Promise<Left>} */
  async #look() {
    const { session } = this.#storageOf(false);
    const [running, clicks, ...captioned] = await Promise.all([
      session.get(RUNNING),
      session.get(CLICKS),
      ...[false, true].map((incognito) => this.#storageOf(incognito).local.get(CAPTIONED)),
    ]);
    await session.set({ [RUNNING]: true, [CLICKS]: [] });
    /** @type {Captioned[][]} */
    const found = captioned.map((stored) => stored[CAPTIONED] ?? []);
    for (const [index, incognito] of [false, true].entries()) {
      this.#captioned.set(incognito, JSON.stringify(found[index]));
    }
    /** @type {Click[]} */
    const kept = clicks[CLICKS] ?? [];
    return {
      clicks: kept.filter(({ at }) => this.#now() - at < CLICK_HOLDS_MS),
      captioned: [...new Map(found.flat().map((each) => [each.tabId, each])).values()],
      reloaded: running[RUNNING] !== true,
    };
  }
}
