import { Meter } from '../audio/meter.js';
import { handle } from '../shared/handlers.js';
import { faultOf } from '../shared/microphone.js';
import { Conversation } from './conversation.js';

/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/messages.js').OffscreenCommand} OffscreenCommand */
/** @typedef {import('../shared/messages.js').OffscreenReport} OffscreenReport */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */

/** A host that has not said its last words by then will not. */
const LAST_WORDS_MS = 15_000;

/** How often levels are reported: fast enough to follow speech. */
const METER_MS = 150;

/**
 * A source of sound that was opened.
 * @typedef {Pick<import('./capture.js').SoundCapture, 'close' | 'setMuted'>} Source
 */

/**
 * What the browser does for the conversations.
 * @typedef {object} Edges
 * @property {(report: OffscreenReport) => void} report to the worker; dropped where there is none
 * @property {(streamId: string, onFrame: (pcm: Int16Array) => void, onEnded: () => void) =>
 *   Promise<Source>} openTab throws a DOMException when it is refused
 * @property {(onFrame: (pcm: Int16Array) => void, onEnded: () => void) => Promise<Source>}
 *   openMicrophone throws a DOMException when there is none
 * @property {() => Promise<boolean>} microphoneAllowed without asking the user
 * @property {(text: string) => boolean} copy to the clipboard; whether that succeeded
 * @property {(action: () => void, delayMs: number) => void} schedule
 * @property {(action: () => void, everyMs: number) => () => void} repeat returns what stops it
 * @property {() => string} newId
 */

/**
 * @typedef {object} Entry
 * @property {Conversation} conversation
 * @property {Source | null} capture of the tab; null when it is over
 * @property {Source | null} microphone
 * @property {Meter} meter
 */

/** All conversations that run: what each command, each message and each source changes in them. */
export class Conversations {
  /** @type {Map<string, Entry>} by the conversation's id */
  #running = new Map();
  #hostReady = false;
  /** @type {(() => void) | null} runs while somebody looks at the levels */
  #stopMetering = null;
  #edges;

  /** @type {import('../shared/handlers.js').Handlers<OffscreenCommand>} */
  #handlers = {
    begin: (command) => void this.#begin(command),
    abandon: ({ tabIds }) => tabIds.forEach((tabId) => this.#at(tabId).forEach(this.#forget)),
    end: ({ tabId }) => this.#activeAt(tabId).forEach((entry) => void this.#end(entry)),
    host: ({ ready }) => this.#setHostReady(ready),
    'from-host': ({ message }) => this.#receive(message),
    meter: ({ wanted }) => this.#setMetering(wanted),
    microphone: ({ tabId, on }) => {
      for (const entry of this.#activeAt(tabId)) {
        void (on ? this.#listen(entry) : this.#closeMicrophone(entry, 'off'));
      }
    },
    muted: ({ tabId, muted }) =>
      this.#activeAt(tabId).forEach(({ capture }) => capture?.setMuted(muted)),
    visible: ({ tabIds }) =>
      this.#running.forEach(({ conversation }) =>
        conversation.setVisible(tabIds.includes(conversation.tabId)),
      ),
    audible: ({ tabId, audible }) => this.#each(tabId, (active) => active.setAudible(audible)),
    configure: ({ tabId, options }) => this.#each(tabId, (active) => active.configure(options)),
    copy: ({ tabId }) => this.#each(tabId, (active) => this.#copyLastLine(active)),
    'leave-page': ({ tabId }) => this.#each(tabId, (active) => active.leavePage()),
    media: ({ tabId, paused }) => this.#each(tabId, (active) => active.setPaused(paused)),
    retranslate: ({ tabId }) => this.#each(tabId, (active) => active.retranslate()),
    show: ({ tabId }) => this.#each(tabId, (active) => active.show()),
  };

  /** @param {Edges} edges */
  constructor(edges) {
    this.#edges = edges;
  }

  /** Whether there are none. */
  get empty() {
    return this.#running.size === 0;
  }

