import { SAMPLE_RATE } from '../audio/framing.js';

/** A context that the browser has suspended never answers; its last 100 ms are not worth more. */
const FLUSH_MS = 500;

/**
 * The sound of one tab: played on as it was, and delivered in 16 kHz frames.
 *
 * Capturing takes a tab's sound away from the user, so it is played from here. That needs a context
 * of its own: one of 16 kHz would cut the user's sound to telephone bandwidth.
 */
export class TabCapture {
  #stream;
  #recognition;
  #playback;
  #processor;

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} recognition at 16 kHz, with the worklet loaded
   * @param {(pcm: Int16Array) => void} onFrame
   */
  constructor(stream, recognition, onFrame) {
    this.#stream = stream;
    this.#recognition = recognition;
    this.#playback = new AudioContext();
    this.#playback.createMediaStreamSource(stream).connect(this.#playback.destination);
    this.#processor = new AudioWorkletNode(recognition, 'frames', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    /** @type {Promise<void>} resolves when the worklet has delivered its last samples */
    this.flushed = new Promise((resolve) => {
      this.#processor.port.onmessage = ({ data }) => {
        if (data === null) resolve();
        else onFrame(data);
      };
    });
    recognition.createMediaStreamSource(stream).connect(this.#processor);
  }

  /**
   * Start capturing a tab.
   * @param {string} streamId from chrome.tabCapture.getMediaStreamId; good once, for seconds
   * @param {(pcm: Int16Array) => void} onFrame
   * @param {() => void} onEnded the tab was closed, or the user ended the capture in the browser
   * @returns {Promise<TabCapture>}
   * @throws {DOMException} when the browser refuses the stream
   */
  static async open(streamId, onFrame, onEnded) {
    const stream = await navigator.mediaDevices.getUserMedia(tabAudio(streamId));
    const recognition = new AudioContext({ sampleRate: SAMPLE_RATE });
    await recognition.audioWorklet.addModule('../audio/worklet.js');
    for (const track of stream.getAudioTracks()) track.addEventListener('ended', onEnded);
    return new TabCapture(stream, recognition, onFrame);
  }

  /** End the capture. Resolves when the last samples are delivered and the contexts are closed. */
  async close() {
    this.#processor.port.postMessage('flush');
    await Promise.race([this.flushed, new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
    for (const track of this.#stream.getTracks()) track.stop();
    await Promise.all([this.#recognition.close(), this.#playback.close()]);
  }
}

/**
 * @param {string} streamId
 * @returns {MediaStreamConstraints}
 */
function tabAudio(streamId) {
  // Chrome's own form for a stream id; the standard types do not know it.
  const audio = { mandatory: { chromeMediaSource: 'tab', chromeMediaSourceId: streamId } };
  return /** @type {MediaStreamConstraints} */ ({ audio, video: false });
}
