/**
 * Transcripts that the user has saved, on this machine. There is no database until then.
 *
 * Each line is a record of its own, so that a transcript that grows is written a few lines at a time.
 */
import { answerTo, openDatabase, written } from './database.js';

/** @typedef {import('./changes.js').TranscriptChanges} TranscriptChanges */
/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * A saved transcript without its lines.
 * @typedef {Omit<Transcript, 'entries' | 'tabId'> & { updated: number, lines: number }} Saved
 */

const NAME = 'history';
const VERSION = 1;
const SESSIONS = 'sessions';
const ENTRIES = 'entries';

/** Opens the database when something is asked of it. */
export class Archive {
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;
  #factory;
  #now;

  /**
   * @param {IDBFactory} factory
   * @param {() => number} now Date.now
   */
  constructor(factory, now) {
    this.#factory = factory;
    this.#now = now;
  }

  /** @returns {Promise<boolean>} whether the user has ever saved something here */
  async exists() {
    const known = await this.#factory.databases();
    return known.some(({ name }) => name === NAME);
  }

  /** @returns {Promise<Saved[]>} the newest first */
  async list() {
    if (!(await this.exists())) return [];
    const store = (await this.#open()).transaction(SESSIONS).objectStore(SESSIONS);
    /** @type {Saved[]} */
    const all = await answerTo(store.getAll());
    return all.sort((a, b) => b.began - a.began);
  }

  /** @param {string} id @returns {Promise<boolean>} */
  async has(id) {
    if (!(await this.exists())) return false;
    const store = (await this.#open()).transaction(SESSIONS).objectStore(SESSIONS);
    return (await answerTo(store.count(id))) > 0;
  }

  /** @param {string} id @returns {Promise<Transcript | null>} */
  async load(id) {
    if (!(await this.exists())) return null;
    const transaction = (await this.#open()).transaction([SESSIONS, ENTRIES]);
    /** @type {Promise<Saved | undefined>} */
    const session = answerTo(transaction.objectStore(SESSIONS).get(id));
    const records = answerTo(transaction.objectStore(ENTRIES).getAll(linesOf(id)));
    const [saved, lines] = await Promise.all([session, records]);
    return saved ? transcriptOf(saved, lines) : null;
  }

  /**
   * Keep all of a transcript.
   * @param {Transcript} transcript
   */
  async save(transcript) {
    await this.#write(transcript, (entries) => {
      entries.delete(linesOf(transcript.id));
      for (const entry of transcript.entries) entries.put(recordOf(transcript.id, entry));
    });
  }

  /**
   * Keep what has changed in a transcript that is kept.
   * @param {Transcript} transcript as it is now
   * @param {Pick<TranscriptChanges, 'entries' | 'removed'>} changes since it was written
   */
  async update(transcript, { entries: changed, removed }) {
    await this.#write(transcript, (entries) => {
      for (const id of removed) entries.delete([transcript.id, id]);
      for (const entry of changed) entries.put(recordOf(transcript.id, entry));
    });
  }

  /** @param {string} id of a transcript that is to be forgotten */
  async erase(id) {
    if (!(await this.exists())) return;
    const transaction = (await this.#open()).transaction([SESSIONS, ENTRIES], 'readwrite');
    transaction.objectStore(SESSIONS).delete(id);
    transaction.objectStore(ENTRIES).delete(linesOf(id));
    await written(transaction);
  }

  /** Forget everything: it is as if nothing had ever been saved. */
  async eraseAll() {
    (await this.#database)?.close();
    this.#database = null;
    await answerTo(this.#factory.deleteDatabase(NAME));
  }

  /**
   * @param {number} days what was last changed before is forgotten
   * @returns {Promise<number>} how many transcripts that were
   */
  async eraseOlder(days) {
    const limit = this.#now() - days * 86_400_000;
    const old = (await this.list()).filter(({ updated }) => updated < limit);
    for (const { id } of old) await this.erase(id);
    return old.length;
  }

  /**
   * @param {Transcript} transcript
   * @param {(entries: IDBObjectStore) => void} change
   */
  async #write({ entries, tabId: _, ...rest }, change) {
    const transaction = (await this.#open()).transaction([SESSIONS, ENTRIES], 'readwrite');
    /** @type {Saved} */
    const saved = { ...rest, updated: this.#now(), lines: entries.length };
    transaction.objectStore(SESSIONS).put(saved);
    change(transaction.objectStore(ENTRIES));
    await written(transaction);
  }

  async #open() {
    this.#database ??= openDatabase(this.#factory, NAME, VERSION, (database) => {
      database.createObjectStore(SESSIONS, { keyPath: 'id' });
      database.createObjectStore(ENTRIES, { keyPath: ['session', 'entry.id'] });
    });
    const database = await this.#database.catch((error) => {
      this.#database = null;
      throw error;
    });
    // Another page erases everything.
    database.onversionchange = () => {
      database.close();
      this.#database = null;
    };
    return database;
  }
}

/**
 * @param {string} session
 * @param {Entry} entry
 */
function recordOf(session, entry) {
  return { session, entry };
}

/** @param {string} id of a transcript */
function linesOf(id) {
  return IDBKeyRange.bound([id], [id, []]);
}

/**
 * @param {Saved} saved
 * @param {{ entry: Entry }[]} records
 * @returns {Transcript}
 */
function transcriptOf({ updated: _, lines: _count, ...rest }, records) {
  const ranks = new Map(rest.sources.map(({ key }, index) => [key, index]));
  const rank = (/** @type {Entry} */ { media }) => ranks.get(media) ?? ranks.size;
  const entries = records
    .map(({ entry }) => entry)
    .sort((a, b) => rank(a) - rank(b) || a.start - b.start || (a.id < b.id ? -1 : 1));
  return { ...rest, tabId: -1, entries };
}
