/** What the user has said, without what the microphone heard of the tab. */
import { SAMPLE_RATE } from '../audio/framing.js';
import { withoutEcho } from './echo.js';
import { likeness, Loudness } from './loudness.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/protocol.js').Line} Line */

/** Around a word, so much is looked at to tell whether the microphone sounds like the tab. */
const AROUND_WORD_SAMPLES = SAMPLE_RATE;

/** What the tab said so long ago does not change any more, and what echoed it does not either. */
const SETTLED_SAMPLES = 30 * SAMPLE_RATE;

export class OwnWords {
  #tabSound = new Loudness();
  /** On the tab's clock, as its lines are. */
  #ownSound = new Loudness();
  /** @type {Map<number, { said: string, own: string }>} by line its text, and that without echo */
  #texts = new Map();

  /**
   * @param {Int16Array} pcm of the tab
   * @param {number} end the sample after its last
   */
  hearTab(pcm, end) {
    this.#tabSound.push(pcm, end);
  }

  /**
   * @param {Int16Array} pcm of the microphone
   * @param {number} end the tab's sample after its last
   */
  hear(pcm, end) {
    this.#ownSound.push(pcm, end);
  }

  /**
   * @param {readonly Line[]} you what the microphone heard, on the tab's clock; what it says anew
   *   takes the place of what it said
   * @param {CaptionModel} tab
   * @param {number} position of the tab's next sample
   * @returns {Line[]}
   */
  of(you, tab, position) {
    const settled = position - SETTLED_SAMPLES;
    const before = this.#texts;
    this.#texts = new Map();
    const newest = new Map(you.map((line) => [line.id, line]));
    return [...newest.values()].flatMap((line) => {
      const { id, end, text: said } = line;
      const known = end < settled ? before.get(id) : undefined;
      const own = known?.said === said ? known.own : this.#withoutEcho(line, tab);
      this.#texts.set(id, { said, own });
      return own === '' ? [] : [{ ...line, text: own }];
    });
  }

  /**
   * @param {Line} line of the microphone
   * @param {CaptionModel} tab
   */
  #withoutEcho(line, tab) {
    return withoutEcho(line, tab, (at) =>
      likeness(this.#tabSound, this.#ownSound, at - AROUND_WORD_SAMPLES, at + AROUND_WORD_SAMPLES),
    );
  }
}
