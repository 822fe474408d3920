/** Pictures that wait until they are shown. Pure. */

/**
 * What the pixels of waiting pictures may take, bytes; and what one takes. Rendering in software
 * (headless Chromium), the page's process takes 450 MB of shared memory besides, whatever this is
 * and however a picture is copied and shown (`tests/bench/RESULTS.md`, Transcripts).
 */
const MOST_BYTES = 64 * 1024 * 1024;
const PIXEL_BYTES = 4;

/** Films have no more, and of faster ones every second picture is enough. */
const FASTEST = 32;

/** A picture is taken and drawn a little later than it is due, seconds. */
const SLACK_SECONDS = 0.25;

/** However short the delay, and however fast a film says that it is. */
const MOST_FRAMES = 240;

/**
 * @typedef {{ width: number, height: number }} Size pixels
 */

/**
 * @param {Size} own of the film
 * @param {Size} shown in the page, device pixels
 * @param {number} rate pictures a second that are kept
 * @param {number} delay seconds
 * @returns {Size} in which pictures are kept: as they are seen, or smaller where memory is short
 */
export function keptSize(own, shown, rate, delay) {
  const seen = Math.max(shown.width / own.width, shown.height / own.height);
  const frames = Math.max(1, rate * (delay + SLACK_SECONDS));
  const affordable = MOST_BYTES / PIXEL_BYTES / frames / (own.width * own.height);
  const scale = Math.min(1, seen, Math.sqrt(affordable));
  const side = (/** @type {number} */ length) => Math.max(1, Math.floor(length * scale));
  return { width: side(own.width), height: side(own.height) };
}

/**
 * @param {number} rate pictures a second of a film
 * @returns {number} 1: every picture is kept, 2: every second
 */
export function thinning(rate) {
  return Math.max(1, Math.ceil(rate / FASTEST));
}

/**
 * A queue of pictures in the order in which they are shown. Its clock stands still while the film
 * is paused.
 * @template {{ close(): void }} P
 */
export class FrameQueue {
  /** @type {{ due: number, picture: P | null }[]} `due` by its clock, without the delay */
  #waiting = [];
  /** What the clock has shown before it went on last, and when that was; null: it stands still. */
  #before = 0;
  /** @type {number | null} */
  #since = null;

  get length() {
    return this.#waiting.length;
  }

  /** Whether the film is paused. */
  get stands() {
    return this.#since === null;
  }

  /** Whether one more would be too many. */
  get full() {
    return this.#waiting.length >= MOST_FRAMES;
  }

  /**
   * @param {boolean} plays
   * @param {number} now ms
   */
  run(plays, now) {
    if (plays === !this.stands) return;
    this.#before = this.#clock(now);
    this.#since = plays ? now : null;
  }

  /**
   * A picture that the film shows at a time. What comes of it is given to the slot later.
   * @param {number} at ms
   * @returns {(picture: P | null) => void} takes the picture; null: it could not be had
   */
  add(at) {
    const slot = { due: this.#clock(at), picture: /** @type {P | null} */ (null) };
    this.#waiting.push(slot);
    return (picture) => {
      const index = this.#waiting.indexOf(slot);
      if (index < 0) picture?.close();
      else if (picture) slot.picture = picture;
      else this.#waiting.splice(index, 1);
    };
  }

  /**
   * @param {number} now ms
   * @param {number} delay ms
   * @returns {P | null} the picture to show from now on; those before it are closed
   */
  take(now, delay) {
    const until = this.#clock(now) - delay;
    const last = this.#waiting.findLastIndex(({ due, picture }) => due <= until && picture);
    if (last < 0) return null;
    const passed = this.#waiting.splice(0, last + 1);
    for (const { picture } of passed.slice(0, -1)) picture?.close();
    return passed.at(-1)?.picture ?? null;
  }

  /** The film has gone to another place. */
  clear() {
    for (const { picture } of this.#waiting) picture?.close();
    this.#waiting = [];
  }

  /** @param {number} now ms */
  #clock(now) {
    return this.#since === null ? this.#before : this.#before + now - this.#since;
  }
}
