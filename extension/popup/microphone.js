/** The popup's part on the microphone of the captions that it steers. */
import { isFault } from '../shared/microphone.js';
import { microphoneAllowed, openMicrophonePage } from '../ui/microphone.js';
import { ask, byId, text } from '../ui/page.js';

/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */

/**
 * @param {number} tabId
 * @param {(on: boolean) => void} switched
 */
export function steerMicrophone(tabId, switched) {
  input().addEventListener('change', async () => {
    const on = input().checked;
    switched(on);
    // The browser's question would close the popup, and take itself away with it.
    if (on && !(await microphoneAllowed())) return explain(tabId);
    await ask({ type: 'microphone', tabId, on });
  });
  byId('microphone-help').addEventListener('click', () => explain(tabId));
}

/** @param {MicrophoneState} state */
export function showMicrophone(state) {
  input().checked = state === 'on' || state === 'starting';
  const words = state === 'off' ? '' : text(`microphone_${state}`);
  const shown = byId('microphone-state');
  // The element is a live region: what has not changed must not be said again.
  if (shown.textContent !== words) shown.textContent = words;
  shown.classList.toggle('on', state === 'on');
  byId('microphone-help').hidden = !isFault(state);
}

/** @param {number} tabId */
async function explain(tabId) {
  await openMicrophonePage(tabId);
  window.close();
}

function input() {
  return /** @type {HTMLInputElement} */ (byId('microphone'));
}
