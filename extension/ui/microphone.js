/** The way to the page that asks for the microphone. */

/** @returns {Promise<boolean>} whether the user has allowed the extension to hear it */
export async function microphoneAllowed() {
  return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted';
}

/** @param {number | null} tabId of the captions that are to hear it as soon as that is allowed */
export async function openMicrophonePage(tabId) {
  const query = tabId === null ? '' : `?tab=${tabId}`;
  await chrome.tabs.create({ url: `microphone/microphone.html${query}` });
}
