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
  const media = new MediaWatch(
    RULES,
    (message) => {
      if (message.type === 'media') port.postMessage(message);
    },
    (element) => chrome.dom.openOrClosedShadowRoot(element),
  );
  watching = media;
  /** @type {number | null} */
  let delayMs = null;
  /** @type {Promise<import('./picture.js').DelayedPicture> | null} */
  let picture = null;
  const show = () => void picture?.then((shown) => shown.show(media.main, delayMs));
  port.onMessage.addListener((message) => {
    if (!('delayMs' in message)) return media.seek(message.media, message.at);
    delayMs = message.delayMs;
    if (delayMs !== null) picture ??= loadPicture();
    media.follow = delayMs === null ? () => {} : show;
    show();
  });
  // Captions have ended, or the worker has died: the next one asks again.
  port.onDisconnect.addListener(() => {
    media.stop();
    watching = null;
  });
  media.start();
}

async function loadPicture() {
  /** @type {typeof import('./picture.js')} */
  const { DelayedPicture } = await load('overlay/picture.js');
  return new DelayedPicture(await load('overlay/frame_queue.js'));
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
