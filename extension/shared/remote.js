/** Captions from another machine: where it is and its secret, kept on this machine alone. */

/** @typedef {import('./browser_storage.js').Area} Area */
/** @typedef {import('./protocol.js').HostRemote} HostRemote */
/** @typedef {import('./protocol.js').RemoteServer} RemoteServer */

/**
 * @typedef {object} RemoteSettings
 * @property {boolean} on
 * @property {string} address
 * @property {string} token
 * @property {string} fingerprint
 */

/**
 * By whom a session is captioned.
 * @typedef {object} RemoteState
 * @property {'on' | 'away'} name
 * @property {string} server as it is called
 * @property {number | null} roundTripMs
 * @property {string} why it is away, and what helps
 */

const KEY = 'remote';

/** As long as the protocol allows. */
const MOST = { address: 500, token: 500, fingerprint: 200 };

/** @type {Readonly<RemoteSettings>} */
export const NO_REMOTE = Object.freeze({ on: false, address: '', token: '', fingerprint: '' });

/**
 * Neither synced nor part of the settings, which are shown, exported and reported. Private windows
 * have the same host, so they have the same server.
 */
export class RemoteStore {
  #local;

  /** @param {Pick<Area, 'get' | 'set'>} local on this machine */
  constructor(local) {
    this.#local = local;
  }

  /** @returns {Promise<RemoteSettings>} off, if anything else is stored */
  async load() {
    const stored = (await this.#local.get(KEY))[KEY];
    return isSound(stored) ? stored : { ...NO_REMOTE };
  }

  /** @param {RemoteSettings} settings */
  async save({ on, address, token, fingerprint }) {
    await this.#local.set({ [KEY]: { on, address, token, fingerprint } });
  }
}

/**
 * @param {import('./browser_storage.js').Changes} changes of the storage
 * @param {() => void} listener
 */
export function onRemoteChange(changes, listener) {
  changes.addListener((changed) => {
    if (KEY in changed) listener();
  });
}

/**
 * @param {RemoteSettings} settings
 * @returns {RemoteServer | null} as the host is told; null: none
 */
export function serverOf({ on, ...settings }) {
  return on ? typedServer(settings) : null;
}

/**
 * @param {Omit<RemoteSettings, 'on'>} typed
 * @returns {RemoteServer | null} null: no address
 */
export function typedServer({ address, token, fingerprint }) {
  if (address.trim() === '') return null;
  return {
    address: address.trim(),
    token: token.trim() || null,
    fingerprint: fingerprint.trim() || null,
  };
}

/**
 * @param {HostRemote | null} remote what the host has said last
 * @param {string} session
 * @returns {RemoteState | null} null: no other machine is to caption it
 */
export function remoteStateOf(remote, session) {
  if (!remote || remote.state === 'off') return null;
  const { name: server, round_trip_ms: roundTripMs, problem } = remote;
  if (remote.sessions.includes(session)) return { name: 'on', server, roundTripMs, why: '' };
  if (remote.state !== 'away' && !problem) return null;
  const why = problem ? `${problem.message} (${problem.hint})` : '';
  return { name: 'away', server, roundTripMs: null, why };
}

/**
 * @param {unknown} stored
 * @returns {stored is RemoteSettings}
 */
function isSound(stored) {
  if (typeof stored !== 'object' || stored === null) return false;
  const { on, ...texts } = /** @type {Record<string, unknown>} */ (stored);
  if (typeof on !== 'boolean') return false;
  return Object.entries(MOST).every(([name, most]) => {
    const text = texts[name];
    return typeof text === 'string' && text.length <= most;
  });
}
