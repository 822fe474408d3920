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
  /**
   * Blocks that waited when the page was known to be paused. Sound had been heard on for a moment by
   * then: as much later it goes on than the page does.
   */
  #atPause = 0;
  /**
   * Blocks of sound that came after the pause: a browser plays on a little. When it goes on, it is
   * silent at first. Of that as much is left out.
   */
  #surplus = 0;
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
    const waiting = Math.max(this.#count, this.#filling ? this.#target : this.#atPause);
    const behind = (this.#come - oldest) * this.#blockSeconds;
    return { delay: waiting * this.#blockSeconds, behind };
  }

  /** @param {number} seconds by which sound is to be delayed from the next silence on */
  setTarget(seconds) {
    this.#target = Math.round(Math.min(seconds, LONGEST_SECONDS) / this.#blockSeconds);
  }

  /**
   * @param {boolean} held nothing is heard, and what waits goes on waiting
   * @param {number} [ago] seconds since the sound came to rest, or went on
   */
  hold(held, ago = 0) {
    if (held === this.#held) return;
    this.#held = held;
    const blocks = Math.round(ago / this.#blockSeconds);
    if (held) this.#atPause = this.#count;
    if (held) this.#dropPause(blocks);
    else this.#restoreSilence(blocks);
  }

  /**
   * Throw away what waits.
   * @param {number} [ago] but for what has come in so many seconds
   */
  flush(ago = 0) {
    if (this.#sounding && this.#count > 0) this.#fading = Float32Array.from(this.#peek());
    const from = this.#come - Math.round(ago / this.#blockSeconds);
    while (this.#count > 0 && (this.#numbers[this.#first] ?? 0) < from) this.#drop();
    this.#filling = true;
    this.#atPause = this.#surplus = 0;
  }

  /**
   * @param {readonly Float32Array[]} input a block of each channel; none: silence
   * @param {readonly Float32Array[]} output what is heard now, written here
   */
  process(input, output) {
    this.#push(input);
    if (this.#waits()) return this.#fallSilent(output);
    this.#adjust();
    // What was heard last is quiet: silence goes on without a fade.
    if (this.#adjusting && this.#count <= this.#target) return silence(output);
    this.#quiet = (this.#peaks[this.#first] ?? 0) < QUIET ? this.#quiet + 1 : 0;
    write(this.#peek(), output, this.#sounding ? steady : rising);
    this.#drop();
    this.#sounding = true;
  }

  /** @returns {boolean} whether nothing is to be heard yet */
  #waits() {
    if (this.#filling && this.#count > this.#target) {
      this.#filling = false;
      this.#quiet = Infinity;
    }
    if (this.#held || this.#filling) return true;
    if (this.#count > this.#atPause) this.#atPause = 0;
    return this.#atPause > 0;
  }

  /** Lengthen or shorten the silence that is heard. */
  #adjust() {
    const over = this.#count - 1 - this.#target;
    if (Math.abs(over) * this.#blockSeconds > SLACK_SECONDS) this.#adjusting = true;
    const isQuiet = this.#quiet * this.#blockSeconds >= QUIET_SECONDS;
    if (over === 0 || !isQuiet) this.#adjusting = false;
    if (!this.#adjusting || over < 0 || (this.#peaks[this.#first] ?? 0) >= QUIET) return;
    this.#drop();
    this.#surplus = Math.max(0, this.#surplus - 1);
  }

  /** @param {readonly Float32Array[]} output */
  #fallSilent(output) {
    const last = this.#fading ?? (this.#sounding && this.#count > 0 ? this.#peek() : null);
    if (last) write(last, output, falling);
    else silence(output);
    this.#fading = null;
    this.#sounding = false;
  }

  /** @param {readonly Float32Array[]} input */
  #push(input) {
    const number = this.#come++;
    const [left, right = left] = input;
    const isNothing = !left || !right || (left.every(isZero) && right.every(isZero));
    // A paused page sends zeros: they are no part of what waits.
    if (this.#held && (isNothing || this.#count === this.#capacity)) return;
    if (this.#held) this.#surplus++;
    else if (isNothing && this.#surplus > 0) return void this.#surplus--;
    const block = this.#append(number);
    if (isNothing) return void block.fill(0);
    block.set(left.subarray(0, BLOCK));
    block.set(right.subarray(0, BLOCK), BLOCK);
    this.#peaks[this.#last] = peakOf(block);
  }

  /**
   * @param {number} number of the block
   * @returns {Float32Array} where its sound is to be written; until then it is silent
   */
  #append(number) {
    if (this.#count === this.#capacity) this.#drop();
    this.#count++;
    this.#numbers[this.#last] = number;
    this.#peaks[this.#last] = 0;
    return /** @type {Float32Array} */ (this.#blocks[this.#last]);
  }

  /** @param {number} blocks that have come since the page was paused: they are no sound of its */
  #dropPause(blocks) {
    const from = this.#come - blocks;
    while (this.#count > 0 && (this.#numbers[this.#last] ?? 0) >= from) {
      if (this.#peaks[this.#last] !== 0) break;
      this.#count--;
    }
    this.#surplus = this.#blocksSince(from);
  }

  /** @param {number} blocks that have come since the page goes on; what was silent is missing */
  #restoreSilence(blocks) {
    const from = this.#come - blocks;
    const come = [];
    while (this.#count > 0 && (this.#numbers[this.#last] ?? 0) >= from) {
      const block = /** @type {Float32Array} */ (this.#blocks[this.#last]);
      come.unshift({ block: block.slice(), peak: this.#peaks[this.#last] ?? 0 });
      this.#count--;
    }
    this.#surplus = Math.max(0, this.#surplus - come.length);
    const silent = Math.max(0, blocks - come.length);
    const missing = Math.max(0, silent - this.#surplus);
    this.#surplus -= silent - missing;
    for (let i = 0; i < missing; i++) this.#append(from).fill(0);
    for (const { block, peak } of come) {
      this.#append(from).set(block);
      this.#peaks[this.#last] = peak;
    }
  }

  /** @param {number} from the number of a block */
  #blocksSince(from) {
    let blocks = 0;
    while (blocks < this.#count && this.#numberAt(this.#count - 1 - blocks) >= from) blocks++;
    return blocks;
  }

  /** @param {number} index of a block that waits */
  #numberAt(index) {
    return this.#numbers[(this.#first + index) % this.#capacity] ?? 0;
  }

  /** Where the newest block is. */
  get #last() {
    return (this.#first + this.#count - 1) % this.#capacity;
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

/** @param {readonly Float32Array[]} output */
function silence(output) {
  for (const channel of output) channel.fill(0);
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
