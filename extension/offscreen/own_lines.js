/** What the user says into the microphone, as it may be shown beside what the tab says. */
import { SAMPLE_RATE } from '../audio/framing.js';
import { LINES_KEPT } from '../shared/captions.js';
import { OwnWords } from './own_words.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../shared/protocol.js').Options} Options */

/**
 * Samples of the tab that are waited for before the microphone's newest words are shown: what the
 * tab says at the same time, and what they may echo, is known by then. It takes longer while both
 * are heard, for the host does one after the other.
 */
const HELD_SAMPLES = SAMPLE_RATE;
const HELD_BESIDE_SOUND_SAMPLES = 3 * SAMPLE_RATE;

export class OwnLines {
  /** @type {readonly Line[]} said into the microphone before it was switched off */
  #earlier = [];
  /** @type {readonly Line[]} what it says now, as far as it may be shown */
  #now = [];
  /** @type {{ lines: readonly Line[], at: number }[]} what it says that is held, by tab's sample */
  #held = [];
  #words = new OwnWords();

  /**
   * @param {Int16Array} pcm of the tab
   * @param {number} end the sample after its last
   */
  hearTab(pcm, end) {
    this.#words.hearTab(pcm, end);
  }

  /**
   * @param {Int16Array} pcm of the microphone
   * @param {number} end the tab's sample after its last
   */
  hear(pcm, end) {
    this.#words.hear(pcm, end);
  }

  /**
   * @param {readonly Line[]} lines all that it says now, on the tab's clock
   * @param {number} at the tab's sample
   */
  hold(lines, at) {
    this.#held.push({ lines, at });
  }

  /**
   * @param {number} now the tab's sample
   * @param {number} heardUntil its newest sample that was audible
   * @returns {number | null} up to which what is held may be shown; null: nothing is to be
   */
  dueAt(now, heardUntil) {
    const beside = now - heardUntil < HELD_BESIDE_SOUND_SAMPLES;
    const due = now - (beside ? HELD_BESIDE_SOUND_SAMPLES : HELD_SAMPLES);
    return this.#held[0] && this.#held[0].at <= due ? due : null;
  }

  /** @param {number} until what has been held since this sample of the tab's may be shown */
  release(until) {
    while (this.#held[0] && this.#held[0].at <= until) this.#now = this.#held.shift()?.lines ?? [];
  }

  /** The microphone is switched off. Its lines stay. */
  retire() {
    this.release(Infinity);
    this.#earlier = [...this.#earlier, ...this.#now].slice(-LINES_KEPT);
    this.#now = [];
  }

  /**
   * @param {{ model: CaptionModel, position: number }} tab what is said in it, and its next sample
   * @returns {Line[]} what the user has said
   */
  of({ model, position }) {
    return this.#words.of([...this.#earlier, ...this.#now], model, position);
  }
}

/**
 * @param {Options} options of the tab
 * @returns {Options} who speaks into the microphone is known
 */
export function ofMicrophone(options) {
  return { ...options, speakers: false };
}
