/** Voices that the user wants remembered: asks the host, and says what came of it. */

/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */

/** A host that is busy with captions answers after a step of them. */
const PATIENCE_MS = 10_000;

/**
 * @typedef {object} RememberingEdges
 * @property {(wants: { host: boolean }) => void} watch have the host's answers told
 * @property {(speaker: string, name: string) => void} ask
 * @property {(key: string, ...details: string[]) => void} say to the user
 * @property {(action: () => void, delayMs: number) => () => void} schedule returns what cancels it
 */

export class Remembering {
  /** @type {{ name: string, cancel: () => void } | null} */
  #pending = null;
  #edges;

  /** @param {RememberingEdges} edges */
  constructor(edges) {
    this.#edges = edges;
  }

  /**
   * @param {string} speaker
   * @param {string} name
   */
  remember(speaker, name) {
    const { ask, schedule, watch } = this.#edges;
    this.#pending?.cancel();
    // A voice that this host has not heard is not even asked for.
    const cancel = schedule(() => this.#end('voice_unknown'), PATIENCE_MS);
    this.#pending = { name, cancel };
    watch({ host: true });
    ask(speaker, name);
  }

  /** @param {ViewMessage} message */
  receive(message) {
    if (message.type !== 'from-host' || !this.#pending) return;
    const { message: said } = message;
    if (said.type === 'voices') this.#end('voice_remembered', this.#pending.name);
    else if (said.type === 'error' && said.request === 'remember') this.#end(said.code);
  }

  /**
   * @param {string} key of what is said about it
   * @param {...string} details
   */
  #end(key, ...details) {
    this.#pending?.cancel();
    this.#pending = null;
    this.#edges.say(SAID.has(key) ? key : 'voice_not_remembered', ...details);
  }
}

/** The others need no words of their own. */
const SAID = new Set([
  'captioned_elsewhere',
  'voice_narrow',
  'voice_remembered',
  'voice_too_short',
  'voice_unknown',
  'voices_too_many',
]);
