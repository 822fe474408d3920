/** What can go wrong, under the codes by which the user's sentences are found. */

/** @typedef {import('./messages.js').Problem} Problem */

/** The texts by which Chrome tells why a native port was disconnected (measured, Chromium 156). */
const DISCONNECTS = [
  { text: 'native messaging host not found', code: 'host_not_found' },
  { text: 'Access to the specified native messaging host is forbidden', code: 'host_forbidden' },
  { text: 'Invalid native messaging host name', code: 'host_name_invalid' },
  { text: 'Native host has exited', code: 'host_exited' },
  { text: 'Error when communicating with the native messaging host', code: 'host_crashed' },
  { text: 'Message exceeded maximum allowed size', code: 'message_too_large' },
];

/** A host that had been there and is not found is being replaced by another version. */
const TRANSIENT = new Set([
  'host_exited',
  'host_crashed',
  'host_gone',
  'host_hung',
  'host_not_found',
]);

/** The session that an error with this code ends goes on elsewhere, and is started again. */
const MOVED = 'session_moved';

/** What the user can type to help, by code. The rest is helped by `wlk-host doctor`. */
const COMMANDS = new Map([
  ['host_not_found', ['python3 installers/quickstart.py', 'wlk-host setup', 'wlk-host doctor']],
  ['host_forbidden', ['wlk-host install --extension-id {id}']],
  ['protocol_mismatch', ['wlk-host update', 'python3 installers/quickstart.py']],
  ['capture_failed', []],
  ['capture_lost', []],
  ['capture_not_allowed', []],
  ['capture_taken', []],
  ['capture_timeout', []],
  ['export_replaced', []],
  ['export_timeout', ['wlk-host doctor']],
  ['page_not_allowed', []],
  ['page_not_scriptable', []],
]);

/**
 * @param {string | undefined} text of chrome.runtime.lastError
 * @returns {Problem}
 */
export function problemOfDisconnect(text) {
  const known = DISCONNECTS.find((disconnect) => text?.includes(disconnect.text));
  return { code: known?.code ?? 'host_gone', message: '', hint: known ? '' : (text ?? '') };
}

/**
 * @param {Problem} problem
 * @returns {boolean} whether a host that had worked may work again when it is started anew
 */
export function isTransient({ code }) {
  return TRANSIENT.has(code);
}

/**
 * @param {{ type?: string, code?: unknown }} message of the host
 * @returns {boolean} whether a session goes on with another recogniser
 */
export function isMoved({ type, code }) {
  return type === 'error' && code === MOVED;
}

/**
 * @param {string} code
 * @param {string} extensionId
 * @returns {string[]} commands that help, the likeliest first
 */
export function commandsFor(code, extensionId) {
  const commands = COMMANDS.get(code) ?? ['wlk-host doctor'];
  return commands.map((command) => command.replace('{id}', extensionId));
}
