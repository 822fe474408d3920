/** Tells a host that hangs: Chrome queues without bound what it does not read. */

/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/**
 * Frames of a session sent without any answer, 100 ms each. A host says something every 5 s of
 * audio and may work for some seconds in between; the ring buffer holds twice as much as this.
 */
export const UNANSWERED_FRAMES = 300;

/** The same while it loads a model, which can take a minute and is one long silence. */
export const UNANSWERED_FRAMES_LOADING = 1800;

/** @type {ReadonlySet<ToExtension['type']>} what is answered on other threads than captions */
const BESIDE = new Set([
  'exported',
  'health',
  'hello',
  'models',
  'probed',
  'progress',
  'remote',
  'speech',
  'translated',
  'voices',
]);

/** Counts in audio, not in time: neither a suspended machine nor a silent one hangs. */
export class LifeSigns {
  /** @type {Map<string, number>} frames of each session since the host last spoke */
  #unanswered = new Map();
  /** @type {Set<string>} sessions that are still being opened */
  #loading = new Set();

  /**
   * Note a message to the host.
   * @param {ToHost} message
   * @returns {boolean} whether the host must be taken to hang
   */
  sent(message) {
    if (message.type === 'start') this.#loading.add(message.session);
    if (message.type !== 'audio') return false;
    const frames = (this.#unanswered.get(message.session) ?? 0) + 1;
    this.#unanswered.set(message.session, frames);
    // One session that is being opened keeps the host from answering the others.
    const bound = this.#loading.size > 0 ? UNANSWERED_FRAMES_LOADING : UNANSWERED_FRAMES;
    return frames > bound;
  }

  /**
   * Note a message from the host.
   * @param {ToExtension} message
   */
  heard(message) {
    // What is answered beside the engine says nothing of the sessions.
    if (BESIDE.has(message.type)) return;
    this.#unanswered.clear();
    if (!('session' in message) || message.session === null) return;
    const opening = message.type === 'status' && message.state === 'loading';
    if (!opening) this.#loading.delete(message.session);
  }
}
