import { handle } from '../shared/handlers.js';
import { tabAt, visibleTabs } from './tabs.js';
import { clearFace, faceOf, offerControls, offerStart, showFace, showProblem } from './toolbar.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').OffscreenReport} OffscreenReport */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('./captures.js').Captures} Captures */
/** @typedef {import('./host_link.js').HostLink} HostLink */
/** @typedef {import('./preferences.js').Preferences} Preferences */
/** @typedef {import('./views.js').View} View */
/** @typedef {import('./views.js').Views} Views */
/** @typedef {import('./overlays.js').Overlays} Overlays */
/** @typedef {import('./overlays.js').OverlayState} OverlayState */

/** A host that was just used is likely to be used again, and loading its model takes a while. */
const LINGER_MS = 30_000;

/**
 * Brings captures, host, overlays and toolbar together. It can lose what it remembers at any time;
 * the offscreen document then reports it again.
 */
export class Controller {
  /** @type {Map<number, CaptureState>} the latest capture of each tab */
  #captures = new Map();
  /** @type {Map<number, OverlayState>} */
  #overlayStates = new Map();
  /** @type {Set<number>} tabs whose button shows a problem; it stays until the next attempt */
  #problems = new Set();
  /** @type {Set<number>} tabs on which a click is being served */
  #busy = new Set();
  /** @type {Map<string, (problem: Problem | null) => void>} */
  #beginning = new Map();
  /** The next list of captures comes from a document that this worker has not heard of. */
  #reunited = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #lingering;
  #host;
  #offscreen;
  #overlays;
  #preferences;
  #views;

