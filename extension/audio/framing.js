/** Sound as the host takes it: 16 kHz mono s16, in frames of 100 ms. */

export const SAMPLE_RATE = 16_000;
export const FRAME_SAMPLES = SAMPLE_RATE / 10;

/**
 * One float sample in [-1, 1] as s16, clipped.
 * @param {number} sample
 * @returns {number}
 */
export function toS16(sample) {
  const clipped = Math.max(-1, Math.min(1, sample));
  return Math.round(clipped < 0 ? clipped * 0x8000 : clipped * 0x7fff);
}

/** Cuts a stream of blocks of any length into frames of `FRAME_SAMPLES`. */
export class Framer {
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;

  /**
   * @param {Float32Array} block
   * @returns {Int16Array<ArrayBuffer>[]} the frames that it completes; they are the caller's to keep
   */
  push(block) {
    const frames = [];
    for (const sample of block) {
      this.#frame[this.#filled++] = toS16(sample);
      if (this.#filled === FRAME_SAMPLES) {
        frames.push(this.#frame);
        this.#frame = new Int16Array(FRAME_SAMPLES);
        this.#filled = 0;
      }
    }
    return frames;
  }

  /** @returns {Int16Array<ArrayBuffer>} what is left of the last, incomplete frame */
  flush() {
    const rest = this.#frame.slice(0, this.#filled);
    this.#filled = 0;
    return rest;
  }
}

/**
 * s16le as base64, for JSON.
 * @param {Int16Array} pcm
 * @returns {string}
 */
export function toBase64(pcm) {
  // Every machine Chrome runs on is little-endian.
  return btoa(String.fromCharCode(...new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)));
}
