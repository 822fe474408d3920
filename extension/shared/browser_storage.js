/**
 * The one way to the browser's storage. What is done in a private window is kept in the browser's
 * memory and goes with the last such window; none of it reaches the disk, or the sync.
 */

/**
 * The part of chrome.storage.StorageArea that is used.
 * @typedef {object} Area
 * @property {(key: string) => Promise<Record<string, any>>} get
 * @property {(items: Record<string, unknown>) => Promise<void>} set
 * @property {(keys: string[]) => Promise<void>} remove
 * @property {() => Promise<void>} clear
 */

/** @typedef {Pick<typeof chrome.storage, 'sync' | 'local' | 'session' | 'onChanged'>} Browsers */

/**
 * @typedef {object} Changes
 * @property {(listener: (changes: Record<string, unknown>) => void) => void} addListener
 */

/**
 * Where something is kept: in the sync, on this machine, or until the browser ends.
 * @typedef {object} Storage
 * @property {Area} sync
 * @property {Area} local
 * @property {Area} session
 * @property {Changes} onChanged
 */

/** What private windows keep is in the memory under such keys. */
const PRIVATE = 'private ';

/**
 * @param {Browsers} storage chrome.storage
 * @param {{ incognito: boolean }} window that things are kept for
 * @returns {Storage}
 */
export function openStorage({ sync, local, session, onChanged }, { incognito }) {
  const changes = {
    addListener: (/** @type {(changes: Record<string, unknown>) => void} */ listener) =>
      onChanged.addListener((changed) => listener(withoutPrefixes(changed))),
  };
  if (!incognito) return { sync, local, session, onChanged: changes };
  return {
    sync: inMemory('sync', sync, session),
    local: inMemory('local', local, session),
    session: inMemory('session', session, session),
    onChanged: changes,
  };
}

/**
 * The databases on disk.
 * @template {{ incognito: boolean }} W
 * @param {W} window that something is to be written for
 * @returns {W['incognito'] extends false ? IDBFactory : IDBFactory | null} null: of a private window
 *   nothing is written
 */
export function databasesFor({ incognito }) {
  return /** @type {any} */ (incognito ? null : globalThis.indexedDB);
}

/**
 * Keep content scripts from all areas. A page that was taken over has what its content script has.
 * Older browsers do so for the memory alone, and refuse it for the other areas.
 * @param {Browsers} storage chrome.storage
 */
export async function lockStorage({ sync, local, session }) {
  const accessLevel = /** @type {'TRUSTED_CONTEXTS'} */ ('TRUSTED_CONTEXTS');
  await Promise.allSettled(
    [sync, local, session].map(async (area) => area.setAccessLevel({ accessLevel })),
  );
}

/**
 * Forget what private windows kept.
 * @param {{ session: chrome.storage.StorageArea }} storage chrome.storage
 */
export async function forgetPrivate({ session }) {
  const keys = Object.keys(await session.get());
  const own = keys.filter((key) => key.startsWith(PRIVATE));
  if (own.length > 0) await session.remove(own);
}

/**
 * An area whose changes stay in the memory.
 * @param {string} name
 * @param {chrome.storage.StorageArea} area that is read where nothing was changed
 * @param {chrome.storage.StorageArea} session the memory
 * @returns {Area}
 */
function inMemory(name, area, session) {
  const keyOf = (/** @type {string} */ key) => `${PRIVATE}${name} ${key}`;
  return {
    get: async (key) => {
      const kept = await session.get(keyOf(key));
      return keyOf(key) in kept ? { [key]: kept[keyOf(key)] } : area.get(key);
    },
    set: (items) => {
      const entries = Object.entries(items).map(([key, value]) => [keyOf(key), value]);
      return session.set(Object.fromEntries(entries));
    },
    remove: (keys) => session.remove(keys.map(keyOf)),
    clear: () => forgetPrivate({ session }),
  };
}

/**
 * @param {Record<string, unknown>} changes
 * @returns {Record<string, unknown>} by the keys that the areas are asked for
 */
function withoutPrefixes(changes) {
  const entries = Object.entries(changes).map(([key, change]) => {
    return [key.startsWith(PRIVATE) ? (key.split(' ')[2] ?? key) : key, change];
  });
  return Object.fromEntries(entries);
}
