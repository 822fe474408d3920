/**
 * What captures have captioned of media, until the browser ends: a page that is opened again finds
 * its lines. None of it reaches the disk.
 */
import { edited } from '../transcript/edits.js';
import { keptChanges } from '../transcript/kept.js';
import { beginTranscript } from '../transcript/transcript.js';

/** @typedef {import('../shared/browser_storage.js').Area} Area */
/** @typedef {import('../shared/browser_storage.js').Storage} Storage */
/** @typedef {import('../transcript/kept.js').KeptChanges} KeptChanges */
/** @typedef {import('../transcript/kept.js').KeptSource} KeptSource */

/** The browser's memory for an extension is 10 MB. https://developer.chrome.com/docs/extensions/reference/api/storage */
const BYTES_KEPT = 8_000_000;

/** Under it is what is kept, the oldest first, and how much each takes. */
const INDEX = 'kept';

/** @typedef {{ key: string, head: number, parts: Record<string, number> }} Kept bytes of each item */

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
    return read(this.#storageOf(incognito).session, key);
  }

  /**
   * @param {boolean} incognito
   * @param {KeptChanges[]} changes of media
   * @returns {Promise<void>}
   */
  keep(incognito, changes) {
    return this.#change(() => write(this.#storageOf(incognito).session, changes));
  }

  /**
   * Change something in what is kept, whichever capture it is of.
   * @param {boolean} incognito
   * @param {string[]} media keys
   * @param {import('../shared/messages.js').TranscriptEdit} edit
   * @returns {Promise<void>}
   */
  edit(incognito, media, edit) {
    const { session } = this.#storageOf(incognito);
    return this.#change(async () => {
      for (const key of media) {
        const kept = await read(session, key);
        const before = kept && transcriptOf(kept);
        if (before) await write(session, keptChanges(before, edited(before, edit)));
      }
    });
  }

  /** @param {() => Promise<void>} change */
  #change(change) {
    this.#changed = this.#changed.then(change);
    return this.#changed;
  }
}

/**
 * @param {Area} session
 * @returns {Promise<Kept[]>} the oldest first
 */
async function readIndex(session) {
  return (await session.get(INDEX))[INDEX] ?? [];
}

/**
 * @param {Area} session
 * @param {string} key of a medium
 * @returns {Promise<KeptSource | null>}
 */
async function read(session, key) {
  const known = (await readIndex(session)).find((each) => each.key === key);
  if (!known) return null;
  const item = async (/** @type {string} */ name) => (await session.get(name))[name];
  const numbers = Object.keys(known.parts).map(Number);
  const names = numbers.sort((a, b) => a - b).map((part) => partName(key, part));
  const [head, ...parts] = await Promise.all([headName(key), ...names].map(item));
  return { ...head, entries: parts.flat() };
}

/**
 * @param {Area} session
 * @param {KeptChanges[]} changes
 */
async function write(session, changes) {
  const index = await readIndex(session);
  const known = new Map(index.map((each) => [each.key, each]));
  /** @type {Map<string, unknown>} by name */
  const items = new Map();
  for (const change of changes) {
    const before = known.get(change.source.key);
    // Of a medium that had to go, some parts alone would be taken for all.
    if (!before && !change.whole) continue;
    const { key } = change.source;
    known.delete(key);
    known.set(key, { key, ...itemsOf(change, before, items) });
  }
  const stay = newest([...known.values()]);
  const there = new Set(stay.flatMap(namesOf));
  const gone = [...index.flatMap(namesOf), ...items.keys()].filter((name) => !there.has(name));
  if (gone.length > 0) await session.remove(gone);
  const written = [...items].filter(([name]) => there.has(name));
  await session.set({ ...Object.fromEntries(written), [INDEX]: stay });
}

/**
 * @param {KeptChanges} change
 * @param {Kept | undefined} before
 * @param {Map<string, unknown>} items takes what is to be written
 * @returns {Omit<Kept, 'key'>}
 */
function itemsOf({ parts: changed, whole: _, ...head }, before, items) {
  /** @param {string} name @param {unknown} item */
  const put = (name, item) => {
    items.set(name, item);
    return JSON.stringify(item).length;
  };
  /** @type {Record<string, number>} */
  const parts = { ...before?.parts };
  const { key } = head.source;
  for (const [part, entries] of changed) {
    if (entries.length === 0) delete parts[part];
    else parts[part] = put(partName(key, part), entries);
  }
  return { head: put(headName(key), head), parts };
}

/** @param {Kept[]} all the oldest first @returns {Kept[]} as many of the newest as may be kept */
function newest(all) {
  let bytes = 0;
  return all
    .toReversed()
    .filter(({ head, parts }) => {
      const own = Object.values(parts).reduce((sum, part) => sum + part, head);
      const fits = bytes + own <= BYTES_KEPT;
      if (fits) bytes += own;
      return fits;
    })
    .toReversed();
}

/** @param {KeptSource} kept @returns {import('../transcript/transcript.js').Transcript} of nothing else */
function transcriptOf({ source, ...rest }) {
  const nothing = beginTranscript({ id: '', tabId: -1, site: '', title: '', began: 0 });
  return { ...nothing, ...rest, sources: [source] };
}

/** @param {Kept} kept @returns {string[]} of its items */
function namesOf({ key, parts }) {
  return [headName(key), ...Object.keys(parts).map((part) => partName(key, Number(part)))];
}

/** @param {string} key of a medium */
function headName(key) {
  return `${INDEX} ${key}`;
}

/** @param {string} key of a medium @param {number} part */
function partName(key, part) {
  return `${INDEX}-part ${part} ${key}`;
}
