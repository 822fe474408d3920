/** What went wrong and what helps, in the user's words. */
import { commandsFor } from '../shared/problems.js';
import { commandItem } from './commands.js';
import { element, text } from './page.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */

/**
 * @param {Problem} problem
 * @returns {Node[]} a sentence, a remedy, and commands if they help
 */
export function problemWords({ code, message, hint }) {
  // The host explains its own errors. For what concerns the installation there are texts here.
  const ours = text(`error_${code}`);
  const sentence = element('p', { className: 'bad' }, ours || message || code);
  const remedy = element('p', {}, ours ? text(`remedy_${code}`) : hint);
  const commands = ours ? commandsFor(code, chrome.runtime.id) : [];
  return [sentence, remedy, element('ul', {}, ...commands.map(commandItem))];
}
