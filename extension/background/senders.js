/**
 * Who may say what to the worker. Everything that reaches it from outside passes through here.
 *
 * The browser says who has sent a message. A content script shares its process with its page: what
 * can run code there can say whatever a content script may. So a content script may say little, and
 * it is told nothing. The extension's pages and the frame of captions are in processes of their own.
 * https://developer.chrome.com/docs/extensions/develop/concepts/messaging#content-scripts-are-less-trustworthy
 */

/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('../shared/messages.js').Request} Request */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/**
 * Where a message comes from: the overlay's part in a page (its content script), or in a frame of
 * another site there (`inner`), the frame that
 * captions are drawn in, the offscreen document, or a page of the extension.
 * @typedef {'place' | 'inner' | 'frame' | 'document' | 'history' | 'microphone' | 'options' | 'panel'
 *   | 'popup' | 'problem' | 'welcome'} Sender
 */

/**
 * Where a document of the extension is: in no tab, in a tab or popup as its top frame, or in a frame
 * of a page.
 * @typedef {'nowhere' | 'top' | 'inner'} Position
 */

/** @type {Record<string, { sender: Sender, position: Position }>} by path */
const DOCUMENTS = {
  'history/history.html': { sender: 'history', position: 'top' },
  'microphone/microphone.html': { sender: 'microphone', position: 'top' },
  'offscreen/offscreen.html': { sender: 'document', position: 'nowhere' },
  'options/options.html': { sender: 'options', position: 'top' },
  'overlay/frame.html': { sender: 'frame', position: 'inner' },
  'panel/panel.html': { sender: 'panel', position: 'top' },
  'popup/popup.html': { sender: 'popup', position: 'top' },
  'popup/problem.html': { sender: 'problem', position: 'top' },
  'welcome/welcome.html': { sender: 'welcome', position: 'top' },
};

/**
 * The senders of each message of `chrome.runtime.onMessage`.
 * @type {Record<(Request | PageMessage)['type'], readonly Sender[]>}
 */
const MESSAGES = {
  check: ['history', 'options', 'panel', 'popup', 'welcome'],
  microphone: ['microphone', 'popup'],
  edit: ['panel'],
  'edit-kept': ['panel'],
  remember: ['panel'],
  retranslate: ['panel', 'popup'],
  save: ['panel'],
  seek: ['panel'],
  start: ['popup', 'problem'],
  stop: ['panel', 'popup'],
  hampered: ['place'],
  media: ['place'],
  frames: ['place'],
  position: ['place'],
  speaking: ['place'],
};

/**
 * Who opens each kind of port.
 * @type {Record<'captures' | 'frame' | 'inner' | 'place' | 'view', readonly Sender[]>}
 */
const PORTS = {
  captures: ['document'],
  frame: ['frame'],
  inner: ['inner'],
  place: ['place'],
  view: ['history', 'options', 'panel', 'popup', 'welcome'],
};

/**
 * Who may have the host told what. The worker itself says hello, and names a server.
 * @type {Record<Exclude<ToHost['type'], 'hello' | 'remote'>, readonly Sender[]>}
 */
const TO_HOST = {
  audio: ['document'],
  configure: ['document'],
  cut: ['document'],
  remember: ['document'],
  retranslate: ['document'],
  start: ['document'],
  stop: ['document'],
  translate: ['document'],
  visibility: ['document'],
  cancel: ['options', 'popup'],
  download: ['options', 'popup'],
  export: ['history', 'panel', 'popup'],
  forget: ['options'],
  health: ['options'],
  probe: ['options'],
  models: ['options', 'popup'],
  remove: ['options'],
  speech: ['welcome'],
  voices: ['options'],
};

/**
 * @param {chrome.runtime.MessageSender | undefined} sender as the browser tells it
 * @returns {Sender | null} null: nobody who has anything to say
 */
export function senderOf(sender) {
  if (!sender || sender.id !== chrome.runtime.id) return null;
  if (typeof sender.url !== 'string' || typeof sender.origin !== 'string') return null;
  const own = chrome.runtime.getURL('');
  if (sender.url.startsWith(own)) return documentOf(sender, own);
  // A sandboxed page has the origin "null".
  const isAtHome = sender.origin === 'null' || sender.url.startsWith(`${sender.origin}/`);
  if (!isAtHome || sender.tab?.id === undefined) return null;
  return sender.frameId === 0 ? 'place' : 'inner';
}

/**
 * @param {unknown} message
 * @param {Sender | null} sender
 * @returns {boolean}
 */
export function maySend(message, sender) {
  return allows(MESSAGES, typeOf(message), sender);
}

/**
 * @param {string} name of a port; that of a frame's goes on with a secret
 * @param {Sender | null} sender
 * @returns {boolean}
 */
export function mayConnect(name, sender) {
  return allows(PORTS, name.split(' ')[0], sender);
}

/**
 * @param {unknown} message
 * @param {Sender} sender
 * @returns {boolean}
 */
export function mayTellHost(message, sender) {
  return allows(TO_HOST, typeOf(message), sender);
}

/**
 * @param {chrome.runtime.MessageSender} sender
 * @param {string} own the extension's address
 * @returns {Sender | null}
 */
function documentOf({ url = '', origin, tab, frameId }, own) {
  const path = url.slice(own.length).split(/[?#]/)[0] ?? '';
  const known = Object.hasOwn(DOCUMENTS, path) ? DOCUMENTS[path] : undefined;
  if (!known) return null;
  // In a sandboxed page, the frame has the origin "null", too.
  const isOwn = `${origin}/` === own || (known.sender === 'frame' && origin === 'null');
  return isOwn && isAt(known.position, tab, frameId) ? known.sender : null;
}

/**
 * @param {Position} position
 * @param {chrome.tabs.Tab | undefined} tab
 * @param {number | undefined} frameId
 */
function isAt(position, tab, frameId) {
  const isTop = frameId === undefined || frameId === 0;
  if (position === 'inner') return tab?.id !== undefined && !isTop;
  return isTop && (position === 'top' || tab === undefined);
}

/**
 * @param {Record<string, readonly Sender[]>} table
 * @param {unknown} key
 * @param {Sender | null} sender
 */
function allows(table, key, sender) {
  if (typeof key !== 'string' || sender === null || !Object.hasOwn(table, key)) return false;
  return table[key]?.includes(sender) ?? false;
}

/** @param {unknown} message */
function typeOf(message) {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : null;
}
