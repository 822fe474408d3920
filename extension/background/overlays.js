/** The overlays in the pages: put there, spoken to, and lost at every navigation. */

/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */

/**
 * Whether a tab's page shows captions. `not_allowed`: a click on the extension would allow it.
 * @typedef {'shown' | 'not_allowed' | 'not_scriptable'} OverlayState
 */

/**
 * Chrome's texts for a tab that was closed, or has no overlay (any more). Its errors carry no code,
 * so their text has to be matched.
 */
const NOBODY_THERE =
  /No tab with id|The tab was closed|Receiving end does not exist|message port closed|Frame with ID 0 was removed|back\/forward cache/;

/** Chrome's texts for a page that needs a click or a permission. */
const NOT_ALLOWED = /Cannot access contents of/;

/**
 * A click permits the extension to inject into the tab's page. Chrome tells the page's process so
 * at the same time as it injects. About one injection in a hundred arrives first and is refused; it
 * succeeds when it is tried again.
 * https://developer.chrome.com/docs/extensions/develop/concepts/activeTab
 */
const TRY_AGAIN_MS = [20, 100, 400];

/**
 * Put the overlay into the tab's page. If it is there already, that changes nothing.
 * @param {number} tabId
 * @returns {Promise<OverlayState>}
 */
export async function injectOverlay(tabId) {
  const tab = await chrome.tabs.get(tabId).catch(() => null);
  // An extension may not inject into its own pages. The first page shows its captions itself.
  if (tab?.url?.startsWith(chrome.runtime.getURL('welcome/'))) return 'shown';
  const injection = { target: { tabId }, files: ['overlay/loader.js'] };
  for (const delay of [...TRY_AGAIN_MS, null]) {
    const refusal = await refusalOf(chrome.scripting.executeScript(injection));
    if (refusal === null) return 'shown';
    if (!NOT_ALLOWED.test(refusal)) return 'not_scriptable';
    if (delay !== null) await new Promise((resolve) => setTimeout(resolve, delay));
  }
  return 'not_allowed';
}

/**
 * @param {number} tabId
 * @param {OverlayMessage} message
 */
export async function tellOverlay(tabId, message) {
  await unlessTabGone(chrome.tabs.sendMessage(tabId, message, { frameId: 0 }));
}

/**
 * Wait for what was meant for a tab. Tabs close and navigate at any moment, and then it is moot.
 * @param {Promise<unknown>} outcome
 */
export async function unlessTabGone(outcome) {
  const refusal = await refusalOf(outcome);
  if (refusal !== null && !NOBODY_THERE.test(refusal)) throw new Error(refusal);
}

/**
 * @param {Promise<unknown>} outcome of a call to Chrome, whose refusals have nothing but a text
 * @returns {Promise<string | null>}
 */
function refusalOf(outcome) {
  return outcome.then(
    () => null,
    (/** @type {Error} */ error) => error.message,
  );
}
