/** Asks for the microphone and says why: neither a captioned tab nor the popup can. */
import { faultOf, MICROPHONE } from '../shared/microphone.js';
import { ask, byId, localise, text } from '../ui/page.js';

/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */

/**
 * How the page stands: the user is to be asked, is being asked, or has put the question off; or as
 * a microphone does.
 * @typedef {'ask' | 'asking' | 'put_off' | 'on' | Exclude<MicrophoneState, 'off' | 'starting'>} State
 */

const SITE_SETTINGS = `chrome://settings/content/siteDetails?site=${encodeURIComponent(location.origin)}`;

const tab = new URLSearchParams(location.search).get('tab');
const tabId = tab === null ? null : Number(tab);

localise();
document.title = text('microphone_heading');
const permission = await navigator.permissions.query({ name: 'microphone' });
permission.addEventListener('change', () => void look());
byId('allow').addEventListener('click', () => void listen());
byId('settings').addEventListener('click', () => chrome.tabs.create({ url: SITE_SETTINGS }));
byId('back').addEventListener('click', goBack);
await look();

/** Without asking: what the browser knows already. */
async function look() {
  if (permission.state === 'granted') await listen();
  else show(permission.state === 'denied' ? 'not_allowed' : 'ask');
}

/** Ask for the microphone, where the user was not asked before, and try whether it can be had. */
async function listen() {
  show('asking');
  const state = await tryMicrophone();
  if (state === 'on' && tabId !== null) await ask({ type: 'microphone', tabId, on: true });
  show(state);
}

/** @returns {Promise<State>} */
async function tryMicrophone() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    for (const track of stream.getTracks()) track.stop();
    return 'on';
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const fault = /** @type {State} */ (faultOf(error));
    // The browser's question was closed without an answer: it may be asked again.
    return fault === 'not_allowed' && permission.state === 'prompt' ? 'put_off' : fault;
  }
}

/** @param {State} state */
function show(state) {
  const on = state === 'on';
  const words = on && tabId === null ? text('microphone_allowed') : text(`microphone_${state}`);
  if (byId('state').textContent !== words) byId('state').textContent = words;
  const remedy = text(`microphone_remedy_${state}`);
  byId('remedy').textContent = remedy;
  byId('remedy').hidden = remedy === '';
  byId('light').classList.toggle('busy', !on);
  byId('allow').textContent = text(
    state === 'ask' || state === 'put_off' ? 'microphone_allow' : 'microphone_again',
  );
  byId('allow').hidden = on || state === 'asking';
  byId('settings').hidden = state !== 'not_allowed';
  byId('back').hidden = !on || tabId === null;
}

async function goBack() {
  const captioned = await chrome.tabs.update(Number(tabId), { active: true });
  if (captioned) await chrome.windows.update(captioned.windowId, { focused: true });
  window.close();
}
