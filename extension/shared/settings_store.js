/**
 * Where settings are kept. The browser's sync takes what describes a taste; what depends on this
 * machine, or tells of people and pages (words, sites), does not leave it.
 */
import { DEFAULTS, isRecord, VERSION } from './settings.js';
import { isReadable, migrate } from './settings_rules.js';

/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./settings.js').Position} Position */
/** @typedef {import('./settings.js').Positions} Positions */
/** @typedef {import('./settings.js').SitePositions} SitePositions */

/** @typedef {Omit<import('./browser_storage.js').Storage, 'session'>} Storage */

const LOCAL_FIELDS = [
  'model',
  'backend',
  'alignmentHeads',
  'translator',
  'languageRules',
  'vocabulary',
  'filters',
  'microphone',
  'sites',
];

const SETTINGS = 'settings';
const POSITIONS = 'positions';
const SET_ASIDE = 'setAside';

/** More sites than anybody captions; those that were moved longest ago are forgotten first. */
const MAX_POSITIONS = 500;

/** Settings and positions in a storage of `openStorage`. */
export class SettingsStore {
  #storage;

  /** @param {Storage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {Promise<Settings>} sound, whatever is stored; what is damaged is set aside */
  async load() {
    const [synced, local] = await Promise.all([this.#read('sync'), this.#read('local')]);
    // Versions differ where a newer extension on another machine has synced.
    const own = pick(migrate(local), LOCAL_FIELDS);
    return /** @type {Settings} */ ({ ...migrate(synced), ...own });
  }

  /** @returns {Promise<Record<string, unknown> | null>} damaged settings, by area */
  async damaged() {
    return (await this.#storage.local.get(SET_ASIDE))[SET_ASIDE] ?? null;
  }

  /** Forget the settings that were set aside. */
  async discardDamaged() {
    await this.#storage.local.set({ [SET_ASIDE]: null });
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
    const { [site]: before, ...others } = await this.#positions();
    const changed = { windowed: null, fullscreen: null, ...before, [screen]: position };
    const kept = Object.entries(others).slice(1 - MAX_POSITIONS);
    const positions = Object.fromEntries([...kept, [site, changed]]);
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

  /**
   * @param {'sync' | 'local'} area
   * @returns {Promise<unknown>} what is stored as settings, if it is one's
   */
  async #read(area) {
    const stored = (await this.#storage[area].get(SETTINGS))[SETTINGS];
    if (isReadable(stored)) return stored;
    const aside = { ...(await this.damaged()), [area]: stored };
    await this.#storage.local.set({ [SET_ASIDE]: aside });
    await this.#storage[area].set({ [SETTINGS]: { version: VERSION } });
    return undefined;
  }

  /** @returns {Promise<Positions>} */
  async #positions() {
    const stored = (await this.#storage.local.get(POSITIONS))[POSITIONS];
    return isRecord(stored) ? /** @type {Positions} */ (stored) : {};
  }
}

/**
 * @param {object} record
 * @param {string[]} fields
 */
function pick(record, fields) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => fields.includes(name)));
}
