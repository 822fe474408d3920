/** Writes down what grows of the transcripts that the user has saved. */
import { changesBetween } from '../transcript/changes.js';

/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/** What a crash takes at most. */
export const WRITTEN_WITHIN_MS = 4000;

/**
 * @typedef {object} ArchivistEdges
 * @property {Pick<import('../transcript/archive.js').Archive, 'has' | 'save' | 'update'>} archive
 * @property {(action: () => void, delayMs: number) => void} schedule
 * @property {(id: string, failed: boolean) => void} told whether a transcript can be written
 */

/**
 * @typedef {object} Kept
 * @property {Transcript} now
 * @property {Transcript | null} written null: all of it is to be written
 * @property {boolean} scheduled
 * @property {boolean} failed
 */

/** Knows which transcripts are kept; of others it keeps nothing. */
export class Archivist {
  /** @type {Map<string, Kept>} by the transcript's id */
  #kept = new Map();
  #edges;
  /** One at a time: each writes what has changed since the one before. */
  #last = Promise.resolve();

  /** @param {ArchivistEdges} edges */
  constructor(edges) {
    this.#edges = edges;
  }

  /** @param {Transcript} transcript that the user has just saved: it is kept as it grows */
  keep(transcript) {
    if (this.#kept.has(transcript.id)) return;
    this.#kept.set(transcript.id, { now: transcript, written: null, scheduled: false, failed: false });
    this.note(transcript);
  }

  /** @param {string} id of a transcript that is to be kept no longer */
  drop(id) {
    this.#kept.delete(id);
  }

  /** @param {string} id */
  keeps(id) {
    return this.#kept.has(id);
  }

  /** @param {Transcript} transcript that may have changed */
  note(transcript) {
    const kept = this.#kept.get(transcript.id);
    if (!kept || kept.written === transcript) return;
    kept.now = transcript;
    if (kept.scheduled) return;
    kept.scheduled = true;
    this.#edges.schedule(() => void this.#write(transcript.id), WRITTEN_WITHIN_MS);
  }

  /** @param {Transcript} transcript that grows no more */
  async finish(transcript) {
    this.note(transcript);
    await this.#write(transcript.id);
    this.drop(transcript.id);
  }

  /** @param {string} id */
  #write(id) {
    this.#last = this.#last.then(() => this.#writeNow(id));
    return this.#last;
  }

  /** @param {string} id */
  async #writeNow(id) {
    const kept = this.#kept.get(id);
    if (!kept) return;
    kept.scheduled = false;
    const { now, written } = kept;
    if (now === written) return;
    const { archive, told } = this.#edges;
    try {
      if (written === null) await archive.save(now);
      else if (await archive.has(id)) await archive.update(now, changesBetween(written, now));
      // It was erased in the meantime.
      else return this.drop(id);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      kept.failed = true;
      kept.written = null;
      return told(id, true);
    }
    kept.written = now;
    if (kept.failed) told(id, false);
    kept.failed = false;
  }
}
