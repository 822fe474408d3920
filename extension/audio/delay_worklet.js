import { BLOCK, DelayLine } from './delay_line.js';

/**
 * `ago`: seconds since that was so, in the sound that comes.
 * @typedef {{ target: number } | { held: boolean, ago: number } | { flush: true, ago: number }
 *   } DelayOrder
 */

/** Blocks between reports: 100 ms at 48 kHz. */
const REPORT_EVERY = Math.round(4800 / BLOCK);

/** What has changed by less is not reported, seconds. */
const NEWS_SECONDS = 0.004;

/** Plays what it gets later, and posts how much later whenever that changes. */
class DelayProcessor extends AudioWorkletProcessor {
  #line = new DelayLine(sampleRate);
  #blocks = 0;
  #told = { delay: -1, behind: -1 };

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#obey(data);
  }

  /** @param {DelayOrder} order */
  #obey(order) {
    if ('target' in order) this.#line.setTarget(order.target);
    else if ('held' in order) this.#line.hold(order.held, order.ago);
    else this.#line.flush(order.ago);
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   * @returns {boolean} true: stay alive while nothing is connected
   */
  process([input = []], [output = []]) {
    this.#line.process(input, output);
    if (++this.#blocks % REPORT_EVERY === 0) this.#report();
    return true;
  }

  #report() {
    const now = this.#line.delayed;
    const { delay, behind } = this.#told;
    if (Math.max(Math.abs(now.delay - delay), Math.abs(now.behind - behind)) < NEWS_SECONDS) return;
    this.#told = now;
    this.port.postMessage(now);
  }
}

registerProcessor('delay', DelayProcessor);
