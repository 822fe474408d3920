/** The captions of the tab in front, as a text that stays: also where pages are closed to overlays. */
import { settingsFor } from '../shared/settings.js';
import { SettingsStore } from '../shared/settings_store.js';
import { Quiet } from '../shared/state_words.js';
import { ask, byId, localise, text, WorkerLine } from '../ui/page.js';
import { stateText } from '../ui/state.js';
import { Transcript } from '../ui/transcript.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */

const store = new SettingsStore(chrome.storage);
const transcript = new Transcript(byId('lines'));

/** @type {number | null} */
let tabId = null;
/** @type {CaptureState[]} */
let captures = [];
let quiet = new Quiet();
let silent = false;

localise();
await applySettings();
store.onChange(() => void applySettings());
const { id: windowId } = await chrome.windows.getCurrent();
const line = new WorkerLine({ meter: true }, receive);
await follow();
chrome.tabs.onActivated.addListener((activated) => {
  if (activated.windowId === windowId) void follow();
});
byId('stop').addEventListener('click', () => {
  if (tabId !== null) void ask({ type: 'stop', tabId });
});

/** Show the tab in front. */
async function follow() {
  const [tab] = await chrome.tabs.query({ active: true, windowId });
  tabId = tab?.id ?? null;
  quiet = new Quiet();
  transcript.clear();
  showState();
  line.watch({ tabId });
}

/** @param {ViewMessage} message */
function receive(message) {
  if (message.type === 'captures') {
    captures = message.captures;
    showState();
  } else if (message.type === 'levels') {
    const level = message.levels.find((candidate) => candidate.tabId === tabId)?.level ?? 0;
    silent = quiet.hear(level, performance.now());
    showState();
  } else if (message.type === 'session' && message.tabId === tabId) {
    transcript.receive(message.message);
  }
}

function showState() {
  const capture = captures.find((candidate) => candidate.tabId === tabId);
  byId('stop').hidden = !capture;
  const words = capture ? stateText(capture.phase, silent) : text('panel_off');
  if (byId('state').textContent !== words) byId('state').textContent = words;
}

async function applySettings() {
  transcript.apply(settingsFor(await store.load(), null));
}
