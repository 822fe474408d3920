/** Tells each host which server is to caption, as soon as it has greeted and whenever that changes. */
import { serverOf } from '../shared/remote.js';

/** @typedef {import('../shared/protocol.js').RemoteServer} RemoteServer */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/** The chosen server. A host that has not heard of one captions by itself. */
export class RemoteChoice {
  /** @type {RemoteServer | null} */
  #server = null;
  #store;
  #host;

  /**
   * @param {Pick<import('../shared/remote.js').RemoteStore, 'load'>} store
   * @param {{ ready: boolean, send: (message: ToHost) => void }} host
   */
  constructor(store, host) {
    this.#store = store;
    this.#host = host;
  }

  /** Read what is stored now. A host that is there is told if it is news. */
  async load() {
    const before = JSON.stringify(this.#server);
    this.#server = serverOf(await this.#store.load());
    if (JSON.stringify(this.#server) !== before && this.#host.ready) this.#tell();
  }

  /** A host has greeted. Nothing is to be said before this. */
  greeted() {
    if (this.#server) this.#tell();
  }

  #tell() {
    this.#host.send({ type: 'remote', server: this.#server });
  }
}
