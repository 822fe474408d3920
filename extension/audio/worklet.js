import { Framer } from './framing.js';
import { MonoMixer } from './mono.js';

/** Silence in the length of one render quantum, for a source that delivers nothing. */
const SILENT_QUANTUM = new Float32Array(128);

/**
 * Posts the sound of its 16 kHz context in frames. A message to its port asks for the rest of the
 * last frame, which is answered with the rest and then `null`.
 */
class FrameProcessor extends AudioWorkletProcessor {
  #framer = new Framer();
  #mixer = new MonoMixer();

  constructor() {
    super();
    this.port.onmessage = () => {
      const rest = this.#framer.flush();
      this.port.postMessage(rest, [rest.buffer]);
      this.port.postMessage(null);
    };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @returns {boolean} true: stay alive while nothing is connected
   */
  process([input]) {
    // Positions are counted here, so a pause of the source has to take its time as silence.
    const block = input?.length ? this.#mixer.mix(input) : SILENT_QUANTUM;
    for (const frame of this.#framer.push(block)) this.port.postMessage(frame, [frame.buffer]);
    return true;
  }
}

registerProcessor('frames', FrameProcessor);
