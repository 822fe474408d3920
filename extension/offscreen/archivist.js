/** Writes down what grows of the transcripts that the user has saved. */
import { changesBetween } from '../transcript/changes.js';

/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/** What a crash takes at most, with the time that writing takes: less than 5 s. */
export const WRITTEN_EVERY_MS = 4000;

/**
 * @typedef {object} ArchivistEdges
 * @property {Pick<import('../transcript/archive.js').Archive, 'has' | 'save' | 'update'>} archive
 * @property {(action: () => void, everyMs: number) => () => void} repeat returns what stops it
 * @property {(transcript: Transcript) => void} failed it cannot be written; tried again later
 * @property {() => void} changed another one is saved now, or one no longer
 */

/**
 * @typedef {object} Kept
 * @property {() => Transcript} now
 * @property {Transcript | null} written null: all of it is to be written
 * @property {string | null} after id of one that is saved, and that this one goes on with; null once
 *   it is saved itself
 */

/** Knows which transcripts are kept. Of others it keeps nothing, and without any it does nothing. */
export class Archivist {
  /** @type {Map<string, Kept>} by the transcript's id */
  #kept = new Map();
  #edges;
  /** One at a time: each writes what has changed since the one before. */
  #last = Promise.resolve();
  /** @type {(() => void) | null} */
  #stop = null;

  /** @param {ArchivistEdges} edges */
  constructor(edges) {
    this.#edges = edges;
  }

  /**
   * @param {() => Transcript} now what a transcript is at any time
   * @param {boolean} isKept whether the user has just saved it: then it is kept as it grows
   * @param {string | null} [after] id of the one that it goes on with, if that is saved; the user has
   *   not saved this one
   */
  setKept(now, isKept, after = null) {
    const { id } = now();
    if (!isKept) return this.#drop(id);
    const known = this.#kept.get(id);
    if (!known) this.#kept.set(id, { now, written: null, after });
    else if (after === null) known.after = null;
    this.#stop ??= this.#edges.repeat(() => void this.write(), WRITTEN_EVERY_MS);
    this.#edges.changed();
  }

  /**
   * @param {string} id of a transcript
   * @returns {string | null} id of the one on disk that one which goes on with it goes on with, too:
   *   itself, or the one before where nothing of it is saved yet; null: it is not kept
   */
  savedAs(id) {
    const kept = this.#kept.get(id);
    return kept ? (kept.after ?? id) : null;
  }

  /** @param {string} id of a transcript that grows no more */
  async finish(id) {
    if (!this.#kept.has(id)) return;
    await this.write();
    this.#drop(id);
  }

  /** Write what has changed. */
  write() {
    this.#last = this.#last.then(async () => {
      for (const [id, kept] of [...this.#kept]) await this.#writeOne(id, kept);
    });
    return this.#last;
  }

  /** @param {string} id of a transcript that is to be kept no longer */
  #drop(id) {
    if (!this.#kept.delete(id)) return;
    if (this.#kept.size === 0) {
      this.#stop?.();
      this.#stop = null;
    }
    this.#edges.changed();
  }

  /**
   * @param {string} id
   * @param {Kept} kept
   */
  async #writeOne(id, kept) {
    const { archive, failed } = this.#edges;
    const now = kept.now();
    // Nothing was said yet in one that goes on with another.
    if (now === kept.written || (kept.after !== null && now.entries.length === 0)) return;
    try {
      // It may have been erased in the meantime.
      if (!(await archive.has(kept.after ?? id))) return this.#drop(id);
      if (kept.written === null) await archive.save(now);
      else await archive.update(now, changesBetween(kept.written, now));
      kept.written = now;
      if (kept.after === null) return;
      kept.after = null;
      this.#edges.changed();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      kept.written = null;
      failed(now);
    }
  }
}
