/** What speakers are called. */
import { text } from './page.js';

/** Of each number: the browser takes its time to look a text up, and a transcript has many lines. */
const numbered = new Map();

/** @returns {import('../shared/speakers.js').SpeakerWords} */
export function speakerWords() {
  return {
    you: text('speaker_you'),
    numbered: (number) => {
      const known = numbered.get(number) ?? text('speaker_number', number);
      numbered.set(number, known);
      return known;
    },
  };
}
