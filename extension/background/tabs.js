/** What the browser knows of its tabs. */

/** @returns {Promise<number[]>} the tabs in front, one a window */
export async function visibleTabs() {
  const tabs = await chrome.tabs.query({ active: true });
  return tabs.flatMap((tab) => tab.id ?? []);
}

/**
 * @param {number} tabId
 * @returns {Promise<chrome.tabs.Tab | null>} null: it has been closed
 */
export async function tabAt(tabId) {
  return chrome.tabs.get(tabId).catch(() => null);
}
