/** The newest samples of a stream, addressed by their absolute position. */
export class PcmRing {
  #samples;
  #start = 0;
  #end = 0;

  /** @param {number} capacity samples */
  constructor(capacity) {
    this.#samples = new Int16Array(capacity);
  }

  /** The oldest sample held. */
  get start() {
    return this.#start;
  }

  /** The position of the next sample to come. */
  get end() {
    return this.#end;
  }

  /**
   * Append samples; beyond the capacity the oldest go.
   * @param {Int16Array} pcm
   */
  push(pcm) {
    const capacity = this.#samples.length;
    for (const sample of pcm) this.#samples[this.#end++ % capacity] = sample;
    this.#start = Math.max(this.#start, this.#end - capacity);
  }

  /**
   * Let go of everything before a sample. Going back is not possible.
   * @param {number} until
   */
  forget(until) {
    this.#start = Math.max(this.#start, Math.min(until, this.#end));
  }

  /**
   * A copy of the samples from `start` to `end`, as far as they are held.
   * @param {number} start
   * @param {number} end
   * @returns {Int16Array<ArrayBuffer>}
   */
  read(start, end) {
    const first = Math.max(start, this.#start);
    const pcm = new Int16Array(Math.max(0, Math.min(end, this.#end) - first));
    const capacity = this.#samples.length;
    for (let i = 0; i < pcm.length; i++) pcm[i] = this.#samples[(first + i) % capacity] ?? 0;
    return pcm;
  }
}
