/** A tab's sound as the user hears it: at once, or later, so that captions come with it. */

/** @typedef {import('../audio/delay_line.js').Delayed} Delayed */
/** @typedef {import('../audio/delay_worklet.js').DelayOrder} DelayOrder */

/** Where the sound waits. While it does not, there is none. */
const WORKLET = '../audio/delay_worklet.js';

/** How loud a tab is played while a voice speaks over it: 14 dB lower. It fades there. */
const DUCKED = 0.2;
const FADE_S = 0.25;

/** Plays a stream in a context of its own. */
export class Playback {
  #context;
  #source;
  #volume;
  #muted = false;
  #ducked = false;
  /** @type {AudioWorkletNode | null} */
  #delay = null;
  /** By how much it is to be delayed, seconds; null: not at all. */
  #seconds = /** @type {number | null} */ (null);
  /** @type {Promise<void> | null} */
  #loaded = null;
  /** @type {(delayed: Delayed) => void} */
  #listener = () => {};

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} context
   */
  constructor(stream, context) {
    this.#context = context;
    this.#source = context.createMediaStreamSource(stream);
    this.#volume = new GainNode(context);
    this.#source.connect(this.#volume).connect(context.destination);
  }

  /** @param {boolean} muted whether the user hears nothing */
  setMuted(muted) {
    this.#muted = muted;
    this.#setVolume(0);
  }

  /** @param {boolean} ducked whether it is turned down, because a voice speaks over it */
  setDucked(ducked) {
    this.#ducked = ducked;
    this.#setVolume(FADE_S);
  }

  /**
   * @param {number | null} seconds by which it is heard later; null: it is heard as it comes
   * @param {(delayed: Delayed) => void} listener
   */
  async delayBy(seconds, listener) {
    this.#seconds = seconds;
    this.#listener = listener;
    if (seconds === null) return this.#undelay();
    this.#loaded ??= this.#context.audioWorklet.addModule(WORKLET);
    await this.#loaded;
    // It may be wanted no longer.
    if (this.#seconds !== null && this.#context.state !== 'closed') this.#delayBy(this.#seconds);
  }

  /**
   * @param {boolean} held the page is paused: what waits goes on waiting
   * @param {number} ago seconds since it was, in the sound that comes
   */
  hold(held, ago) {
    this.#order({ held, ago });
  }

  /**
   * Throw away what waits: the page has gone to another place.
   * @param {number} ago seconds since it is there; what has come since then stays
   */
  discard(ago) {
    this.#order({ flush: true, ago });
  }

  async close() {
    await this.#context.close();
  }

  /** @param {number} seconds in which it gets there */
  #setVolume(seconds) {
    const { gain, context } = this.#volume;
    const wanted = this.#muted ? 0 : this.#ducked ? DUCKED : 1;
    gain.cancelScheduledValues(context.currentTime);
    gain.setValueAtTime(gain.value, context.currentTime);
    gain.linearRampToValueAtTime(wanted, context.currentTime + seconds);
  }

  /** @param {number} seconds */
  #delayBy(seconds) {
    if (!this.#delay) {
      this.#delay = new AudioWorkletNode(this.#context, 'delay', {
        channelCount: 2,
        channelCountMode: 'clamped-max',
        outputChannelCount: [2],
      });
      this.#delay.port.onmessage = ({ data }) => this.#listener(data);
      this.#source.disconnect();
      this.#source.connect(this.#delay).connect(this.#volume);
    }
    this.#order({ target: seconds });
  }

  #undelay() {
    if (!this.#delay) return;
    this.#delay.port.onmessage = null;
    this.#delay.disconnect();
    this.#source.disconnect();
    this.#source.connect(this.#volume);
    this.#delay = null;
  }

  /** @param {DelayOrder} order */
  #order(order) {
    this.#delay?.port.postMessage(order);
  }
}
