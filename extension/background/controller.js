import { handle } from '../shared/handlers.js';
import { isMoved } from '../shared/problems.js';
import { Buttons } from './buttons.js';
import { HostSessions } from './host_sessions.js';
import { Mending } from './mending.js';
import { problem } from './streams.js';
import { visibleTabs } from './tabs.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').CaptureReport} CaptureReport */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */

/** A host that was just used is likely to be used again, and loading its model takes a while. */
const LINGER_MS = 30_000;

/**
 * Brings captures, host, overlays and toolbar together. It can lose what it remembers at any time;
 * the offscreen document then reports it again.
 */
export class Controller {
  /** @type {Map<number, CaptureState>} the latest capture of each tab */
  #captures = new Map();
  #buttons = new Buttons((tabId) => this.#captures.get(tabId));
  /** @type {Set<number>} tabs on which a click is being served */
  #busy = new Set();
  /** The next list of captures comes from a document that this worker has not heard of. */
  #reunited = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #lingering;
  #hostSessions = new HostSessions();
  #host;
  #mending;
  #offscreen;
  #overlays;
  #parts;
  #views;

  /** @type {import('../shared/handlers.js').Handlers<CaptureReport>} */
  #reports = {
    begun: ({ session, problem }) => this.#parts.streams.opened(session, problem),
    captures: ({ captures }) => this.#updateCaptures(captures),
    interrupted: ({ session, tabId }) => void this.#mending.reopen(session, tabId),
    levels: (report) => this.#views.tellAll(report),
    overlay: ({ tabId, message }) => {
      this.#views.tellOf(tabId, message);
      void this.#overlays.tell(tabId, message);
    },
    'to-host': ({ message }) => {
      this.#hostSessions.sent(message);
      this.#host.send(message);
    },
  };

  /** @param {import('./parts.js').Parts} parts */
  constructor(parts) {
    this.#host = parts.host;
    this.#offscreen = parts.offscreen;
    this.#overlays = parts.overlays;
    this.#parts = parts;
    this.#views = parts.views;
    this.#mending = new Mending(parts, {
      captures: () => this.#captures,
      start: (tabId, panel) => this.toggle(tabId, panel),
      restart: (tabId, after) => this.#restart(tabId, after),
      end: (tabId) => this.#offscreen.send({ type: 'end', tabId }),
      complain: (tabId, problem) => this.#refuse(tabId, problem),
    });
  }

  get capturing() {
    return this.#captures.size > 0;
  }

  /**
   * Start captions, bring them back onto the page, or stop them.
   * @param {number} tabId
   * @param {boolean} [panel] also where the page is closed to extensions: the side panel shows them
   * @returns {Promise<Problem | null>} null also while an earlier click is being served
   */
  async toggle(tabId, panel = false) {
    if (this.#busy.has(tabId)) return null;
    this.#busy.add(tabId);
    clearTimeout(this.#lingering);
    this.#parts.restarts.forget(tabId);
    try {
      await this.#parts.recovery.clicked(tabId, panel);
      if (!(await this.#offscreen.open()))
        return await this.#refuse(tabId, problem('capture_timeout'));
      const capture = this.#captures.get(tabId);
      if (!capture || capture.phase.name === 'ending') return await this.#start(tabId, panel);
      if (this.#buttons.overlayOf(tabId) === 'not_allowed') await this.refreshTab(tabId);
      else this.#offscreen.send({ type: 'end', tabId });
      return null;
    } finally {
      this.#busy.delete(tabId);
      void this.#parts.recovery.served(tabId);
      this.#linger();
    }
  }

  /** What brings back captures that ended by themselves. */
  get mending() {
    return this.#mending;
  }

  /** @param {number} tabId whose captions are to end */
  async stop(tabId) {
    this.#parts.restarts.forget(tabId);
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'end', tabId });
  }

  /** @param {number} tabId whose lines are all to be in the target language of now */
  async retranslate(tabId) {
    // What the user has just chosen has to be there first.
    await this.applySettings();
    this.#offscreen.send({ type: 'retranslate', tabId });
  }

  /**
   * @param {number} tabId
   * @param {import('../shared/messages.js').MediaReport} media of its page, or of a frame in it
   * @param {number} [frame]
   */
  async noteMedia(tabId, media, frame = 0) {
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'media', tabId, frame, ...media });
  }

  /** @param {number} tabId whose page takes its captions away: the side panel shows them */
  noteHampered(tabId) {
    if (!this.#captures.has(tabId)) return;
    this.#buttons.noteOverlay(tabId, 'hampered');
    void this.#buttons.paint(tabId);
  }

  /**
   * @param {number} tabId
   * @param {boolean} audible whether the browser hears its page
   */
  noteAudible(tabId, audible) {
    if (this.#captures.has(tabId)) this.#offscreen.send({ type: 'audible', tabId, audible });
  }

  /**
   * @param {number} tabId
   * @param {boolean} muted whether the user wants to hear nothing of it; it stays audible
   */
  noteMuted(tabId, muted) {
    if (this.#captures.has(tabId)) this.#offscreen.send({ type: 'muted', tabId, muted });
  }

  /** @param {number} tabId that goes to another page: what was known of the one before is moot */
  leavePage(tabId) {
    if (this.#captures.has(tabId)) this.#offscreen.send({ type: 'leave-page', tabId });
  }

  /**
   * @param {number} tabId whose captions are to hear the microphone, too, or no longer
   * @param {boolean} on
   */
  async setMicrophone(tabId, on) {
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'microphone', tabId, on });
  }

  /** @returns {Promise<Problem | null>} why there is no host, null when there is one */
  checkHost() {
    clearTimeout(this.#lingering);
    return this.#host.open().finally(() => this.#linger());
  }

  /** @param {import('./views.js').View} view that was just opened */
  async welcome(view) {
    await this.#offscreen.rejoin();
    view.send({ type: 'captures', captures: [...this.#captures.values()] });
  }

  /**
   * @param {import('./views.js').View} view
   * @param {import('../shared/messages.js').ViewRequest} request
   */
  async serve(view, request) {
    await this.#offscreen.rejoin();
    if (request.type === 'to-host') return this.#host.send(request.message);
    const { wants } = request;
    if ('meter' in wants) this.#offscreen.send({ type: 'meter', wanted: this.#views.wantMeter });
    if ('tabId' in wants || 'transcript' in wants) this.#parts.transcripts.fill(view);
    const { hello } = this.#host;
    if (wants.host && hello) view.send({ type: 'from-host', message: hello });
    // It may have been the last that wanted the host.
    this.#linger();
  }

  /** A page was closed. */
  releaseView() {
    this.#offscreen.send({ type: 'meter', wanted: this.#views.wantMeter });
    this.#linger();
  }

  /**
   * Do what a key or a button of the overlay asks for; nothing in a tab without captions.
   * @param {import('../shared/messages.js').Command} command
   * @param {number} tabId
   */
  async obey(command, tabId) {
    if (command === 'toggle') return void (await this.toggle(tabId));
    await this.#offscreen.rejoin();
    if (!this.#captures.has(tabId)) return;
    if (command === 'hide') return this.#overlays.tell(tabId, { type: 'hide' });
    if (command === 'copy') return this.#offscreen.send({ type: 'copy', tabId });
    await this.#parts.preferences.change(tabId, command);
  }

  /** The settings have changed: running captions follow them. */
  async applySettings() {
    await this.#offscreen.rejoin();
    for (const tabId of this.#captures.keys()) {
      const wanted = await this.#parts.preferences.forCapture(tabId);
      this.#offscreen.send({ type: 'configure', tabId, ...wanted });
      await this.#overlays.tell(tabId, await this.#parts.preferences.forOverlay(tabId));
    }
  }

  /**
   * A captured tab has a new page: its overlay and what the toolbar said about it are gone.
   * @param {number} tabId
   */
  async refreshTab(tabId) {
    if (!this.#captures.has(tabId)) return;
    const overlay = await this.#injectOverlay(tabId);
    // An overlay that shows captions reports how the page's media are. Without one nobody knows.
    if (overlay !== 'shown') await this.noteMedia(tabId, { paused: null, playhead: null });
    await this.#buttons.paint(tabId);
  }

  /** @param {number} tabId whose overlay is there and knows the settings */
  fillOverlay(tabId) {
    const isWanted = this.#captures.has(tabId) || this.#busy.has(tabId);
    if (isWanted) this.#offscreen.send({ type: 'show', tabId });
    else this.#overlays.close(tabId);
  }

  /** Tell the sessions which of their tabs the user looks at. */
  async updateVisibility() {
    this.#offscreen.send({ type: 'visible', tabIds: await visibleTabs() });
  }

  /** The offscreen document is there, or there again. */
  reunite() {
    this.#reunited = true;
  }

  /** The offscreen document was closed, and what it captured has ended: begin anew. */
  loseDocument() {
    for (const session of this.#hostSessions.abandon()) this.#host.send({ type: 'stop', session });
    this.#parts.streams.abandon(problem('capture_lost'));
    const captures = [...this.#captures.values()];
    this.#updateCaptures([]);
    for (const { tabId, session, saved } of captures) {
      void this.#overlays.tell(tabId, { type: 'end', session });
      void this.#mending.restart(tabId, saved);
    }
  }

  /** @param {CaptureReport} report */
  receiveReport(report) {
    handle(this.#reports, report);
  }

  /** @param {ToExtension} message */
  receiveFromHost(message) {
    if (message.type === 'error' && message.session !== null && !isMoved(message)) {
      const { session } = message;
      const capture = [...this.#captures.values()].find((state) => state.session === session);
      if (capture) void this.#buttons.complain(capture.tabId, message);
    }
    this.#offscreen.send({ type: 'from-host', message });
    if (this.#views.wantHost) this.#views.tellAll({ type: 'from-host', message });
  }

  /** @param {boolean} ready */
  setHostReady(ready) {
    this.#hostSessions.clear();
    this.#offscreen.send({ type: 'host', ready });
    const { hello } = this.#host;
    if (hello && this.#views.wantHost) this.#views.tellAll({ type: 'from-host', message: hello });
  }

  /**
   * There is no host and will be none, so nothing is captured any longer.
   * @param {Problem} problem
   */
  giveUp(problem) {
    const tabIds = [...this.#captures.keys()];
    this.setHostReady(false);
    this.#offscreen.send({ type: 'abandon', tabIds });
    for (const tabId of tabIds) void this.#buttons.complain(tabId, problem);
  }

  /**
   * @param {number} tabId
   * @param {boolean} panel
   * @param {string | null} [after] as in `Streams.begin`
   * @returns {Promise<Problem | null>}
   */
  async #start(tabId, panel, after = null) {
    await this.#buttons.offer(tabId);
    const overlay = await this.#injectOverlay(tabId);
    const closed = overlay === 'not_allowed' ? 'page_not_allowed' : 'page_not_scriptable';
    const isSeen = overlay === 'shown' || panel;
    const refusal = isSeen ? await this.#parts.streams.begin(tabId, after) : problem(closed);
    if (refusal) return this.#refuse(tabId, refusal);
    // When the host fails, `giveUp` shows the problem, on this tab as on all others.
    return this.#host.open();
  }

  /**
   * @param {number} tabId in which there will be no captions
   * @param {Problem} problem why
   * @returns {Promise<Problem>}
   */
  async #refuse(tabId, problem) {
    this.#overlays.close(tabId);
    await this.#buttons.complain(tabId, problem);
    return problem;
  }

  /**
   * @param {number} tabId whose captions begin without a click, unless one is being served
   * @param {string | null} after as in `Streams.begin`
   * @returns {Promise<Problem | null>}
   */
  async #restart(tabId, after) {
    if (this.#busy.has(tabId)) return null;
    this.#busy.add(tabId);
    try {
      if (await this.#offscreen.open()) return await this.#start(tabId, true, after);
      return await this.#refuse(tabId, problem('capture_lost'));
    } finally {
      this.#busy.delete(tabId);
      this.#linger();
    }
  }

  /**
   * @param {number} tabId
   * @returns {Promise<import('./overlays.js').OverlayState>}
   */
  async #injectOverlay(tabId) {
    const overlay = await this.#overlays.inject(tabId);
    this.#buttons.noteOverlay(tabId, overlay);
    return overlay;
  }

  /** @param {CaptureState[]} captures in the order in which they began */
  #updateCaptures(captures) {
    const before = this.#captures;
    this.#captures = new Map(captures.map((capture) => [capture.tabId, capture]));
    for (const tabId of before.keys()) {
      if (!this.#captures.has(tabId)) void this.#buttons.retire(tabId);
    }
    this.#views.tellAll({ type: 'captures', captures });
    void this.#parts.recovery.captioned(captures);
    this.#linger();
    if (this.#reunited) {
      this.#reunited = false;
      this.#resume();
    } else {
      for (const tabId of this.#captures.keys()) void this.#buttons.paint(tabId);
    }
  }

  /** Captures have outlived the worker before: give them a host and see to their pages. */
  #resume() {
    this.setHostReady(this.#host.ready);
    if (this.#captures.size > 0) void this.#host.open();
    for (const tabId of this.#captures.keys()) void this.refreshTab(tabId);
  }

  /** Without captures, let the host and the document go after a while. */
  #linger() {
    clearTimeout(this.#lingering);
    if (this.capturing || this.#busy.size > 0 || this.#views.wantHost) return;
    this.#lingering = setTimeout(() => {
      this.#host.close();
      this.setHostReady(false);
      void this.#offscreen.close();
    }, LINGER_MS);
  }
}