  /** @param {OffscreenCommand} command of the worker */
  obey(command) {
    handle(this.#handlers, command);
  }

  /** Report what runs. */
  publish() {
    const captures = [...this.#running.values()].map(({ conversation }) => conversation.state);
    this.#edges.report({ type: 'captures', captures });
  }

  /** The worker is gone, and with it the host and whoever looked at the levels. */
  loseWorker() {
    this.#setHostReady(false);
    this.#setMetering(false);
  }

  /** @param {boolean} wanted */
  #setMetering(wanted) {
    this.#stopMetering?.();
    const publishLevels = () => this.#publishLevels();
    this.#stopMetering = wanted ? this.#edges.repeat(publishLevels, METER_MS) : null;
  }

  #publishLevels() {
    const levels = [...this.#running.values()].map(({ conversation, meter }) => {
      return { tabId: conversation.tabId, level: meter.take() };
    });
    this.#edges.report({ type: 'levels', levels });
  }

  /** @param {Extract<OffscreenCommand, { type: 'begin' }>} command */
  async #begin({ session: id, tabId, streamId, options, visible, microphone, muted }) {
    const { report } = this.#edges;
    const conversation = new Conversation(
      { id, tabId, options, visible },
      {
        toHost: (message) => report({ type: 'to-host', message }),
        toOverlay: (message) => report({ type: 'overlay', tabId, message }),
        stateChanged: () => this.publish(),
      },
    );
    /** @type {Entry} */
    const entry = { conversation, capture: null, microphone: null, meter: new Meter() };
    try {
      entry.capture = await this.#openTab(entry, streamId);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      const problem = { code: 'capture_failed', message: '', hint: error.message };
      return report({ type: 'begun', session: id, problem });
    }
    entry.capture.setMuted(muted);
    this.#running.set(id, entry);
    conversation.show();
    if (this.#hostReady) conversation.attach();
    else this.publish();
    report({ type: 'begun', session: id, problem: null });
    // A conversation that has the microphone keeps it until the user gives it to another one.
    if (microphone && !this.#listener()) void this.#listen(entry);
  }

  /**
   * @param {Entry} entry
   * @param {string} streamId
   */
  #openTab(entry, streamId) {
    /** @param {Int16Array} pcm */
    const onFrame = (pcm) => {
      entry.meter.push(pcm);
      entry.conversation.push(pcm);
    };
    return this.#edges.openTab(streamId, onFrame, () => void this.#end(entry));
  }

  /** @returns {Entry | undefined} whose microphone is on, or is being opened */
  #listener() {
    const states = ['starting', 'on'];
    return [...this.#running.values()].find(({ conversation }) =>
      states.includes(conversation.state.microphone),
    );
  }

  /**
   * Caption the microphone as well, in this conversation alone.
   * @param {Entry} entry
   */
  async #listen(entry) {
    const { conversation } = entry;
    const before = this.#listener();
    if (before === entry) return;
    if (before) void this.#closeMicrophone(before, 'off');
    conversation.setMicrophoneState('starting');
    const opened = await this.#openMicrophone(entry);
    if (typeof opened === 'string') return conversation.setMicrophoneState(opened);
    // The user may have changed their mind in the meantime.
    const wanted = conversation.state.microphone === 'starting' && entry.capture;
    if (!wanted) return void opened.close();
    entry.microphone = opened;
    conversation.openMicrophone(this.#edges.newId(), this.#hostReady);
  }

  /**
   * @param {Entry} entry
   * @returns {Promise<Source | MicrophoneState>} the state says why there is none
   */
  async #openMicrophone(entry) {
    // The browser lets no document ask for the microphone that the user does not see.
    if (!(await this.#edges.microphoneAllowed())) return 'not_allowed';
    try {
      return await this.#edges.openMicrophone(
        (pcm) => entry.conversation.pushMicrophone(pcm),
        () => void this.#loseMicrophone(entry),
      );
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return faultOf(error);
    }
  }

  /** @param {Entry} entry whose microphone was unplugged, or is not allowed any more */
  async #loseMicrophone(entry) {
    const allowed = await this.#edges.microphoneAllowed();
    await this.#closeMicrophone(entry, allowed ? 'missing' : 'not_allowed');
  }

  /**
   * @param {Entry} entry
   * @param {MicrophoneState} state the reason
   */
  async #closeMicrophone(entry, state) {
    const { microphone } = entry;
    entry.microphone = null;
    entry.conversation.setMicrophoneState(state);
    await microphone?.close();
    if (microphone) entry.conversation.stopMicrophone();
  }

  /** @param {Conversation} conversation */
  #copyLastLine(conversation) {
    const line = conversation.lastLine();
    if (line !== '' && this.#edges.copy(line)) conversation.confirmCopy();
  }

  /** @param {Entry} entry */
  async #end(entry) {
    // This can be a second click while the last samples are on their way.
    if (!entry.capture) return;
    await this.#closeSources(entry);
    entry.conversation.stop();
    this.#edges.schedule(() => this.#forget(entry), LAST_WORDS_MS);
  }

  #forget = (/** @type {Entry} */ entry) => {
    if (!this.#running.delete(entry.conversation.id)) return;
    void this.#closeSources(entry);
    entry.conversation.close();
    this.publish();
  };

  /** @param {Entry} entry */
  async #closeSources(entry) {
    const { capture } = entry;
    entry.capture = null;
    await Promise.all([capture?.close(), this.#closeMicrophone(entry, 'off')]);
  }

  /** @param {boolean} ready */
  #setHostReady(ready) {
    if (ready === this.#hostReady) return;
    this.#hostReady = ready;
    for (const { conversation } of this.#running.values()) {
      if (ready) conversation.attach();
      else conversation.detach();
    }
  }

  /** @param {ToExtension} message */
  #receive(message) {
    if (message.type === 'hello') {
      for (const { conversation } of this.#running.values()) conversation.repeatOptions();
    }
    if (!('session' in message) || message.session === null) return;
    for (const entry of this.#running.values()) {
      const channel = entry.conversation.receive(message);
      if (channel === 'tab') this.#forget(entry);
      else if (channel === 'microphone') void this.#closeMicrophone(entry, 'failed');
    }
  }

  /** @param {number} tabId */
  #at(tabId) {
    return [...this.#running.values()].filter(({ conversation }) => conversation.tabId === tabId);
  }

  /** @param {number} tabId */
  #activeAt(tabId) {
    return this.#at(tabId).filter(({ conversation }) => !conversation.stopping);
  }

  /**
   * @param {number} tabId
   * @param {(conversation: Conversation) => void} act
   */
  #each(tabId, act) {
    for (const { conversation } of this.#activeAt(tabId)) act(conversation);
  }
}
