import { SAMPLE_RATE } from '../audio/framing.js';
import { MICROPHONE } from '../shared/microphone.js';
import { Playback } from './playback.js';

/**
 * A context stops when its audio device goes, or when the system takes the device away. Frames come
 * every 100 ms as long as it runs, in silence as well.
 */
const STALLED_MS = 3_000;
const LOOK_EVERY_MS = 1_000;

/** A context that says it was stopped goes on in milliseconds, where it can. */
const REVIVED_WITHIN_MS = 300;

/** Its last 100 ms are not worth a longer wait. */
const FLUSH_MS = 500;

/** A source of sound, delivered in 16 kHz frames. */
export class SoundCapture {
  #stream;
  #recognition;
  #playback;
  #processor;
  #stall;

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} recognition at 16 kHz, with the worklet loaded
   * @param {Playback | null} playback that plays the sound on
   * @param {(pcm: Int16Array) => void} onFrame
   * @param {() => void} onStalled no sound comes any more
   */
  constructor(stream, recognition, playback, onFrame, onStalled) {
    this.#stream = stream;
    this.#recognition = recognition;
    this.#playback = playback;
    this.#processor = new AudioWorkletNode(recognition, 'frames', {
      numberOfOutputs: 0,
      // The worklet mixes: the browser's own mix loses what is opposite in both channels.
      channelCount: 2,
      channelCountMode: 'clamped-max',
    });
    /** @type {Promise<void>} resolves when the worklet has delivered its last samples */
    this.flushed = new Promise((resolve) => {
      this.#processor.port.onmessage = ({ data }) => {
        if (data === null) return resolve();
        this.#stall.heard();
        onFrame(data);
      };
    });
    recognition.createMediaStreamSource(stream).connect(this.#processor);
    this.#stall = new StallWatch(onStalled);
    recognition.addEventListener('statechange', () => this.#revive(onStalled));
  }

  /**
   * Start capturing a tab. Chrome no longer plays the sound of a captured tab, so it is played from
   * here, in a context of its own: one of 16 kHz would cut it to telephone bandwidth.
   * https://developer.chrome.com/docs/extensions/how-to/web-platform/screen-capture
   * @param {string} streamId from chrome.tabCapture.getMediaStreamId; good once, for seconds
   * @param {(pcm: Int16Array) => void} onFrame
   * @param {() => void} onEnded the tab was closed, or the user ended the capture in the browser
   * @returns {Promise<SoundCapture>}
   * @throws {DOMException} when the browser refuses the stream
   */
  static openTab(streamId, onFrame, onEnded) {
    return open(tabAudio(streamId), true, onFrame, onEnded);
  }

  /**
   * Start listening to the microphone. The user must have allowed it already: Chrome asks only in a
   * document that the user sees, and this one is never seen.
   * @param {(pcm: Int16Array) => void} onFrame
   * @param {() => void} onEnded it was unplugged, or is not allowed any more
   * @returns {Promise<SoundCapture>}
   * @throws {DOMException} when there is none to be had
   */
  static openMicrophone(onFrame, onEnded) {
    return open({ audio: MICROPHONE }, false, onFrame, onEnded);
  }

  /**
   * Mute what is played from here. When the user mutes the tab, Chrome mutes the tab alone.
   * @param {boolean} muted whether the user hears nothing; the capture goes on
   */
  setMuted(muted) {
    this.#playback?.setMuted(muted);
  }

  /** @param {boolean} ducked whether it is turned down, because a voice speaks over it */
  setDucked(ducked) {
    this.#playback?.setDucked(ducked);
  }

  /**
   * Have it heard later, or as it comes. The capture is not delayed.
   * @param {number | null} seconds null: as it comes
   * @param {(delayed: import('../audio/delay_line.js').Delayed) => void} listener
   */
  async delayBy(seconds, listener) {
    await this.#playback?.delayBy(seconds, listener);
  }

  /**
   * @param {boolean} held as in `Playback`
   * @param {number} ago seconds
   */
  hold(held, ago) {
    this.#playback?.hold(held, ago);
  }

  /** @param {number} ago seconds; as in `Playback` */
  discard(ago) {
    this.#playback?.discard(ago);
  }

  /** @param {() => void} onStalled told unless a context that was stopped goes on soon */
  #revive(onStalled) {
    const recognition = this.#recognition;
    if (recognition.state === 'running' || recognition.state === 'closed') return;
    // Without a device it answers never, or when the capture has been closed.
    recognition.resume().catch(() => {});
    // A tab is opened again at once. A microphone would be lost, so it has its full time.
    if (!this.#playback) return;
    setTimeout(() => {
      if (recognition.state !== 'running') this.#stall.end(onStalled);
    }, REVIVED_WITHIN_MS);
  }

  /** End the capture. Resolves when the last samples are delivered and the contexts are closed. */
  async close() {
    this.#stall.end();
    // One that has been stopped answers nothing, and the browser gives no other stream until it ends.
    if (this.#recognition.state === 'running') {
      this.#processor.port.postMessage('flush');
      await Promise.race([this.flushed, new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
    }
    for (const track of this.#stream.getTracks()) track.stop();
    await Promise.all([this.#recognition.close(), this.#playback?.close()]);
  }
}

/**
 * @param {MediaStreamConstraints} constraints
 * @param {boolean} played whether the sound is played on
 * @param {(pcm: Int16Array) => void} onFrame
 * @param {() => void} onEnded
 */
async function open(constraints, played, onFrame, onEnded) {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  const recognition = new AudioContext({ sampleRate: SAMPLE_RATE });
  await recognition.audioWorklet.addModule('../audio/worklet.js');
  for (const track of stream.getAudioTracks()) track.addEventListener('ended', onEnded);
  const playback = played ? new Playback(stream, new AudioContext()) : null;
  return new SoundCapture(stream, recognition, playback, onFrame, onEnded);
}

/** Notices that no frames come any more. */
class StallWatch {
  #ended = false;
  #heardAt = performance.now();
  #lookedAt = performance.now();
  #timer;

  /** @param {() => void} stalled called once */
  constructor(stalled) {
    this.#timer = setInterval(() => this.#look(stalled), LOOK_EVERY_MS);
  }

  heard() {
    this.#heardAt = performance.now();
  }

  /** @param {() => void} [stalled] called unless it has ended before */
  end(stalled) {
    clearInterval(this.#timer);
    if (!this.#ended) stalled?.();
    this.#ended = true;
  }

  /** @param {() => void} stalled */
  #look(stalled) {
    const now = performance.now();
    // The machine slept, or the document was held up: frames are on their way.
    if (now - this.#lookedAt > 2 * LOOK_EVERY_MS) this.#heardAt = now;
    this.#lookedAt = now;
    if (now - this.#heardAt >= STALLED_MS) this.end(stalled);
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
