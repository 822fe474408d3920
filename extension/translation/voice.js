/** Reads translations out with a voice of the system, and has the tab's sound turned down meanwhile. */
import { begin, hear, next, SILENT } from './read_aloud.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('./read_aloud.js').Utterance} Utterance */

/**
 * @typedef {object} VoiceEdges
 * @property {(utterance: Utterance) => Promise<'said' | 'no_voice' | 'failed'>} say bounded
 * @property {() => void} hush end what is being said
 * @property {(ducked: boolean) => void} duck turn the tab down, or up again
 */

/** The voice of one conversation. */
export class Voice {
  /** Why nothing is read out. @type {'no_voice' | 'failed' | null} */
  problem = null;
  #edges;
  #changed;
  #reading = SILENT;
  #on = false;
  #speaking = false;

  /**
   * @param {VoiceEdges} edges
   * @param {() => void} changed `skipped` or `problem` has changed
   */
  constructor(edges, changed) {
    this.#edges = edges;
    this.#changed = changed;
  }

  /** @returns {number} lines that were skipped because the voice was behind */
  get skipped() {
    return this.#reading.skipped;
  }

  /**
   * @param {boolean} on
   * @param {readonly Line[]} lines that stand
   */
  setOn(on, lines) {
    if (on === this.#on) return;
    this.#on = on;
    this.#reading = begin(lines);
    this.problem = null;
    if (!on) this.#edges.hush();
    this.#changed();
  }

  /** @param {readonly Line[]} lines that have changed */
  hear(lines) {
    if (!this.#on) return;
    const { skipped } = this.#reading;
    this.#reading = hear(this.#reading, lines);
    if (this.#reading.skipped !== skipped) this.#changed();
    if (!this.#speaking && this.#reading.waiting.length > 0) void this.#speak();
  }

  async #speak() {
    this.#speaking = true;
    this.#edges.duck(true);
    for (let utterance = this.#take(); utterance; utterance = this.#take()) {
      const outcome = await this.#edges.say(utterance);
      const problem = outcome === 'said' ? null : outcome;
      if (problem === this.problem || !this.#on) continue;
      this.problem = problem;
      this.#changed();
    }
    this.#edges.duck(false);
    this.#speaking = false;
  }

  #take() {
    if (!this.#on) return null;
    const { reading, utterance } = next(this.#reading);
    this.#reading = reading;
    return utterance;
  }
}
