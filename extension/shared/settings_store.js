/**
 * Where settings are kept. The browser's sync takes what describes a taste; what depends on this
 * machine, or tells of people and pages (words, sites), does not leave it.
 */
import { DEFAULTS } from './settings.js';
import { migrate } from './settings_rules.js';

/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./settings.js').Position} Position */
/** @typedef {import('./settings.js').Positions} Positions */
/** @typedef {import('./settings.js').SitePositions} SitePositions */

/**
 * The part of chrome.storage.StorageArea that is used.
 * @typedef {object} Area
 * @property {(key: string) => Promise<Record<string, any>>} get
 * @property {(items: Record<string, unknown>) => Promise<void>} set
 * @property {() => Promise<void>} clear
 */

/**
 * The part of chrome.storage that is used.
 * @typedef {object} Storage
 * @property {Area} sync
 * @property {Area} local
 * @property {{ addListener(listener: (changes: Record<string, unknown>) => void): void }} onChanged
 */

const LOCAL_FIELDS = [
  'model',
  'backend',
  'alignmentHeads',
  'translator',
  'vocabulary',
  'filters',
  'microphone',
  'sites',
];

const SETTINGS = 'settings';
const POSITIONS = 'positions';

/** Settings and positions in the browser's storage. */
export class SettingsStore {
  #storage;

  /** @param {Storage} storage chrome.storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {Promise<Settings>} sound, whatever is stored */
  async load() {
    const [synced, local] = await Promise.all([
      this.#storage.sync.get(SETTINGS),
      this.#storage.local.get(SETTINGS),
    ]);
    // Versions differ where a newer extension on another machine has synced.
    const own = pick(migrate(local[SETTINGS]), LOCAL_FIELDS);
    return /** @type {Settings} */ ({ ...migrate(synced[SETTINGS]), ...own });
  }

  /** @param {Settings} settings sound */
  async save(settings) {
    const synced = Object.keys(DEFAULTS).filter((field) => !LOCAL_FIELDS.includes(field));
    await Promise.all([
      this.#storage.sync.set({ [SETTINGS]: pick(settings, synced) }),
      this.#storage.local.set({ [SETTINGS]: pick(settings, ['version', ...LOCAL_FIELDS]) }),
    ]);
  }

  /**
   * @param {string | null} site
   * @returns {Promise<SitePositions>}
   */
  async positionsOf(site) {
    const none = { windowed: null, fullscreen: null };
    return site === null ? none : { ...none, ...(await this.#positions())[site] };
  }

  /**
   * @param {string} site
   * @param {keyof SitePositions} screen
   * @param {Position | null} position null: where captions stand by themselves
   */
  async savePosition(site, screen, position) {
    const positions = await this.#positions();
    positions[site] = { ...(await this.positionsOf(site)), [screen]: position };
    await this.#storage.local.set({ [POSITIONS]: positions });
  }

  /** Forget everything: settings, rules and positions, also those that are synced. */
  async erase() {
    await Promise.all([this.#storage.sync.clear(), this.#storage.local.clear()]);
  }

  /** @param {() => void} listener called when settings have changed, here or on another machine */
  onChange(listener) {
    this.#storage.onChanged.addListener((changes) => {
      if (SETTINGS in changes) listener();
    });
  }

  /** @returns {Promise<Positions>} */
  async #positions() {
    return (await this.#storage.local.get(POSITIONS))[POSITIONS] ?? {};
  }
}

/**
 * @param {object} record
 * @param {string[]} fields
 */
function pick(record, fields) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => fields.includes(name)));
}
