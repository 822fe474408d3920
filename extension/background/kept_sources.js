/**
 * What captures that are over have captioned of media, until the browser ends: a page that is opened
 * again finds its lines. None of it reaches the disk.
 */

/** @typedef {import('../shared/browser_storage.js').Storage} Storage */
/** @typedef {import('../transcript/kept.js').KeptSource} KeptSource */

/** The browser's memory for an extension is 10 MB. https://developer.chrome.com/docs/extensions/reference/api/storage */
const BYTES_KEPT = 8_000_000;

/** Under it is what is kept, the oldest first, and how much each takes. */
const INDEX = 'kept';

/** @typedef {{ name: string, bytes: number }} Kept */

export class KeptSources {
  #storageOf;
  /** One change at a time: each reads the index and writes it. */
  #changed = Promise.resolve();

  /** @param {(incognito: boolean) => Pick<Storage, 'session'>} storageOf normal or private windows */
  constructor(storageOf) {
    this.#storageOf = storageOf;
  }

  /**
   * @param {boolean} incognito
   * @param {string} key of a medium
   * @returns {Promise<KeptSource | null>}
   */
  async recall(incognito, key) {
    await this.#changed;
    const name = nameOf(key);
    const found = await this.#storageOf(incognito).session.get(name);
    return found[name] ?? null;
  }

  /**
   * @param {boolean} incognito
   * @param {KeptSource[]} kept of media; each takes the place of what was kept of it before
   * @returns {Promise<void>}
   */
  keep(incognito, kept) {
    this.#changed = this.#changed.then(() => this.#keep(incognito, kept));
    return this.#changed;
  }

  /**
   * @param {boolean} incognito
   * @param {KeptSource[]} kept
   */
  async #keep(incognito, kept) {
    const { session } = this.#storageOf(incognito);
    const items = new Map(kept.map((each) => [nameOf(each.source.key), each]));
    const fresh = [...items].map(([name, each]) => ({ name, bytes: JSON.stringify(each).length }));
    /** @type {Kept[]} */
    const known = (await session.get(INDEX))[INDEX] ?? [];
    const all = [...known.filter(({ name }) => !items.has(name)), ...fresh];
    const stay = newest(all);
    const gone = all.filter((each) => !stay.includes(each)).map(({ name }) => name);
    if (gone.length > 0) await session.remove(gone);
    const written = [...items].filter(([name]) => !gone.includes(name));
    await session.set({ ...Object.fromEntries(written), [INDEX]: stay });
  }
}

/** @param {Kept[]} all the oldest first @returns {Kept[]} as many of the newest as may be kept */
function newest(all) {
  let bytes = 0;
  return all
    .toReversed()
    .filter((each) => (bytes += each.bytes) <= BYTES_KEPT)
    .toReversed();
}

/** @param {string} key */
function nameOf(key) {
  return `${INDEX} ${key}`;
}
