/** Captures that ended by themselves: opened again a few times, then told to the user. */
import { problem } from './streams.js';
import { tabAt } from './tabs.js';
import { offerAgain } from './toolbar.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Problem} Problem */

/**
 * What the controller does for it.
 * @typedef {object} Hands
 * @property {() => ReadonlyMap<number, CaptureState>} captures by tab
 * @property {(tabId: number, panel: boolean) => Promise<unknown>} start with a click that is served
 * @property {(tabId: number, after: string | null) => Promise<Problem | null>} restart unless a click
 *   is being served
 * @property {(tabId: number) => void} end
 * @property {(tabId: number, problem: Problem) => Promise<unknown>} complain
 */

/** Waits between attempts, and ends them. */
export class Mending {
  #hands;
  #offscreen;
  #recovery;
  #restarts;
  #streams;

  /**
   * @param {Pick<import('./parts.js').Parts, 'offscreen' | 'recovery' | 'restarts' | 'streams'>} parts
   * @param {Hands} hands
   */
  constructor({ offscreen, recovery, restarts, streams }, hands) {
    this.#offscreen = offscreen;
    this.#recovery = recovery;
    this.#restarts = restarts;
    this.#streams = streams;
    this.#hands = hands;
  }

  /** Do what the worker before has left undone, and tell of what ended with it. */
  async recover() {
    const { clicks, captioned, reloaded } = await this.#recovery.look();
    await this.#offscreen.rejoin();
    const { captures, start } = this.#hands;
    const clicked = clicks.filter(({ tabId }) => !captures().has(tabId));
    for (const { tabId, panel } of clicked) void start(tabId, panel);
    const isLost = (/** @type {number} */ tabId) =>
      !captures().has(tabId) && !clicked.some((click) => click.tabId === tabId);
    for (const { tabId, saved } of captioned.filter((tab) => isLost(tab.tabId))) {
      if (!(await tabAt(tabId))) continue;
      // The browser gives the sound of a tab after a click on this very start of the extension.
      if (reloaded) await offerAgain(tabId, 'title_reloaded');
      else void this.restart(tabId, saved);
    }
    await this.#recovery.captioned([...captures().values()]);
  }

  /**
   * The browser has discarded a tab. It has another number now, and is captured no more.
   * @param {number} tabId from now on
   * @param {number} before
   */
  async replace(tabId, before) {
    if (this.#hands.captures().has(before)) await offerAgain(tabId, 'title_discarded');
  }

  /**
   * Begin anew with a tab whose capture was lost with its document.
   * @param {number} tabId
   * @param {string | null} saved transcript with which that of the lost capture was saved
   * @returns {Promise<void>}
   */
  async restart(tabId, saved) {
    const wait = this.#restarts.next(tabId);
    const { captures, complain, restart } = this.#hands;
    if (wait === null) return void (await complain(tabId, problem('capture_lost')));
    await pause(wait);
    if (captures().has(tabId) || !(await tabAt(tabId))) return;
    const refusal = await restart(tabId, saved);
    // The next document was closed, too, before it captured anything.
    if (refusal?.code === 'capture_lost') await this.restart(tabId, saved);
  }

  /**
   * Go on with a capture that has ended by itself; with its tab, it ends.
   * @param {string} session
   * @param {number} tabId
   */
  async reopen(session, tabId) {
    // What has come before is what has ended.
    this.#streams.cameLate(session);
    await this.#tryToReopen(session, tabId, null);
  }

  /**
   * @param {string} session
   * @param {number} tabId
   * @param {Problem | null} refusal of the attempt before
   * @returns {Promise<void>}
   */
  async #tryToReopen(session, tabId, refusal) {
    const wait = this.#restarts.next(tabId);
    await pause(wait ?? 0);
    const { captures, complain, end } = this.#hands;
    if (captures().get(tabId)?.session !== session || this.#streams.cameLate(session)) return;
    const tab = await tabAt(tabId);
    if (tab && wait !== null) {
      const another = await this.#streams.reopen(session, tabId);
      return another ? this.#tryToReopen(session, tabId, another) : undefined;
    }
    end(tabId);
    if (tab) await complain(tabId, isTaken(refusal) ? refusal : problem('capture_lost'));
  }
}

/**
 * @param {Problem | null} refusal
 * @returns {refusal is Problem} whether something else has the sound, which the user can end
 */
function isTaken(refusal) {
  return refusal?.code === 'capture_taken';
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
