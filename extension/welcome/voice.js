/** A voice for trying captions: the host's clip, which the tab plays, or else the system's. */
import { LOCALE, text } from '../ui/page.js';

/** @typedef {import('../shared/protocol.js').SpokenClip} SpokenClip */

/** Of the host's clips. */
const SAMPLE_RATE = 16_000;

/** Whether the system has a voice. Not every system plays it where a tab can be heard. */
export function systemCanSpeak() {
  return speechSynthesis.getVoices().length > 0;
}

/**
 * @param {SpokenClip} clip null where the host has none
 * @returns {string} what is being said
 */
export function speak(clip) {
  if (clip) return play(clip);
  const sentence = new SpeechSynthesisUtterance(text('welcome_sentence'));
  sentence.lang = LOCALE;
  speechSynthesis.speak(sentence);
  return sentence.text;
}

/** @param {NonNullable<SpokenClip>} clip */
function play({ text, pcm }) {
  const samples = samplesOf(pcm);
  const context = new AudioContext();
  const buffer = context.createBuffer(1, samples.length, SAMPLE_RATE);
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.addEventListener('ended', () => void context.close());
  source.start();
  return text;
}

/**
 * @param {string} pcm base64 of s16le
 * @returns {Float32Array<ArrayBuffer>} -1 to 1
 */
export function samplesOf(pcm) {
  const bytes = Uint8Array.from(atob(pcm), (letter) => letter.charCodeAt(0));
  // Every machine Chrome runs on is little-endian.
  return Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 0x8000);
}
