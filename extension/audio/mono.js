/**
 * Several channels as one, without losing what is in them. `host/wlk_host/runtime/files/mono.py`
 * does the same with files.
 */
import { SAMPLE_RATE } from './framing.js';

/**
 * A mix with less than this share of the loudest channel's power has lost its sound (-10 dB). One
 * silent channel of two costs 6 dB, unrelated channels 3 dB, opposite ones everything.
 */
const LOST = 0.1;

/** With this share or more (-6 dB) the mix is right again. */
const BACK = 0.25;

/** Samples for which past loudness counts: the choice does not change from word to word. */
const MEMORY = SAMPLE_RATE / 2;

/** Samples over which one choice fades into the next, so that nothing clicks (5 ms). */
const FADE = SAMPLE_RATE / 200;

/** Mixes down, or takes the loudest channel where channels cancel each other out. */
export class MonoMixer {
  /** @type {number[]} mean squares of the channels, and then of the mix */
  #powers = [];
  /** @type {number | null} index of a channel; null: the mix */
  #chosen = null;

  /**
   * @param {readonly Float32Array[]} channels of the same length
   * @returns {Float32Array} as long as they are; may be one of them
   */
  mix(channels) {
    const [first = new Float32Array(0)] = channels;
    if (channels.length < 2) return first;
    if (this.#powers.length !== channels.length + 1) {
      this.#powers = Array(channels.length + 1).fill(0);
      this.#chosen = null;
    }
    const mixed = first.map((_, i) => sumAt(channels, i) / channels.length);
    const before = this.#chosen === null ? mixed : (channels[this.#chosen] ?? mixed);
    this.#listen([...channels, mixed]);
    const after = this.#chosen === null ? mixed : (channels[this.#chosen] ?? mixed);
    return before === after ? after : fade(before, after);
  }

  /**
   * Learn how loud everything is, and choose.
   * @param {readonly Float32Array[]} sources the channels and their mix
   */
  #listen(sources) {
    const kept = Math.exp(-(sources[0]?.length ?? 0) / MEMORY);
    this.#powers = sources.map(
      (source, i) => kept * (this.#powers[i] ?? 0) + (1 - kept) * power(source),
    );
    const ofMix = this.#powers.at(-1) ?? 0;
    const most = Math.max(...this.#powers.slice(0, -1));
    const loudest = this.#powers.indexOf(most);
    if (this.#chosen === null) {
      if (ofMix < LOST * most) this.#chosen = loudest;
    } else if (ofMix >= BACK * most) {
      this.#chosen = null;
    } else if ((this.#powers[this.#chosen] ?? 0) < BACK * most) {
      this.#chosen = loudest;
    }
  }
}

/** @param {readonly Float32Array[]} channels @param {number} i */
function sumAt(channels, i) {
  let sum = 0;
  for (const channel of channels) sum += channel[i] ?? 0;
  return sum;
}

/** @param {Float32Array} source @returns {number} its mean square */
function power(source) {
  let sum = 0;
  for (const sample of source) sum += sample * sample;
  return source.length > 0 ? sum / source.length : 0;
}

/** @param {Float32Array} before @param {Float32Array} after @returns {Float32Array} */
function fade(before, after) {
  return after.map((sample, i) => {
    const old = before[i] ?? 0;
    return old + Math.min(1, i / FADE) * (sample - old);
  });
}
