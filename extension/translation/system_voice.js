/** A voice of the system, as the browser has it. */
import { isSameLanguage } from '../shared/translation_rules.js';
import { within } from '../shared/deadline.js';

/** @typedef {import('./read_aloud.js').Utterance} Utterance */

/** A voice that has not begun by then will not. */
const BEGUN_WITHIN_MS = 5_000;

/** Slow speech has 8 letters a second. What takes longer has lost its end. */
const LONGEST_MS = (/** @type {string} */ text) => 8_000 + text.length * 150;

/** Voices are listed some time after they were asked for first. */
const LISTED_WITHIN_MS = 2_000;

/**
 * Say a text. It ends in bounded time.
 * @param {Utterance} utterance
 * @returns {Promise<'said' | 'no_voice' | 'failed'>}
 */
export async function say({ text, language }) {
  const voice = voiceFor(await listed(), language);
  if (!voice) return 'no_voice';
  const spoken = new SpeechSynthesisUtterance(text);
  Object.assign(spoken, { voice, lang: voice.lang });
  /** @type {Promise<'begun' | 'failed'>} */
  const begun = new Promise((resolve) => {
    spoken.onstart = () => resolve('begun');
    spoken.addEventListener('error', () => resolve('failed'));
    spoken.addEventListener('end', () => resolve('begun'));
  });
  /** @type {Promise<'said' | 'failed'>} */
  const ended = new Promise((resolve) => {
    spoken.onend = () => resolve('said');
    // What was hushed has been said as far as it was wanted.
    spoken.onerror = ({ error }) => resolve(/cancel|interrupt/.test(error) ? 'said' : 'failed');
  });
  speechSynthesis.speak(spoken);
  const began = await within(begun, BEGUN_WITHIN_MS, /** @type {const} */ ('late'));
  const outcome =
    began === 'late'
      ? 'failed'
      : await within(ended, LONGEST_MS(text), /** @type {const} */ ('failed'));
  if (outcome === 'failed') hush();
  return outcome;
}

/** End what is being said. */
export function hush() {
  speechSynthesis.cancel();
}

/** @returns {Promise<SpeechSynthesisVoice[]>} */
async function listed() {
  const known = speechSynthesis.getVoices();
  if (known.length > 0) return known;
  const listing = new Promise((resolve) => {
    speechSynthesis.addEventListener('voiceschanged', () => resolve(null), { once: true });
  });
  await within(listing, LISTED_WITHIN_MS, null);
  return speechSynthesis.getVoices();
}

/**
 * The system's own voice for a language: one of a service would send the text away.
 * @param {readonly SpeechSynthesisVoice[]} voices
 * @param {string} language
 * @returns {SpeechSynthesisVoice | null}
 */
export function voiceFor(voices, language) {
  const local = voices.filter(
    (voice) => voice.localService && isSameLanguage(voice.lang, language),
  );
  const exact = local.filter(({ lang }) => lang.replace('_', '-') === language);
  const fitting = exact.length > 0 ? exact : local;
  return fitting.find((voice) => voice.default) ?? fitting[0] ?? null;
}
