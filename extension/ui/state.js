/** A capture's state in the user's words. */
import { stateWords } from '../shared/state_words.js';
import { number, text } from './page.js';

/**
 * @param {import('../shared/messages.js').Phase} phase
 * @param {boolean} silent nothing has been heard for a while
 */
export function stateText(phase, silent) {
  const { key, seconds } = stateWords(phase, silent);
  if (seconds === undefined) return text(key);
  return text(key, number(seconds, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
}
