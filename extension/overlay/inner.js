/** Watches the media in a frame of another site, for the captions of the page that it is in. */

/** @typedef {import('./media.js').MediaWatch} MediaWatch */

/** @type {typeof import('./media.js')} */
const { MediaWatch } = await load('overlay/media.js');
/** @type {typeof import('./main_medium.js')} */
const RULES = await load('overlay/main_medium.js');

/** @type {MediaWatch | null} */
let watching = null;

/** Begin to report media; a second call changes nothing. */
export function watch() {
  if (watching || isSeenFromTop()) return;
  const port = chrome.runtime.connect({ name: 'inner' });
  const media = new MediaWatch(RULES, (message) => {
    if (message.type === 'media') port.postMessage(message);
  });
  watching = media;
  port.onMessage.addListener(({ media: key, at }) => media.seek(key, at));
  // Captions have ended, or the worker has died: the next one asks again.
  port.onDisconnect.addListener(() => {
    media.stop();
    watching = null;
  });
  media.start();
}

/** Whether the page itself sees into this frame, or is it. */
function isSeenFromTop() {
  try {
    return top?.document !== undefined;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** @param {string} path */
function load(path) {
  return import(chrome.runtime.getURL(path));
}
