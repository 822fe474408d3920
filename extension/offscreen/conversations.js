import { Meter } from '../audio/meter.js';
import { handle } from '../shared/handlers.js';
import { faultOf } from '../shared/microphone.js';
import { RemoteWatch } from './captioned_by.js';
import { Conversation } from './conversation.js';
import { openedInTime, orProblem, releaseTab, takeTab } from './sources.js';

/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/messages.js').OffscreenCommand} OffscreenCommand */
/** @typedef {import('./edges.js').Entry} Entry */
/** @typedef {import('./sources.js').Source} Source */

/** A host that has not said its last words by then will not. */
const LAST_WORDS_MS = 15_000;

/** How often levels are reported: fast enough to follow speech. */
const METER_MS = 150;

/** All conversations that run: what each command, each message and each source changes in them. */
export class Conversations {
  /** @type {Map<string, Entry>} by the conversation's id */
  #running = new Map();
  /** Whether there was one. */
  used = false;
  #hostReady = false;
  /** @type {Set<number>} tabs whose transcript is read */
  #readers = new Set();
  /** @type {(() => void) | null} runs while somebody looks at the levels */
  #stopMetering = null;
  #edges;
  #remote = new RemoteWatch();

  /** @type {import('../shared/handlers.js').Handlers<OffscreenCommand>} */
  #handlers = {
    begin: (command) => void this.#begin(command),
    reopen: (command) => void this.#reopen(command),
    abandon: ({ tabIds }) => tabIds.forEach((tabId) => this.#at(tabId).forEach(this.#forget)),
    end: ({ tabId }) => this.#activeAt(tabId).forEach((entry) => void this.#end(entry)),
    host: ({ ready }) => this.#setHostReady(ready, true),
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
    configure: ({ tabId, options, translation, step }) =>
      this.#each(tabId, (active) => active.configure(options, translation, step)),
    copy: ({ tabId }) => this.#each(tabId, (active) => this.#copyLastLine(active)),
    'leave-page': ({ tabId }) => this.#each(tabId, (active) => active.leavePage()),
    // Whoever reads a transcript may change it until its last words are there.
    speaking: ({ tabId, name, found }) =>
      this.#each(tabId, ({ transcript }) => transcript.noteSpeaking(name, found)),
    edit: ({ tabId, edit }) =>
      this.#at(tabId).forEach(({ conversation }) => conversation.transcript.edit(edit)),
    remember: ({ tabId, ...voice }) => this.#each(tabId, (active) => active.remember(voice)),
    media: ({ tabId, frame, ...media }) =>
      this.#each(tabId, (active) => active.noteMedia(frame, media)),
    save: ({ tabId, saved }) =>
      this.#at(tabId).forEach(({ conversation: { transcript: own } }) =>
        this.#edges.archivist.setKept(() => own.transcript, saved),
      ),
    recalled: ({ tabId, kept }) => this.#each(tabId, ({ transcript }) => transcript.recall(kept)),
    transcripts: ({ tabIds, whole }) => this.#setReaders(tabIds, whole),
    retranslate: ({ tabId }) => this.#each(tabId, (active) => active.retranslate()),
    'look-up': ({ tabId, ...asked }) => this.#each(tabId, (active) => void active.lookUp(asked)),
    show: ({ tabId }) => this.#each(tabId, (active) => active.show()),
  };

  /** @param {import('./edges.js').Edges} edges */
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
    const captures = [...this.#running.values()].map(({ conversation }) => {
      const saved = this.#edges.archivist.savedAs(conversation.transcript.transcript.id);
      return { ...conversation.state, saved };
    });
    this.#edges.report({ type: 'captures', captures });
  }

  /** Report to a new worker what runs, and what is to be opened again. */
  introduce() {
    this.publish();
    for (const { conversation, capture, ending } of this.#running.values()) {
      if (!capture && !ending) this.#reportInterruption(conversation);
    }
  }

  /** The worker is gone, and with it the host and whoever looked at the levels. */
  loseWorker() {
    this.#setHostReady(false, false);
    this.#setMetering(false);
    this.#setReaders([], null);
    for (const { conversation } of this.#running.values()) conversation.transcript.keepAnew();
  }

  /** @param {boolean} wanted */
  #setMetering(wanted) {
    this.#stopMetering?.();
    this.#stopMetering = wanted ? this.#edges.repeat(() => this.#publishLevels(), METER_MS) : null;
  }

  #publishLevels() {
    const levels = [...this.#running.values()].map(({ conversation, meter }) => {
      return { tabId: conversation.tabId, level: meter.take() };
    });
    this.#edges.report({ type: 'levels', levels });
  }

  /** @param {Extract<OffscreenCommand, { type: 'begin' }>} command */
  async #begin({ session: id, streamId, microphone, muted, after, ...start }) {
    const { tabId } = start;
    const { report, now, schedule, translation } = this.#edges;
    const conversation = new Conversation(
      { id, ...start },
      {
        toHost: (message) => report({ type: 'to-host', message }),
        toOverlay: (message) => report({ type: 'overlay', tabId, message }),
        remote: this.#remote,
        report,
        stateChanged: () => this.publish(),
        now,
        translation: {
          ...translation,
          now,
          schedule,
          toHost: (message) => report({ type: 'to-host', message }),
          duck: (ducked) => entry.capture?.setDucked(ducked),
        },
      },
    );
    /** @type {Entry} */
    const entry = {
      conversation,
      capture: null,
      ending: false,
      microphone: null,
      meter: new Meter(),
    };
    const opened = await this.#tryToOpenTab(entry, streamId);
    if ('code' in opened) return report({ type: 'begun', session: id, problem: opened });
    takeTab(entry, opened, muted);
    this.used = true;
    // What an earlier one of the tab has yet to say is not of what is read from now on.
    for (const { conversation: earlier } of this.#at(tabId)) earlier.transcript.setRead(false);
    this.#running.set(id, entry);
    const { transcript: own } = conversation;
    if (after !== null) this.#edges.archivist.setKept(() => own.transcript, true, after);
    if (this.#readers.has(tabId)) conversation.transcript.setRead(true);
    conversation.show();
    if (this.#hostReady) conversation.attach();
    else this.publish();
    report({ type: 'begun', session: id, problem: null });
    // A conversation that has the microphone keeps it until the user gives it to another one.
    if (microphone && !this.#listener()) void this.#listen(entry);
  }

  /** @param {Extract<OffscreenCommand, { type: 'reopen' }>} command for one that was interrupted */
  async #reopen({ session, streamId, muted }) {
    const entry = this.#running.get(session);
    const isWanted = () => entry !== undefined && !entry.ending && !entry.capture;
    const opened = entry && isWanted() ? await this.#tryToOpenTab(entry, streamId) : null;
    if (opened && 'code' in opened) {
      // Another attempt may have been answered sooner.
      const problem = isWanted() ? opened : null;
      return this.#edges.report({ type: 'begun', session, problem });
    }
    if (opened && entry && isWanted()) {
      takeTab(entry, opened, muted);
      entry.conversation.setInterrupted(false);
    } else void opened?.close();
    this.#edges.report({ type: 'begun', session, problem: null });
  }

  /**
   * @param {Entry} entry
   * @param {string} streamId
   * @returns {Promise<Source | import('../shared/messages.js').Problem>} the problem says why there is no sound
   */
  async #tryToOpenTab(entry, streamId) {
    return orProblem(await openedInTime(this.#openTab(entry, streamId)));
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
    return this.#edges.openTab(streamId, onFrame, () => void this.#interrupt(entry));
  }

  /** @param {Entry} entry whose tab was closed, or whose sound the browser gives no longer */
  async #interrupt(entry) {
    const { capture, conversation, ending } = entry;
    if (!capture || ending) return;
    releaseTab(entry);
    conversation.setInterrupted(true);
    this.#reportInterruption(conversation);
    await capture.close();
  }

  /** @param {Conversation} conversation */
  #reportInterruption({ id: session, tabId }) {
    this.#edges.report({ type: 'interrupted', session, tabId });
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
    const wanted = conversation.state.microphone === 'starting' && !entry.ending;
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
    const opened = await openedInTime(
      this.#edges.openMicrophone(
        (pcm) => entry.conversation.pushMicrophone(pcm),
        () => void this.#loseMicrophone(entry),
      ),
    );
    if (!opened) return 'busy';
    return opened instanceof DOMException ? faultOf(opened) : opened;
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
    // This can be a second click, while the last samples are on their way.
    if (entry.ending) return;
    entry.ending = true;
    await this.#closeSources(entry);
    entry.conversation.stop();
    this.#edges.schedule(() => this.#forget(entry), LAST_WORDS_MS);
  }

  /** @param {Entry} entry of which the host has said everything; the last words may be translated */
  async #finish(entry) {
    const translated = entry.conversation.translated();
    if (!translated) return this.#forget(entry);
    const overdue = new Promise((resolve) => {
      this.#edges.schedule(() => resolve(null), LAST_WORDS_MS);
    });
    await Promise.race([translated, overdue]);
    this.#forget(entry);
  }

  #forget = (/** @type {Entry} */ entry) => {
    if (!this.#running.delete(entry.conversation.id)) return;
    entry.ending = true;
    void this.#closeSources(entry);
    entry.conversation.close();
    // Another capture's may have taken its room in the meantime.
    entry.conversation.transcript.keepAnew();
    entry.conversation.transcript.keep();
    void this.#edges.archivist.finish(entry.conversation.transcript.transcript.id);
    this.publish();
  };

  /** @param {Entry} entry */
  async #closeSources(entry) {
    const capture = releaseTab(entry);
    await Promise.all([capture?.close(), this.#closeMicrophone(entry, 'off')]);
  }

  /**
   * @param {number[]} tabIds of tabs whose transcript is read
   * @param {number | null} whole the one that is read from its beginning
   */
  #setReaders(tabIds, whole) {
    this.#readers = new Set(tabIds);
    for (const entry of this.#running.values()) {
      const { conversation } = entry;
      const read =
        this.#readers.has(conversation.tabId) && entry === this.#at(conversation.tabId).at(-1);
      if (!read || conversation.tabId === whole) conversation.transcript.setRead(read);
    }
  }

  /**
   * @param {boolean} ready
   * @param {boolean} byItself whether one that is gone has died, or went with the worker
   */
  #setHostReady(ready, byItself) {
    if (ready === this.#hostReady) return;
    this.#hostReady = ready;
    if (!ready) this.#remote.note(null);
    for (const { conversation } of this.#running.values()) {
      if (ready) conversation.attach();
      else conversation.detach(byItself);
    }
  }

  /** @param {import('../shared/protocol.js').ToExtension} message */
  #receive(message) {
    if (message.type === 'hello') {
      for (const { conversation } of this.#running.values()) conversation.repeatOptions();
    }
    if (message.type === 'remote') this.#remote.note(message);
    if (!('session' in message) || message.session === null) return;
    for (const entry of this.#running.values()) {
      const channel = entry.conversation.receive(message);
      if (channel === 'tab') void this.#finish(entry);
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
