/** Captions that outlive the hosts that make them. */
import {
  aheadOf,
  applyUpdate,
  continued,
  EMPTY_MODEL,
  resumeAt,
  resumeSample,
  settled,
  wordsEnd,
} from '../shared/captions.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/protocol.js').Captions} Captions */

/** One host goes on where another one was lost, and captions some sound anew. */
export class ContinuedCaptions {
  #ofThisHost = EMPTY_MODEL;
  /** What was captioned before and this host is still to come to: nothing that stands goes. */
  #ahead = EMPTY_MODEL;

  /** @returns {CaptionModel} all that stands */
  get model() {
    return continued(this.#ofThisHost, this.#ahead);
  }

  /** @returns {CaptionModel} what stands up to where this host is */
  get ofThisHost() {
    return this.#ofThisHost;
  }

  /** What is a draft is not heard again, and stays as it is. */
  settle() {
    const ids = new Set(this.#ofThisHost.lines.map(({ id }) => id));
    const own = settled(this.#ofThisHost);
    const { draft } = this.#ahead;
    // It may belong to a line that this host has come to.
    const line = draft && ids.has(draft.line) ? draft.start : (draft?.line ?? 0);
    const ahead = settled({ ...this.#ahead, draft: draft && { ...draft, line } });
    this.#ofThisHost = continued(own, ahead);
    this.#ahead = EMPTY_MODEL;
  }

  /**
   * Another host comes.
   * @param {number} kept the first sample that there still is
   * @returns {number} the first sample for it
   */
  resume(kept) {
    const { model } = this;
    const from = resumeSample(model, kept);
    this.#ofThisHost = resumeAt(model, from);
    this.#ahead = aheadOf(model, from);
    return from;
  }

  /** @param {Captions} update of this host */
  apply(update) {
    this.#ofThisHost = applyUpdate(this.#ofThisHost, update);
    const reached = Math.max(wordsEnd(this.#ofThisHost), update.final_until);
    this.#ahead = aheadOf(this.#ahead, reached);
  }
}
