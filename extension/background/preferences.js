/** What the user chose, as it holds in a tab: for its overlay, for the host, and to be changed. */
import { changeFor, hostOptions, resized, settingsFor, siteOf } from '../shared/settings.js';
import { isPosition } from '../shared/settings_rules.js';

/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('../shared/messages.js').WorkerMessage} WorkerMessage */
/** @typedef {import('../shared/settings.js').SiteOverrides} SiteOverrides */
/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */
/** @typedef {import('../shared/settings_store.js').SettingsStore} SettingsStore */

/**
 * What a key or button changes.
 * @type {Record<'mode' | 'bigger' | 'smaller', (settings: SiteSettings) => SiteOverrides>}
 */
const CHANGES = {
  mode: ({ mode }) => ({ mode: mode === 'fast' ? 'reading' : 'fast' }),
  bigger: ({ appearance }) => ({ appearance: resized(appearance, 1) }),
  smaller: ({ appearance }) => ({ appearance: resized(appearance, -1) }),
};

/** The settings seen from tabs. */
export class Preferences {
  #store;
  /** Changes follow one another: each begins with what the one before has stored. */
  #last = Promise.resolve();

  /** @param {SettingsStore} store */
  constructor(store) {
    this.#store = store;
  }

  /**
   * @param {number} tabId
   * @returns {Promise<WorkerMessage>} what the tab's overlay must know
   */
  async forOverlay(tabId) {
    const site = await siteOfTab(tabId);
    const settings = settingsFor(await this.#store.load(), site);
    return { type: 'settings', settings, positions: await this.#store.positionsOf(site) };
  }

  /**
   * @param {number} tabId
   * @returns {Promise<import('../shared/protocol.js').Options>}
   */
  async forHost(tabId) {
    return hostOptions(settingsFor(await this.#store.load(), await siteOfTab(tabId)));
  }

  /**
   * @param {number} tabId
   * @returns {Promise<boolean>} whether captions begin with the microphone on
   */
  async wantsMicrophone(tabId) {
    return settingsFor(await this.#store.load(), await siteOfTab(tabId)).microphone;
  }

  /**
   * @param {number} tabId
   * @param {keyof typeof CHANGES} command
   */
  change(tabId, command) {
    return this.#next(async () => {
      const site = await siteOfTab(tabId);
      const settings = await this.#store.load();
      const changes = CHANGES[command](settingsFor(settings, site));
      await this.#store.save(changeFor(settings, site, changes));
    });
  }

  /**
   * @param {string | undefined} url of the page in which the captions were dragged
   * @param {Extract<PageMessage, { type: 'position' }>} message
   */
  keepPosition(url, { screen, position }) {
    const site = siteOf(url);
    const known = screen === 'windowed' || screen === 'fullscreen';
    if (site === null || !known || !isPosition(position)) return;
    return this.#next(() => this.#store.savePosition(site, screen, position));
  }

  /** @param {() => Promise<void>} task */
  #next(task) {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {});
    return done;
  }
}

/**
 * @param {number} tabId
 * @returns {Promise<string | null>} null also where the browser does not tell
 */
async function siteOfTab(tabId) {
  const tab = await chrome.tabs.get(tabId).catch(() => null);
  return siteOf(tab?.url);
}
