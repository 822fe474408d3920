/** What the user chose, as it holds in a tab: for its overlay, for the host, and to be changed. */
import { lowerEdgeOf } from '../overlay/meetings.js';
import { homeLanguage } from '../shared/languages.js';
import { BROWSER, hostOptions, settingsFor } from '../shared/settings.js';
import { changeFor, resized, siteOf } from '../shared/settings_changes.js';
import { isPosition } from '../shared/settings_rules.js';
import { wishOf } from '../shared/translation_rules.js';
import { tabAt } from './tabs.js';

/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('../shared/messages.js').WorkerMessage} WorkerMessage */
/** @typedef {import('../shared/settings.js').SiteOverrides} SiteOverrides */
/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */
/** @typedef {import('../shared/settings_store.js').SettingsStore} SettingsStore */

/**
 * What a key or button changes.
 * @type {Record<'mode' | 'bigger' | 'smaller' | 'step', (settings: SiteSettings) => SiteOverrides>}
 */
const CHANGES = {
  mode: ({ mode }) => ({ mode: mode === 'fast' ? 'reading' : 'fast' }),
  bigger: ({ appearance }) => ({ appearance: resized(appearance, 1) }),
  smaller: ({ appearance }) => ({ appearance: resized(appearance, -1) }),
  step: ({ inStep }) => ({ inStep: !inStep }),
};

/** The settings seen from tabs. */
export class Preferences {
  #storeOf;
  #languages;
  /** Changes follow one another: each begins with what the one before has stored. */
  #last = Promise.resolve();

  /**
   * @param {(incognito: boolean) => SettingsStore} storeOf of normal or of private windows
   * @param {readonly string[]} languages `navigator.languages`
   */
  constructor(storeOf, languages) {
    this.#storeOf = storeOf;
    this.#languages = languages;
  }

  /**
   * @param {number} tabId
   * @returns {Promise<WorkerMessage>} what the tab's overlay must know
   */
  async forOverlay(tabId) {
    const { site, store } = await this.#of(tabId);
    const settings = settingsFor(await store.load(), site);
    return { type: 'settings', settings, positions: await store.positionsOf(site) };
  }

  /**
   * @param {number} tabId
   * @returns {Promise<{ options: import('../shared/protocol.js').Options,
   *   step: import('../shared/messages.js').StepWish,
   *   translation: import('../shared/translation_rules.js').Wish }>} what the host is asked for,
   *   whether sound is to wait for captions, and what is wanted of translations besides
   */
  async forCapture(tabId) {
    const { site, store, url } = await this.#of(tabId);
    const settings = settingsFor(await store.load(), site);
    const isMeeting = url !== undefined && lowerEdgeOf(new URL(url)) !== null;
    const step = isMeeting ? 'meeting' : 'on';
    const translation = wishOf(settings, homeLanguage(this.#languages), BROWSER);
    return { options: hostOptions(settings), step: settings.inStep ? step : 'off', translation };
  }

  /**
   * @param {number} tabId
   * @returns {Promise<boolean>} whether captions begin with the microphone on
   */
  async wantsMicrophone(tabId) {
    const { site, store } = await this.#of(tabId);
    return settingsFor(await store.load(), site).microphone;
  }

  /**
   * @param {number} tabId
   * @param {keyof typeof CHANGES} command
   */
  change(tabId, command) {
    return this.#next(async () => {
      const { site, store } = await this.#of(tabId);
      const settings = await store.load();
      const changes = CHANGES[command](settingsFor(settings, site));
      await store.save(changeFor(settings, site, changes));
    });
  }

  /**
   * @param {Pick<chrome.runtime.MessageSender, 'tab' | 'url'>} sender the page in which captions were
   *   dragged
   * @param {Extract<PageMessage, { type: 'position' }>} message
   */
  keepPosition({ tab, url }, { screen, position }) {
    const site = siteOf(url);
    const known = screen === 'windowed' || screen === 'fullscreen';
    if (site === null || !known || !isPosition(position)) return;
    const store = this.#storeOf(tab?.incognito ?? true);
    return this.#next(() => store.savePosition(site, screen, position));
  }

  /** @param {() => Promise<void>} task */
  #next(task) {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * @param {number} tabId
   * @returns {Promise<{ site: string | null, store: SettingsStore, url: string | undefined }>} where
   *   its settings are; the site is null also where the browser does not tell
   */
  async #of(tabId) {
    const tab = await tabAt(tabId);
    // Of a tab that has gone nothing is known, so nothing of it is kept either.
    const store = this.#storeOf(tab?.incognito ?? true);
    return { site: siteOf(tab?.url), store, url: tab?.url };
  }
}