  /** @type {import('../shared/handlers.js').Handlers<OffscreenReport>} */
  #reports = {
    begun: ({ session, problem }) => {
      this.#beginning.get(session)?.(problem);
      this.#beginning.delete(session);
    },
    captures: ({ captures }) => this.#updateCaptures(captures),
    levels: (report) => this.#views.tellAll(report),
    overlay: ({ tabId, message }) => {
      this.#views.tellOf(tabId, message);
      void this.#overlays.tell(tabId, message);
    },
    'to-host': ({ message }) => this.#host.send(message),
  };

  /**
   * @param {HostLink} host
   * @param {Captures} offscreen
   * @param {Overlays} overlays
   * @param {Preferences} preferences
   * @param {Views} views
   */
  constructor(host, offscreen, overlays, preferences, views) {
    this.#host = host;
    this.#offscreen = offscreen;
    this.#overlays = overlays;
    this.#preferences = preferences;
    this.#views = views;
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
    try {
      await this.#offscreen.open();
      const capture = this.#captures.get(tabId);
      if (!capture || capture.phase.name === 'ending') return await this.#start(tabId, panel);
      if (this.#overlayStates.get(tabId) === 'not_allowed') await this.refreshTab(tabId);
      else this.#offscreen.send({ type: 'end', tabId });
      return null;
    } finally {
      this.#busy.delete(tabId);
      this.#linger();
    }
  }

  /** @param {number} tabId whose captions are to end */
  async stop(tabId) {
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
   * @param {boolean | null} paused whether its page's media are; null: nobody knows
   */
  async noteMedia(tabId, paused) {
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'media', tabId, paused });
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

  /** @param {View} view that was just opened */
  async welcome(view) {
    await this.#offscreen.rejoin();
    view.send({ type: 'captures', captures: [...this.#captures.values()] });
  }

  /**
   * @param {View} view
   * @param {import('../shared/messages.js').ViewRequest} request
   */
  async serve(view, request) {
    await this.#offscreen.rejoin();
    if (request.type === 'to-host') return this.#host.send(request.message);
    this.#offscreen.send({ type: 'meter', wanted: this.#views.wantMeter });
    if (view.tabId !== null) this.#offscreen.send({ type: 'show', tabId: view.tabId });
    if (view.host && this.#host.hello) {
      view.send({ type: 'from-host', message: this.#host.hello });
    }
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
    await this.#preferences.change(tabId, command);
  }

  /** The settings have changed: running captions follow them. */
  async applySettings() {
    await this.#offscreen.rejoin();
    for (const tabId of this.#captures.keys()) {
      const options = await this.#preferences.forHost(tabId);
      this.#offscreen.send({ type: 'configure', tabId, options });
      await this.#overlays.tell(tabId, await this.#preferences.forOverlay(tabId));
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
    if (overlay !== 'shown') this.#offscreen.send({ type: 'media', tabId, paused: null });
    await this.#paint(tabId);
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

  /** @param {OffscreenReport} report */
  receiveReport(report) {
    handle(this.#reports, report);
  }

  /** @param {ToExtension} message */
  receiveFromHost(message) {
    if (message.type === 'error' && message.session !== null) {
      const { session } = message;
      const capture = [...this.#captures.values()].find((state) => state.session === session);
      if (capture) void this.#complain(capture.tabId, message);
    }
    this.#offscreen.send({ type: 'from-host', message });
    if (this.#views.wantHost) this.#views.tellAll({ type: 'from-host', message });
  }

  /** @param {boolean} ready */
  setHostReady(ready) {
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
    for (const tabId of tabIds) void this.#complain(tabId, problem);
  }

  /**
   * @param {number} tabId
   * @param {boolean} panel
   * @returns {Promise<Problem | null>}
   */
  async #start(tabId, panel) {
    this.#problems.delete(tabId);
    await offerStart(tabId);
    const problem = await this.#begin(tabId, panel);
    if (problem) {
      this.#overlays.close(tabId);
      await this.#complain(tabId, problem);
      return problem;
    }
    // When the host fails, `giveUp` shows the problem, on this tab as on all others.
    return this.#host.open();
  }

  /**
   * @param {number} tabId
   * @param {boolean} panel
   * @returns {Promise<Problem | null>}
   */
  async #begin(tabId, panel) {
    const overlay = await this.#injectOverlay(tabId);
    if (overlay !== 'shown' && !panel) {
      const code = overlay === 'not_allowed' ? 'page_not_allowed' : 'page_not_scriptable';
      return { code, message: '', hint: '' };
    }
    const stream = await chrome.tabCapture.getMediaStreamId({ targetTabId: tabId }).then(
      (streamId) => ({ streamId }),
      (/** @type {Error} */ error) => ({ refusal: error.message }),
    );
    if ('refusal' in stream) {
      return { code: 'capture_not_allowed', message: '', hint: stream.refusal };
    }
    const session = crypto.randomUUID();
    const { streamId } = stream;
    const visible = (await visibleTabs()).includes(tabId);
    const options = await this.#preferences.forHost(tabId);
    const microphone = await this.#preferences.wantsMicrophone(tabId);
    /** @type {Promise<Problem | null>} */
    const begun = new Promise((resolve) => this.#beginning.set(session, resolve));
    const muted = (await tabAt(tabId))?.mutedInfo?.muted === true;
    const begin = { session, tabId, streamId, options, visible, microphone, muted };
    this.#offscreen.send({ type: 'begin', ...begin });
    const problem = await begun;
    const audible = (await tabAt(tabId))?.audible === true;
    this.#offscreen.send({ type: 'audible', tabId, audible });
    return problem;
  }

  /**
   * @param {number} tabId
   * @returns {Promise<OverlayState>}
   */
  async #injectOverlay(tabId) {
    const overlay = await this.#overlays.inject(tabId);
    this.#overlayStates.set(tabId, overlay);
    return overlay;
  }

  /** @param {CaptureState[]} captures in the order in which they began */
  #updateCaptures(captures) {
    const before = this.#captures;
    this.#captures = new Map(captures.map((capture) => [capture.tabId, capture]));
    for (const tabId of before.keys()) {
      if (!this.#captures.has(tabId)) void this.#retire(tabId);
    }
    this.#views.tellAll({ type: 'captures', captures });
    this.#linger();
    if (this.#reunited) {
      this.#reunited = false;
      this.#resume();
    } else {
      for (const tabId of this.#captures.keys()) void this.#paint(tabId);
    }
  }

  /** Captures have outlived the worker before: give them a host and see to their pages. */
  #resume() {
    this.setHostReady(this.#host.ready);
    if (this.#captures.size > 0) void this.#host.open();
    for (const tabId of this.#captures.keys()) void this.refreshTab(tabId);
  }

  /**
   * @param {number} tabId
   * @param {Problem} problem
   */
  async #complain(tabId, problem) {
    this.#problems.add(tabId);
    await showProblem(tabId, problem);
  }

  /** @param {number} tabId whose capture is over */
  async #retire(tabId) {
    this.#overlayStates.delete(tabId);
    if (this.#problems.has(tabId)) return;
    await offerStart(tabId);
    await clearFace(tabId);
  }

  /** @param {number} tabId */
  async #paint(tabId) {
    const capture = this.#captures.get(tabId);
    if (!capture || this.#problems.has(tabId)) return;
    const overlay = this.#overlayStates.get(tabId) ?? 'shown';
    await showFace(tabId, faceOf(capture, overlay));
    // A state that came in the meantime has painted, or cleared, the button itself.
    if (this.#captures.get(tabId) !== capture || this.#problems.has(tabId)) return;
    const needsClick = overlay === 'not_allowed' || capture.phase.name === 'ending';
    await (needsClick ? offerStart(tabId) : offerControls(tabId));
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
