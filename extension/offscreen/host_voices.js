/** Voices of the hosts of one session. Each host numbers those that it hears from 1 on. */
import { countedOn, isNumber, joinedVoices, voicesOf } from '../shared/speakers.js';
import { agreed } from '../transcript/agreement.js';

/** @typedef {import('../shared/protocol.js').Line} Line */

/**
 * @typedef {object} VoiceOutlets
 * @property {(wanted: string) => string} take that number for a new voice, or another one if that is
 *   some other voice's
 * @property {(voice: string, known: string) => void} recognised a voice is one that was there before
 * @property {(voice: string, name: string) => void} named a voice is one that the user had remembered
 */

const SECOND = 16_000;

/** What two hosts must have heard of a voice, for it to be the same one. */
const HEARD_TWICE = { least: 1.5 * SECOND, share: 0.8 };

/**
 * Where nobody else numbers voices.
 * @type {VoiceOutlets}
 */
const ALONE = { take: (wanted) => wanted, recognised: () => {}, named: () => {} };

/** Gives each voice a number that no other one has. */
export class HostVoices {
  /** @type {Map<string, string>} numbers of this host's voices, by those that it gave them */
  #numbers = new Map();
  #highest = 0;
  /** The highest one when this host came. */
  #before = 0;
  /** @type {readonly import('../transcript/agreement.js').Told[]} whom the host before has heard where */
  #heardBefore = [];
  #outlets;

  /** @param {VoiceOutlets} [outlets] */
  constructor(outlets = ALONE) {
    this.#outlets = outlets;
  }

  /**
   * Another host comes, which knows no voice. What it hears first, the one before has heard, too:
   * that tells which voices they are.
   * @param {readonly Line[]} lines that stand
   * @param {number} from its first sample
   */
  meetHost(lines, from) {
    this.#numbers.clear();
    this.#before = this.#highest;
    this.#heardBefore = lines.flatMap(({ start, end, speaker }) =>
      speaker !== null && voicesOf(speaker).length === 1 && start >= from
        ? { who: speaker, start, end }
        : [],
    );
  }

  /**
   * @param {Line} line of this host
   * @returns {Line}
   */
  numbered(line) {
    const { speaker } = line;
    if (speaker === null || !isNumber(speaker)) return line;
    const numbers = voicesOf(speaker).map((voice) => this.#numbers.get(voice) ?? this.#take(voice));
    return { ...line, speaker: joinedVoices(numbers) };
  }

  /**
   * The host knows a voice.
   * @param {string} speaker as the host says it
   * @param {string} name under which it is remembered
   */
  name(speaker, name) {
    this.#outlets.named(this.#numbers.get(speaker) ?? this.#take(speaker), name);
  }

  /**
   * @param {(number: string) => boolean} isWanted
   * @returns {string[]} the voices with such numbers, as this host says them
   */
  asHeard(isWanted) {
    const found = [...this.#numbers].filter(([, number]) => isWanted(number));
    return found.map(([speaker]) => speaker);
  }

  /**
   * Compare with what the host before has heard.
   * @param {readonly Line[]} lines of this host
   * @param {number} until sample up to which they do not change any more
   */
  compare(lines, until) {
    if (this.#heardBefore.length === 0) return;
    for (const [voice, known] of agreed(this.#heardBefore, lines, HEARD_TWICE)) {
      if (voice !== known) this.#outlets.recognised(voice, known);
    }
    if (this.#heardBefore.every(({ end }) => end <= until)) this.#heardBefore = [];
  }

  /** @param {string} speaker as the host says it */
  #take(speaker) {
    const number = this.#outlets.take(countedOn(speaker, this.#before));
    this.#numbers.set(speaker, number);
    this.#highest = Math.max(this.#highest, Number(number));
    return number;
  }
}
