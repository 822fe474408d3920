/** The part of the options page on captions from another machine. */
import { typedServer } from '../shared/remote.js';
import { byId, number, text } from '../ui/page.js';

/** @typedef {import('../shared/protocol.js').Probed} Probed */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */
/** @typedef {import('../shared/remote.js').RemoteSettings} RemoteSettings */
/** @typedef {import('../shared/remote.js').RemoteStore} RemoteStore */

/** Longer than a host takes to give a server up. */
const ANSWER_MS = 20_000;

/** Shows what is stored, keeps what is typed, and tries it out. */
export class RemotePart {
  #store;
  #tellHost;
  #on = input('remote-on');
  #address = input('remote-address');
  #token = input('remote-token');
  #fingerprint = input('remote-fingerprint');
  /** @type {ReturnType<typeof setTimeout> | undefined} runs while the host is asked */
  #asking;

  /**
   * @param {RemoteStore} store
   * @param {(message: ToHost) => void} tellHost
   */
  constructor(store, tellHost) {
    this.#store = store;
    this.#tellHost = tellHost;
    for (const control of [this.#on, this.#address, this.#token, this.#fingerprint]) {
      control.addEventListener('change', () => void this.#store.save(this.#typed));
    }
    byId('remote-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#try();
    });
  }

  /** Show what is stored. */
  async show() {
    const { on, address, token, fingerprint } = await this.#store.load();
    this.#on.checked = on;
    const texts = /** @type {const} */ ([
      [this.#address, address],
      [this.#token, token],
      [this.#fingerprint, fingerprint],
    ]);
    for (const [control, stored] of texts) {
      if (document.activeElement !== control) control.value = stored;
    }
  }

  /** @param {Probed} probed what the host has found */
  receive({ name, version, round_trip_ms: ms, problem }) {
    clearTimeout(this.#asking);
    const known = version ?? text('remote_version_unknown');
    const words = problem
      ? `${problem.message} (${problem.hint})`
      : text('remote_found', name, number(ms ?? 0), known);
    this.#say(words, problem !== null);
  }

  /** @returns {RemoteSettings} */
  get #typed() {
    return {
      on: this.#on.checked,
      address: this.#address.value,
      token: this.#token.value,
      fingerprint: this.#fingerprint.value,
    };
  }

  #try() {
    clearTimeout(this.#asking);
    const server = typedServer(this.#typed);
    if (!server) return this.#say(text('remote_no_address'), true);
    this.#say(text('remote_trying'), false);
    this.#asking = setTimeout(() => this.#say(text('remote_no_answer'), true), ANSWER_MS);
    this.#tellHost({ type: 'probe', server });
  }

  /**
   * @param {string} words
   * @param {boolean} isBad
   */
  #say(words, isBad) {
    const state = byId('remote-state');
    state.textContent = words;
    state.classList.toggle('bad', isBad);
  }
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}
