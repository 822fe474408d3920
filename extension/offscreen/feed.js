/** The sound of a session on its way to the host: kept for a while, and sent but for parts of it. */
import { FRAME_SAMPLES, SAMPLE_RATE } from '../audio/framing.js';
import { PcmRing } from '../audio/ring_buffer.js';

/** Audio kept for a host that has to start again. */
const SECONDS_KEPT = 60;

/**
 * A part that the host is not sent, after a place at which the sound breaks.
 * @typedef {{ from: number, until: number }} Break
 */

/**
 * @typedef {object} FeedOutlets
 * @property {(start: number, pcm: Int16Array) => void} audio
 * @property {(at: number) => void} cut
 */

/** Each sample goes to a host once, in order, and each cut where it belongs. */
export class Feed {
  #ring = new PcmRing(SECONDS_KEPT * SAMPLE_RATE);
  /** @type {Break[]} in order; the last one can be open: until Infinity */
  #breaks = [];
  /** The first sample that this host has not been sent; null: there is none. */
  #next = /** @type {number | null} */ (null);
  /** @type {Break | null} that this host was told of last */
  #cut = null;
  #outlets;

  /** @param {FeedOutlets} outlets */
  constructor(outlets) {
    this.#outlets = outlets;
  }

  /** The oldest sample kept. */
  get start() {
    return this.#ring.start;
  }

  /** The sample that comes next. */
  get position() {
    return this.#ring.end;
  }

  /** Where the newest part that was not sent ends; 0: there was none. */
  get brokenUntil() {
    return Math.min(this.position, this.#breaks.at(-1)?.until ?? 0);
  }

  /** @param {Int16Array} pcm */
  push(pcm) {
    this.#ring.push(pcm);
    this.#prune();
    this.#send();
  }

  /**
   * A host takes the sound from now on, what is kept first.
   * @param {number} from its first sample
   */
  begin(from) {
    this.#next = from;
    this.#cut = null;
    this.#send();
  }

  /** No host takes it any more. */
  end() {
    this.#next = null;
  }

  /** @param {number} until sound before it will not be asked for again */
  forget(until) {
    this.#ring.forget(until);
  }

  /**
   * The sound breaks. What comes then is not sent until it goes on.
   * @param {number} at sample; what was sent already stays sent
   */
  breakOff(at) {
    const last = this.#breaks.at(-1);
    const from = Math.max(Math.round(at), this.#next ?? 0, last?.until ?? 0);
    // Nothing was sent since the break before: it is the same one.
    if (last && from === last.until) last.until = Infinity;
    else if (last?.until !== Infinity) this.#breaks.push({ from, until: Infinity });
    this.#send();
  }

  /** @param {number} from the sample with which the sound goes on */
  goOn(from) {
    const last = this.#breaks.at(-1);
    if (last?.until !== Infinity) return;
    last.until = Math.max(last.from, Math.round(from));
    this.#send();
  }

  /** Send what is there and has not been sent. */
  #send() {
    while (this.#next !== null) {
      const next = this.#next;
      const begins = this.#breaks.find(({ from }) => from === next);
      if (begins && begins !== this.#cut) this.#outlets.cut(next);
      this.#cut = begins ?? this.#cut;
      if (next >= this.position) return;
      const within = this.#breaks.find(({ from, until }) => from <= next && next < until);
      if (within) {
        // It may yet go on with a sample that is here already.
        if (within.until === Infinity) return;
        this.#next = within.until;
      } else {
        const later = this.#breaks.find(({ from }) => from > next)?.from ?? Infinity;
        this.#next = Math.min(this.position, next + FRAME_SAMPLES, later);
        this.#outlets.audio(next, this.#ring.read(next, this.#next));
      }
    }
  }

  /** Of breaks that were before all that is kept, the last one still counts. */
  #prune() {
    const { start } = this.#ring;
    if ((this.#breaks[1]?.until ?? Infinity) < start) this.#breaks.shift();
  }
}
