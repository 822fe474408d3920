/** Says what is wrong with the captions of a tab and what helps. */
import { commandsFor } from '../shared/problems.js';
import { commandItem } from '../ui/commands.js';
import { ask, byId, localise } from '../ui/page.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */

const query = new URLSearchParams(location.search);
const tabId = Number(query.get('tab'));
const retry = /** @type {HTMLButtonElement} */ (byId('retry'));

localise();
retry.addEventListener('click', tryAgain);
byId('panel').addEventListener('click', usePanel);
show({
  code: query.get('code') ?? '',
  message: query.get('message') ?? '',
  hint: query.get('hint') ?? '',
});
// Before a click: the browser opens a panel only right after one.
const { windowId } = await chrome.tabs.get(tabId);

/** @param {Problem} problem */
function show({ code, message, hint }) {
  // The host explains its own errors. For those that concern the installation, and for what the
  // browser reports, there are texts here.
  const ours = chrome.i18n.getMessage(`error_${code}`);
  const commands = ours ? commandsFor(code, chrome.runtime.id) : [];
  byId('sentence').textContent = ours || message || code;
  byId('remedy').textContent = ours ? chrome.i18n.getMessage(`remedy_${code}`) : hint;
  byId('commands').replaceChildren(...commands.map(commandItem));
  fill('extension-id', code === 'host_forbidden' ? idSentence() : '');
  fill('detail', ours ? [message, hint].filter(Boolean).join(': ') : '');
  byId('panel').hidden = !['page_not_allowed', 'page_not_scriptable'].includes(code);
  retry.disabled = false;
  retry.textContent = chrome.i18n.getMessage('popup_try_again');
}

async function tryAgain() {
  retry.disabled = true;
  retry.textContent = chrome.i18n.getMessage('popup_trying');
  const problem = await ask({ type: 'start', tabId, panel: false });
  if (problem) show(problem);
  else window.close();
}

/** Caption a page that is closed to the overlay beside it. */
async function usePanel() {
  await chrome.sidePanel.open({ windowId });
  const problem = await ask({ type: 'start', tabId, panel: true });
  if (problem) show(problem);
  else window.close();
}

function idSentence() {
  return chrome.i18n.getMessage('popup_extension_id', chrome.runtime.id);
}

/**
 * @param {string} id
 * @param {string} text empty: the element is not shown
 */
function fill(id, text) {
  const target = byId(id);
  target.textContent = text;
  target.hidden = text === '';
}
