/** The host's sessions that the offscreen document has opened, and that end with it. */

/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/** Knows which sessions the host holds. */
export class HostSessions {
  /** @type {Set<string>} */
  #open = new Set();

  /** @param {ToHost} message that the document has the host told */
  sent(message) {
    if (message.type === 'start') this.#open.add(message.session);
    else if (message.type === 'stop') this.#open.delete(message.session);
  }

  /** The host is gone, and its sessions with it. */
  clear() {
    this.#open.clear();
  }

  /** @returns {string[]} those that nobody has stopped; from now on they are nobody's */
  abandon() {
    const sessions = [...this.#open];
    this.#open.clear();
    return sessions;
  }
}
