/**
 * The service worker. Chrome starts it for an event and ends it when it is idle. An event reaches
 * only listeners that were added in the first turn, so all are added here at the top level.
 * https://developer.chrome.com/docs/extensions/develop/concepts/service-workers/events
 */
import { forgetPrivate, lockStorage, openStorage } from '../shared/browser_storage.js';
import { HOST_NAME } from '../shared/protocol.js';
import { onRemoteChange, RemoteStore } from '../shared/remote.js';
import { SettingsStore } from '../shared/settings_store.js';
import { Captures } from './captures.js';
import { Controller } from './controller.js';
import { HostLink } from './host_link.js';
import { Inbox } from './inbox.js';
import { InnerFrames } from './inner_frames.js';
import { KeptSources } from './kept_sources.js';
import { Overlays } from './overlays.js';
import { Preferences } from './preferences.js';
import { Recovery } from './recovery.js';
import { RemoteChoice } from './remote.js';
import { Restarts } from './restarts.js';
import { mayConnect, senderOf } from './senders.js';
import { Streams } from './streams.js';
import { isOfTranscripts, Transcripts } from './transcripts.js';
import { Views } from './views.js';

/** @typedef {import('../shared/messages.js').Command} Command */

const host = new HostLink(
  {
    connect: () => chrome.runtime.connectNative(HOST_NAME),
    lastError: () => chrome.runtime.lastError?.message,
    schedule: (action, delayMs) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    version: chrome.runtime.getManifest().version,
  },
  {
    ready: () => {
      remote.greeted();
      controller.setHostReady(true);
    },
    down: () => controller.setHostReady(false),
    message: (message) => controller.receiveFromHost(message),
    failed: (problem) => controller.giveUp(problem),
  },
);

const offscreen = new Captures({
  connected: () => controller.reunite(),
  lost: () => {
    controller.loseDocument();
    watchTabs(controller.capturing);
  },
  report: (report) => {
    if (isOfTranscripts(report)) return transcripts.receive(report);
    if (report.type === 'delay') return void inner.delay(report.tabId, report.delayMs);
    controller.receiveReport(report);
    if (report.type === 'captures') inner.keep(report.captures.map(({ tabId }) => tabId));
    watchTabs(controller.capturing);
  },
});

const storage = openStorage(chrome.storage, { incognito: false });
const privateStorage = openStorage(chrome.storage, { incognito: true });
const store = new SettingsStore(storage);
const privateStore = new SettingsStore(privateStorage);
const remote = new RemoteChoice(new RemoteStore(storage.local), host);
const recovery = new Recovery((incognito) => (incognito ? privateStorage : storage), Date.now);
const preferences = new Preferences(
  (incognito) => (incognito ? privateStore : store),
  navigator.languages,
);
const views = new Views({
  opened: (view) => void controller.welcome(view),
  request: (view, request) => void controller.serve(view, request),
  closed: () => {
    transcripts.tellReaders(null);
    controller.releaseView();
  },
});
const overlays = new Overlays({
  greet: (tabId) => preferences.forOverlay(tabId),
  opened: (tabId) => {
    controller.fillOverlay(tabId);
    void inner.watch(tabId);
  },
  lost: (tabId) => void controller.refreshTab(tabId),
  hampered: (tabId) => controller.noteHampered(tabId),
  asked: (tabId, asked) => {
    if (asked.type === 'who') transcripts.askWho({ ...asked, tabId });
    else offscreen.send({ ...asked, tabId });
  },
});
const kept = new KeptSources((incognito) => (incognito ? privateStorage : storage));
const inner = new InnerFrames((tabId, report, frame) => {
  void controller.noteMedia(tabId, report, frame);
});
const transcripts = new Transcripts(offscreen, views, kept, inner);
const streams = new Streams((command) => offscreen.send(command), preferences);
const controller = new Controller({
  host,
  offscreen,
  overlays,
  preferences,
  recovery,
  restarts: new Restarts(Date.now),
  streams,
  transcripts,
  views,
});
const inbox = new Inbox(controller, preferences, transcripts, inner);

void lockStorage(chrome.storage);
void controller.mending.recover();
store.onChange(() => void controller.applySettings());
void remote.load();
onRemoteChange(storage.onChanged, () => void remote.load());

chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === 'install') void chrome.tabs.create({ url: 'welcome/welcome.html' });
});

chrome.action.onClicked.addListener((tab) => {
  if (tab.id !== undefined) void controller.toggle(tab.id);
});

chrome.runtime.onConnect.addListener((port) => {
  const sender = senderOf(port.sender);
  if (sender === null || !mayConnect(port.name, sender)) port.disconnect();
  else if (sender === 'document') offscreen.accept(port);
  else if (sender === 'frame') void overlays.accept(port);
  else if (sender === 'inner') inner.accept(port);
  // A place says nothing on its port: it ends with this worker, which is all the place must know.
  else if (sender !== 'place') views.accept(port, sender);
});

// With the last private window goes what such windows kept.
chrome.windows.onRemoved.addListener(async () => {
  const windows = await chrome.windows.getAll();
  if (!windows.some(({ incognito }) => incognito)) await forgetPrivate(chrome.storage);
});

chrome.commands.onCommand.addListener((command, tab) => {
  if (tab?.id !== undefined) void controller.obey(/** @type {Command} */ (command), tab.id);
});

chrome.runtime.onMessage.addListener((message, sender, respond) =>
  inbox.receive(message, sender, respond),
);

/**
 * Watch the tabs only while one is captured. Otherwise these events start the worker at every page
 * load in the browser.
 * @param {boolean} wanted
 */
function watchTabs(wanted) {
  if (wanted === chrome.tabs.onUpdated.hasListener(onUpdated)) return;
  if (wanted) {
    chrome.tabs.onUpdated.addListener(onUpdated);
    chrome.tabs.onActivated.addListener(onActivated);
    chrome.tabs.onReplaced.addListener(onReplaced);
  } else {
    chrome.tabs.onUpdated.removeListener(onUpdated);
    chrome.tabs.onActivated.removeListener(onActivated);
    chrome.tabs.onReplaced.removeListener(onReplaced);
  }
}

/**
 * @param {number} tabId
 * @param {{ status?: string, audible?: boolean, mutedInfo?: { muted: boolean } }} change
 */
function onUpdated(tabId, { status, audible, mutedInfo }) {
  if (audible !== undefined) controller.noteAudible(tabId, audible);
  if (mutedInfo !== undefined) controller.noteMuted(tabId, mutedInfo.muted);
  if (status === 'loading') controller.leavePage(tabId);
  if (status !== undefined) void controller.refreshTab(tabId);
}

/**
 * @param {number} tabId
 * @param {number} before
 */
function onReplaced(tabId, before) {
  void controller.mending.replace(tabId, before);
}

function onActivated() {
  void controller.updateVisibility();
}
