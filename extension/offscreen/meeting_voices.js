/** Which voice is which participant of a meeting, by when its page has shown that they speak. */
import { YOU } from '../shared/speakers.js';
import { heardWith, sureOf } from '../transcript/agreement.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../transcript/agreement.js').Told} Told */

const SECOND = 16_000;

/** What is enough to give a voice a name. */
const ENOUGH = { least: 3 * SECOND, share: 0.8 };

/** A page shows that somebody speaks so much later than it is heard. */
const LATE = 0.4 * SECOND;

/** What was shown longer ago is of no line to come. */
const KEPT = 300 * SECOND;

export class MeetingVoices {
  /** @type {Told[]} */
  #told = [];
  /** @type {{ who: string, start: number } | null} */
  #speaking = null;
  /** @type {Map<string, Map<string, number>>} samples for which voices were heard, by name */
  #heard = new Map();
  /** Lines that begin before this sample have been counted. */
  #countedUntil = 0;

  /**
   * @param {string | null} name of the one who speaks from now on; null: nobody, or several
   * @param {number} at sample of the tab's sound
   */
  note(name, at) {
    const start = Math.max(0, at - LATE);
    if (this.#speaking) {
      const told = [...this.#told, { ...this.#speaking, end: start }];
      this.#told = told.filter(({ end }) => end > start - KEPT);
    }
    this.#speaking = name === null ? null : { who: name, start };
  }

  /**
   * @param {readonly Line[]} lines that have changed, with the voices that have said them
   * @param {number} now the newest sample
   * @returns {Map<string, string>} the names of all voices of which it is sure
   */
  learn(lines, now) {
    // What the user says into the microphone is not among what the tab plays.
    const fresh = lines
      .filter(({ text, state, speaker }) => text !== '' && state === 'final' && speaker !== YOU)
      .filter(({ start }) => start >= this.#countedUntil);
    const current = this.#speaking ? [{ ...this.#speaking, end: now }] : [];
    for (const [voice, times] of heardWith([...this.#told, ...current], fresh)) {
      const known = this.#heard.get(voice) ?? new Map();
      for (const [who, time] of times) known.set(who, (known.get(who) ?? 0) + time);
      this.#heard.set(voice, known);
    }
    this.#countedUntil = Math.max(this.#countedUntil, ...fresh.map(({ end }) => end));
    return sureOf(this.#heard, ENOUGH);
  }
}
