import { handle } from '../shared/handlers.js';
import { mediaOf, speakingOf } from './media_reports.js';
import { maySend, senderOf } from './senders.js';

/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/messages.js').Request} Request */
/** @typedef {import('./controller.js').Controller} Controller */
/** @typedef {chrome.runtime.MessageSender} Sender */

/**
 * What a message is answered with: a problem, or null when there is none. Void: it is not answered.
 * @typedef {Promise<Problem | null> | void} Answer
 */

/** What overlays and the extension's own pages send to the worker: one handler for each type. */
export class Inbox {
  #controller;
  #preferences;
  #transcripts;
  #inner;

  /** @type {import('../shared/handlers.js').Handlers<Request | PageMessage, [Sender], Answer>} */
  #handlers = {
    // From pages of the extension.
    check: () => this.#controller.checkHost(),
    edit: ({ tabId, edit }) => done(this.#transcripts.edit(tabId, edit)),
    'edit-kept': ({ tabId, media, edit }) => done(this.#transcripts.editKept(tabId, media, edit)),
    microphone: ({ tabId, on }) => done(this.#controller.setMicrophone(tabId, on)),
    remember: ({ tabId, speaker, name }) => done(this.#transcripts.remember(tabId, speaker, name)),
    retranslate: ({ tabId }) => done(this.#controller.retranslate(tabId)),
    save: ({ tabId, saved }) => done(this.#transcripts.save(tabId, saved)),
    seek: ({ tabId, media, at }) => done(this.#transcripts.seek(tabId, media, at)),
    start: ({ tabId, panel }) => this.#controller.toggle(tabId, panel),
    stop: ({ tabId }) => done(this.#controller.stop(tabId)),
    // From overlays.
    frames: (_message, { tab }) => {
      if (tab?.id !== undefined) void this.#inner.watch(tab.id);
    },
    hampered: (_message, { tab }) => {
      if (tab?.id !== undefined) this.#controller.noteHampered(tab.id);
    },
    media: (message, { tab }) => {
      const media = mediaOf(message);
      if (tab?.id !== undefined && media) void this.#controller.noteMedia(tab.id, media);
    },
    speaking: (message, { tab }) => {
      const seen = speakingOf(message);
      if (tab?.id !== undefined && seen) void this.#transcripts.noteSpeaking(tab.id, seen);
    },
    position: (message, sender) => void this.#preferences.keepPosition(sender, message),
  };

  /**
   * @param {Pick<Controller, 'checkHost' | 'noteHampered' | 'noteMedia' | 'retranslate' | 'setMicrophone' | 'stop'
   *   | 'toggle'>} controller
   * @param {Pick<import('./preferences.js').Preferences, 'keepPosition'>} preferences
   * @param {Pick<import('./transcripts.js').Transcripts, 'edit' | 'editKept' | 'noteSpeaking' | 'remember' | 'save' | 'seek'>} transcripts
   * @param {Pick<import('./inner_frames.js').InnerFrames, 'watch'>} inner
   */
  constructor(controller, preferences, transcripts, inner) {
    this.#inner = inner;
    this.#controller = controller;
    this.#preferences = preferences;
    this.#transcripts = transcripts;
  }

  /**
   * Handle a message of `chrome.runtime.onMessage` from who may send it. Chrome lets a message be answered later only if
   * its listener returns `true`; otherwise it tells the sender at once that there is no answer.
   * https://developer.chrome.com/docs/extensions/develop/concepts/messaging
   * @param {Request | PageMessage} message
   * @param {Sender} sender
   * @param {(problem: Problem | null) => void} respond
   * @returns {true | undefined}
   */
  receive(message, sender, respond) {
    if (!maySend(message, senderOf(sender))) return undefined;
    const answer = handle(this.#handlers, message, sender);
    if (!answer) return undefined;
    void answer.then(respond);
    return true;
  }
}

/**
 * @param {Promise<void>} task
 * @returns {Promise<null>} no problem is left when it is done
 */
async function done(task) {
  await task;
  return null;
}
