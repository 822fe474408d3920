/** The voices that are remembered on this machine: a list to look at, and to erase from. */
import { byId, element, LOCALE, text } from '../ui/page.js';

/** @typedef {import('../shared/protocol.js').HostVoices} HostVoices */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

const DAY = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });

/**
 * @param {HostVoices['voices']} voices
 * @param {(message: ToHost) => void} tellHost
 */
export function showVoices(voices, tellHost) {
  const held = document.activeElement?.closest('#voices, #forget-voices') !== null;
  byId('voices').replaceChildren(...voices.map((voice) => item(voice, tellHost)));
  byId('no-voices').hidden = voices.length > 0;
  const all = /** @type {HTMLButtonElement} */ (byId('forget-voices'));
  all.hidden = voices.length === 0;
  all.onclick = () => {
    if (confirm(text('voices_forget_sure'))) tellHost({ type: 'forget', name: null });
  };
  if (!held) return;
  // The button that was pressed is gone.
  const next = document.querySelector('#voices button');
  /** @type {HTMLElement} */ (next ?? byId('voices-title')).focus();
}

/**
 * @param {HostVoices['voices'][number]} voice
 * @param {(message: ToHost) => void} tellHost
 */
function item({ name, since }, tellHost) {
  const words = element(
    'div',
    {},
    element('strong', { textContent: name, dir: 'auto' }),
    element('p', { className: 'small soft', textContent: DAY.format(since * 1000) }),
  );
  const button = element('button', { type: 'button', textContent: text('voices_forget') });
  button.ariaLabel = text('voices_forget_one', name);
  button.addEventListener('click', () => tellHost({ type: 'forget', name }));
  return element('li', {}, words, button);
}
