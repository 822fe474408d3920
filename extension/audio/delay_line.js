/**
 * Sound that waits in a line and is heard later. Its delay changes only where nothing is heard: a
 * quiet place is made longer or shorter, so no sound is bent, repeated or left out. No Web Audio here.
 */

/** Samples that are processed at a time: the render quantum of Web Audio. */
export const BLOCK = 128;

/** @typedef {{ delay: number, behind: number }} Delayed seconds; see `DelayLine.delayed` */

const CHANNELS = 2;

/** What is softer is silence: 50 dB below full scale. */
const QUIET = 0.003;

/** A pause within a word is shorter, seconds. */
const QUIET_SECONDS = 0.06;

/** A delay that is off by less stays as it is, seconds. */
const SLACK_SECONDS = 0.03;

/** A page is known to have been paused after less, seconds; what came since then is no sound of its. */
const PAUSE_KNOWN_SECONDS = 0.3;

/** The longest delay, seconds. */
export const LONGEST_SECONDS = 6;

export class DelayLine {
  #blockSeconds;
  #capacity;
  /** @type {Float32Array[]} blocks of both channels, one after the other */
  #blocks;
  /** @type {Float64Array} the number of each block, counted as they came */
  #numbers;
  /** @type {Float32Array} the loudest sample of each */
  #peaks;
  /** The oldest block, and how many there are. */
  #first = 0;
  #count = 0;
  /** Blocks that have come so far. */
  #come = 0;
  #target = 0;
  #held = false;
  /** Nothing is heard until as much is there as is to wait. */
  #filling = true;
  #adjusting = false;
  /** Quiet blocks that were heard last. */
  #quiet = Infinity;
  #sounding = false;
  /** @type {Float32Array | null} what would have been heard next when all was thrown away */
  #fading = null;

  /** @param {number} rate samples a second */
  constructor(rate) {
    this.#blockSeconds = BLOCK / rate;
    this.#capacity = Math.ceil((LONGEST_SECONDS + 2) / this.#blockSeconds);
    const indices = Array.from({ length: this.#capacity });
    this.#blocks = indices.map(() => new Float32Array(CHANNELS * BLOCK));
    this.#numbers = new Float64Array(this.#capacity);
    this.#peaks = new Float32Array(this.#capacity);
  }

  /**
   * How long what comes now waits before it is heard, and how long ago what is heard now has come.
   * The two differ after a pause, and until the line is filled.
   * @returns {Delayed}
   */
  get delayed() {
    const oldest = this.#count > 0 ? (this.#numbers[this.#first] ?? 0) : this.#come;
    const waiting = this.#filling ? Math.max(this.#count, this.#target) : this.#count;
    const behind = (this.#come - oldest) * this.#blockSeconds;
    return { delay: waiting * this.#blockSeconds, behind };
  }

  /** @param {number} seconds by which sound is to be delayed from the next silence on */
  setTarget(seconds) {
    this.#target = Math.round(Math.min(seconds, LONGEST_SECONDS) / this.#blockSeconds);
  }

  /** @param {boolean} held nothing is heard, and what waits goes on waiting */
  hold(held) {
    if (held && !this.#held) this.#dropPause();
    this.#held = held;
  }

  /** Throw away what waits. */
  flush() {
    if (this.#sounding) this.#fading = Float32Array.from(this.#peek());
    this.#count = 0;
    this.#filling = true;
  }

  /**
   * @param {readonly Float32Array[]} input a block of each channel; none: silence
   * @param {readonly Float32Array[]} output what is heard now, written here
   */
  process(input, output) {
    this.#push(input);
    if (this.#filling && this.#count > this.#target) {
      this.#filling = false;
      this.#quiet = Infinity;
    }
    if (this.#held || this.#filling) return this.#fallSilent(output);
    this.#adjust();
    if (this.#adjusting && this.#count <= this.#target) return this.#fallSilent(output);
    this.#quiet = (this.#peaks[this.#first] ?? 0) < QUIET ? this.#quiet + 1 : 0;
    write(this.#peek(), output, this.#sounding ? steady : rising);
    this.#drop();
    this.#sounding = true;
  }

  /** Lengthen or shorten the silence that is heard. */
  #adjust() {
    const over = this.#count - 1 - this.#target;
    if (Math.abs(over) * this.#blockSeconds > SLACK_SECONDS) this.#adjusting = true;
    const isQuiet = this.#quiet * this.#blockSeconds >= QUIET_SECONDS;
    if (over === 0 || !isQuiet) this.#adjusting = false;
    if (this.#adjusting && over > 0 && (this.#peaks[this.#first] ?? 0) < QUIET) this.#drop();
  }

  /** @param {readonly Float32Array[]} output */
  #fallSilent(output) {
    const last = this.#fading ?? (this.#sounding && this.#count > 0 ? this.#peek() : null);
    if (last) write(last, output, falling);
    else for (const channel of output) channel.fill(0);
    this.#fading = null;
    this.#sounding = false;
  }

  /** @param {readonly Float32Array[]} input */
  #push(input) {
    this.#come++;
    const [left, right = left] = input;
    const isNothing = !left || (left.every(isZero) && (right ?? left).every(isZero));
    // A paused page sends zeros: they are no part of what waits.
    if (this.#held && (isNothing || this.#count === this.#capacity)) return;
    if (this.#count === this.#capacity) this.#drop();
    const at = (this.#first + this.#count) % this.#capacity;
    const block = /** @type {Float32Array} */ (this.#blocks[at]);
    block.fill(0);
    if (left) block.set(left.subarray(0, BLOCK));
    if (right) block.set(right.subarray(0, BLOCK), BLOCK);
    this.#numbers[at] = this.#come - 1;
    this.#peaks[at] = isNothing ? 0 : peakOf(block);
    this.#count++;
  }

  /** What has come since the page was paused. */
  #dropPause() {
    const most = Math.min(this.#count, Math.round(PAUSE_KNOWN_SECONDS / this.#blockSeconds));
    for (let dropped = 0; dropped < most; dropped++) {
      const last = (this.#first + this.#count - 1) % this.#capacity;
      if (this.#peaks[last] !== 0) return;
      this.#count--;
    }
  }

  #peek() {
    return /** @type {Float32Array} */ (this.#blocks[this.#first]);
  }

  #drop() {
    this.#first = (this.#first + 1) % this.#capacity;
    this.#count--;
  }
}

/**
 * @param {Float32Array} block of all channels
 * @param {readonly Float32Array[]} output
 * @param {(index: number) => number} gain
 */
function write(block, output, gain) {
  for (const [number, channel] of output.entries()) {
    const from = Math.min(number, CHANNELS - 1) * BLOCK;
    for (let i = 0; i < channel.length; i++) channel[i] = (block[from + i] ?? 0) * gain(i);
  }
}

const steady = () => 1;
const rising = (/** @type {number} */ index) => (index + 1) / BLOCK;
const falling = (/** @type {number} */ index) => 1 - (index + 1) / BLOCK;

/** @param {Float32Array} block */
function peakOf(block) {
  let peak = 0;
  for (const sample of block) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

/** @param {number} sample */
function isZero(sample) {
  return sample === 0;
}
