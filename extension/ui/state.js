/** A capture's state in the user's words. */
import { stateWords } from '../shared/state_words.js';
import { number, text } from './page.js';

/**
 * @param {import('../shared/messages.js').Phase} phase
 * @param {import('../shared/state_words.js').Sound} sound
 */
export function stateText(phase, sound) {
  const { key, seconds } = stateWords(phase, sound);
  if (seconds === undefined) return text(key);
  return text(key, number(seconds, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
}
