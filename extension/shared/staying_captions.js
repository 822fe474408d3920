/** The captions of a tab as a text that stays: across sessions that end by themselves. */
import { applyUpdate, captionRows, EMPTY_MODEL, LINES_KEPT } from './captions.js';
import { countedOn, lastNumber } from './speakers.js';

/** @typedef {import('./captions.js').CaptionModel} CaptionModel */
/** @typedef {import('./captions.js').CaptionRow} CaptionRow */
/** @typedef {import('./messages.js').SessionMessage} SessionMessage */

/** Follows one session at a time, and keeps what was said in those that were lost before it. */
export class StayingCaptions {
  /** @type {string | null} null: none has begun, or the user has ended it */
  #session = null;
  #model = EMPTY_MODEL;
  /** @type {CaptionModel} of the sessions that were lost */
  #lost = EMPTY_MODEL;

  /** Forget all: another tab, or none, is shown. */
  clear() {
    this.#session = null;
    this.#model = EMPTY_MODEL;
    this.#lost = EMPTY_MODEL;
  }

  /**
   * @param {SessionMessage} message
   * @returns {boolean} whether there is something else to show
   */
  receive(message) {
    if (message.type === 'snapshot') {
      this.#follow(message);
      return true;
    }
    if (message.session !== this.#session) return false;
    if (message.type === 'end') this.#session = null;
    if (message.type !== 'captions') return false;
    this.#model = applyUpdate(this.#model, message);
    return true;
  }

  /** @returns {CaptionModel} everything that stands, with the draft of now */
  get model() {
    const { revision, draft } = this.#model;
    // A session knows no voice of those before.
    const before = lastNumber(this.#lost);
    const own = this.#model.lines.map((line) => {
      return { ...line, speaker: countedOn(line.speaker, before) };
    });
    return { revision, lines: [...this.#lost.lines, ...own].slice(-LINES_KEPT), draft };
  }

  /** @returns {CaptionRow[]} */
  get rows() {
    const { lines, draft, revision } = this.model;
    const nLost = Math.max(0, lines.length - this.#model.lines.length);
    // Each session counts its samples from its own beginning.
    const lost = { revision, lines: lines.slice(0, nLost), draft: null };
    const own = { revision, lines: lines.slice(nLost), draft };
    return [lost, own].flatMap((model) => captionRows(model, -1, LINES_KEPT)).slice(-LINES_KEPT);
  }

  /** @param {Extract<SessionMessage, { type: 'snapshot' }>} snapshot */
  #follow({ session, model }) {
    if (this.#session === null) this.clear();
    else if (session !== this.#session) this.#lost = { ...this.model, draft: null };
    this.#session = session;
    this.#model = model;
  }
}
