/** By whom sessions are captioned: this machine, or the server that the user has named. */
import { remoteStateOf } from '../shared/remote.js';

/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/protocol.js').HostRemote} HostRemote */
/** @typedef {import('../shared/remote.js').RemoteState} RemoteState */

/** What the host has said of the server, for all conversations. */
export class RemoteWatch {
  /** @type {HostRemote | null} */
  #last = null;
  /** @type {Map<string, () => void>} by session */
  #watching = new Map();

  /** @param {HostRemote | null} remote null: there is no host */
  note(remote) {
    this.#last = remote;
    for (const changed of this.#watching.values()) changed();
  }

  /** @param {string} session */
  stateOf(session) {
    return remoteStateOf(this.#last, session);
  }

  /**
   * @param {string} session
   * @param {() => void} changed called when anything is said
   */
  watch(session, changed) {
    this.#watching.set(session, changed);
  }

  /** @param {string} session that is over */
  forget(session) {
    this.#watching.delete(session);
  }
}

/** By whom the tab of one conversation is captioned. */
export class CaptionedBy {
  /** @type {RemoteState | null} */
  #state = null;
  #session;
  #watch;
  #toOverlay;

  /**
   * @param {string} session
   * @param {Pick<import('./edges.js').Outlets, 'remote' | 'toOverlay'>} outlets
   * @param {() => void} changed
   */
  constructor(session, { remote: watch, toOverlay }, changed) {
    this.#session = session;
    this.#watch = watch;
    this.#toOverlay = toOverlay;
    this.#state = watch.stateOf(session);
    watch.watch(session, () => {
      const before = this.#state;
      this.#state = watch.stateOf(session);
      if (JSON.stringify(before) === JSON.stringify(this.#state)) return;
      // The way to it is measured again and again, and only the controls show it.
      if (before?.name !== this.#state?.name || before?.server !== this.#state?.server) this.tell();
      changed();
    });
  }

  /** @returns {RemoteState | null} */
  get state() {
    return this.#state;
  }

  /** Tell the overlay. */
  tell() {
    this.#toOverlay({ type: 'remote', session: this.#session, remote: this.#state });
  }

  /** Nothing more is to be told. */
  close() {
    this.#watch.forget(this.#session);
  }

  /**
   * @param {Phase} phase
   * @returns {Phase} with the news that the server is away. Before captions run here, it would be
   *   shown for a moment only.
   */
  told(phase) {
    const isNews = this.#state?.name === 'away' && phase.name === 'listening';
    if (!isNews || phase.news) return phase;
    return { ...phase, news: { key: 'notice_remote_away', detail: this.#state?.server ?? '' } };
  }
}
