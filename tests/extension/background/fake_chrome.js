/** The browser around the service worker, kept in memory: one tab, a native host, a document. */
import { Captures } from '../../../extension/background/captures.js';
import { Controller } from '../../../extension/background/controller.js';
import { HostLink } from '../../../extension/background/host_link.js';
import { InnerFrames } from '../../../extension/background/inner_frames.js';
import { KeptSources } from '../../../extension/background/kept_sources.js';
import { Overlays } from '../../../extension/background/overlays.js';
import { Recovery } from '../../../extension/background/recovery.js';
import { Restarts } from '../../../extension/background/restarts.js';
import { isOfTranscripts, Transcripts } from '../../../extension/background/transcripts.js';
import { Streams } from '../../../extension/background/streams.js';
import { Preferences } from '../../../extension/background/preferences.js';
import { Views } from '../../../extension/background/views.js';
import { openStorage } from '../../../extension/shared/browser_storage.js';
import { SettingsStore } from '../../../extension/shared/settings_store.js';
import { NOT_TRANSLATED } from '../translation/stand_ins.js';

/** @typedef {import('../../../extension/shared/messages.js').CaptureState} CaptureState */

/** Both ends of a port: what one posts the other's listeners get at once. */
export class FakePort {
  /** @type {any[]} */
  sent = [];
  #listeners = /** @type {((message: any) => void)[]} */ ([]);
  #closed = /** @type {(() => void)[]} */ ([]);
  onMessage = { addListener: (/** @type {any} */ listener) => this.#listeners.push(listener) };
  onDisconnect = { addListener: (/** @type {any} */ listener) => this.#closed.push(listener) };
  #reply;

  /** @param {(message: any, port: FakePort) => void} [reply] */
  constructor(reply = () => {}) {
    this.#reply = reply;
  }

  /** @param {any} message */
  postMessage(message) {
    this.sent.push(message);
    this.#reply(message, this);
  }

  /** @param {any} message from the other end */
  receive(message) {
    for (const listener of this.#listeners) listener(message);
  }

  disconnect() {
    for (const listener of this.#closed) listener();
  }
}

/** @returns an area of chrome.storage, kept in memory */
function storageArea() {
  /** @type {Record<string, any>} */
  const items = {};
  return {
    items,
    get: async (/** @type {string | undefined} */ key) => {
      if (key === undefined) return structuredClone(items);
      return key in items ? structuredClone({ [key]: items[key] }) : {};
    },
    set: async (/** @type {object} */ changes) =>
      void Object.assign(items, structuredClone(changes)),
    remove: async (/** @type {string | string[]} */ keys) => {
      for (const key of [keys].flat()) delete items[key];
    },
    clear: async () => {
      for (const key of Object.keys(items)) delete items[key];
    },
  };
}

/** @returns chrome.storage, kept in memory */
export function fakeStorage() {
  return {
    sync: storageArea(),
    local: storageArea(),
    session: storageArea(),
    onChanged: { addListener: () => {} },
  };
}

/**
 * A worker in a browser with tab 7, which the test can close to extensions.
 * @param {ReturnType<typeof fakeStorage>} [storage] what a worker before has left
 */
export function startWorker(storage = fakeStorage()) {
  const seen = {
    popup: '',
    /** @type {any[]} */
    toPage: [],
    /** @type {string | null} why nothing may be injected */
    refusal: null,
    url: 'https://www.example.org/watch',
    muted: false,
    incognito: false,
    now: 0,
    /** Whether the document that is created connects. */
    connects: true,
    /** Whether it opens a stream at once. */
    opens: true,
    /** Whether it says at once that a stream is open again. */
    reopens: true,
    /** Whether the tab is there. */
    isOpen: true,
    title: '',
    /** What the browser answers when it is asked for the sound of the tab. */
    stream: async () => 'stream',
    /** Whether the page is in a sandbox without scripts. */
    scriptless: false,
    /** Whether the page opens a frame when it is told to. */
    opensFrames: true,
    /** @type {FakePort | null} of the frame that the page has opened when it was told to */
    frame: null,
  };
  const none = async () => {};
  const chrome = {
    action: {
      setPopup: async (/** @type {any} */ { popup }) => void (seen.popup = popup),
      setBadgeText: none,
      setBadgeTextColor: none,
      setBadgeBackgroundColor: none,
      setTitle: async (/** @type {any} */ { title }) => void (seen.title = title),
      openPopup: none,
    },
    storage,
    i18n: { getMessage: (/** @type {string} */ key) => key },
    offscreen: {
      createDocument: async () => {
        if (seen.connects) captures.accept(asPort(documentPort));
      },
    },
    runtime: { getContexts: async () => [], getURL: (/** @type {string} */ path) => `own:${path}` },
    scripting: {
      executeScript: async (/** @type {{ world?: string }} */ { world }) => {
        if (seen.refusal !== null) throw new Error(seen.refusal);
        return [{ result: world === 'MAIN' && !seen.scriptless ? true : null }];
      },
    },
    tabCapture: { getMediaStreamId: () => seen.stream() },
    tabs: {
      get: async (/** @type {number} */ id) => ({
        ...(seen.isOpen ? {} : await Promise.reject(new Error('No tab with id'))),
        id,
        url: seen.url,
        active: true,
        windowId: 1,
        incognito: seen.incognito,
        mutedInfo: { muted: seen.muted },
      }),
      query: async () => [{ id: 7 }],
      sendMessage: async (/** @type {number} */ tabId, /** @type {any} */ message) => {
        seen.toPage.push(message);
        if (message.type === 'frame' && seen.opensFrames)
          seen.frame = connectFrame(tabId, message.secret);
      },
    },
  };
  Object.assign(globalThis, { chrome });

  /**
   * @param {number} tabId
   * @param {string} secret
   */
  function connectFrame(tabId, secret) {
    const port = new FakePort();
    Object.assign(port, { name: `frame ${secret}`, sender: { tab: { id: tabId }, frameId: 5 } });
    void overlays.accept(asPort(port));
    return port;
  }

  const documentPort = offscreenDocument(seen);
  /** @type {any[]} */
  const toHost = [];
  const installed = { models: [], translators: [], speakers: false };
  const hello = { type: 'hello', protocol: 1, host: '0', ...installed };
  const host = new HostLink(
    {
      connect: () =>
        new FakePort((message, port) => {
          toHost.push(message);
          if (message.type === 'hello') port.receive(hello);
        }),
      lastError: () => undefined,
      schedule: () => () => {},
      now: () => 0,
      version: '0',
    },
    {
      ready: () => controller.setHostReady(true),
      down: () => controller.setHostReady(false),
      message: (message) => controller.receiveFromHost(message),
      failed: (problem) => controller.giveUp(problem),
    },
  );
  const captures = new Captures({
    connected: () => controller.reunite(),
    report: (report) => {
      if (isOfTranscripts(report)) transcripts.receive(report);
      else if (report.type !== 'delay') controller.receiveReport(report);
    },
    lost: () => controller.loseDocument(),
  });
  const views = new Views({
    opened: (view) => void controller.welcome(view),
    request: (view, request) => void controller.serve(view, request),
    closed: () => {
      transcripts.tellReaders(null);
      controller.releaseView();
    },
  });
  const store = new SettingsStore(openStorage(/** @type {any} */ (storage), { incognito: false }));
  const privateStore = new SettingsStore(
    openStorage(/** @type {any} */ (storage), { incognito: true }),
  );
  const preferences = new Preferences((incognito) => (incognito ? privateStore : store), ['en']);
  const overlays = new Overlays({
    greet: (tabId) => preferences.forOverlay(tabId),
    opened: (tabId) => controller.fillOverlay(tabId),
    lost: (tabId) => void controller.refreshTab(tabId),
    hampered: (tabId) => controller.noteHampered(tabId),
    asked: (tabId, asked) => {
      if (asked.type === 'who') transcripts.askWho({ ...asked, tabId });
      else captures.send({ ...asked, tabId });
    },
  });
  const storageOf = (/** @type {boolean} */ incognito) =>
    openStorage(/** @type {any} */ (storage), { incognito });
  const inner = new InnerFrames((tabId, report, frame) => {
    void controller.noteMedia(tabId, report, frame);
  });
  const transcripts = new Transcripts(captures, views, new KeptSources(storageOf), inner);
  const recovery = new Recovery(storageOf, () => seen.now);
  const controller = new Controller({
    host,
    offscreen: captures,
    overlays,
    preferences,
    recovery,
    restarts: new Restarts(() => seen.now),
    streams: new Streams((command) => captures.send(command), preferences),
    transcripts,
    views,
  });
  return {
    controller,
    overlays,
    preferences,
    views,
    store,
    storage,
    seen,
    transcripts,
    toHost,
    document: documentPort,
  };
}

/**
 * The offscreen document: says at once what it was told to begin or end.
 * @param {{ opens: boolean, reopens: boolean }} seen
 */
function offscreenDocument(seen) {
  /** @type {CaptureState[]} */
  let running = [];
  const port = new FakePort((command) => {
    if (command.type === 'begin' && seen.opens) {
      const phase = /** @type {const} */ ({ name: 'listening', lagMs: 0, skippedMs: 0 });
      const { session, tabId } = command;
      const model = { model: 'base', smallerModel: null, modelProblem: null };
      const state = {
        language: 'en',
        ...model,
        halted: null,
        stale: false,
        translation: NOT_TRANSLATED,
        microphone: /** @type {const} */ ('off'),
        step: null,
        remote: null,
        saved: command.after,
      };
      running.push({ session, tabId, phase, ...state });
      port.receive({ type: 'captures', captures: running });
      port.receive({ type: 'begun', session, problem: null });
    } else if (command.type === 'reopen' && seen.reopens) {
      port.receive({ type: 'begun', session: command.session, problem: null });
    } else if (command.type === 'end') {
      running = running.filter(({ tabId }) => tabId !== command.tabId);
      port.receive({ type: 'captures', captures: running });
    }
  });
  const { addListener } = port.onMessage;
  port.onMessage.addListener = (listener) => {
    queueMicrotask(() => port.receive({ type: 'captures', captures: running }));
    return addListener(listener);
  };
  return Object.assign(port, {
    /** @param {string | null} saved what it says that its transcripts are saved as */
    setSaved: (saved) => {
      running = running.map((state) => ({ ...state, saved }));
      port.receive({ type: 'captures', captures: running });
    },
    /** It is closed, and what it captured is over. */
    disconnect: () => {
      running = [];
      FakePort.prototype.disconnect.call(port);
    },
  });
}

/**
 * @param {FakePort} port
 * @returns {chrome.runtime.Port}
 */
export function asPort(port) {
  return /** @type {any} */ (port);
}

/** What was begun without waiting is done. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A worker with captions on in tab 7, whose page has opened its frame. */
export async function startCaptioned() {
  const worker = startWorker();
  await worker.controller.toggle(7);
  await settled();
  const { frame } = worker.seen;
  if (!frame) throw new Error('no frame was asked for');
  return { ...worker, frame };
}
