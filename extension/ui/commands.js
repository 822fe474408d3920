/** Commands for a terminal, each with a button that copies it. */
import { element, text } from './page.js';

/** @param {string} command */
export function commandItem(command) {
  const copy = element('button', { type: 'button', textContent: text('popup_copy') });
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command);
    copy.textContent = text('popup_copied');
  });
  const code = element('code', { textContent: command });
  return element('li', { className: 'command' }, code, copy);
}
