/** The captions of the tab in front, as a text that stays: also where pages are closed to overlays. */
import { openStorage } from '../shared/browser_storage.js';
import { settingsFor } from '../shared/settings.js';
import { SettingsStore } from '../shared/settings_store.js';
import { SoundWatch } from '../shared/state_words.js';
import { ask, byId, localise, text, WorkerLine } from '../ui/page.js';
import { RetranslateButton } from '../ui/retranslate.js';
import { stateText } from '../ui/state.js';
import { Transcript } from '../ui/transcript.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */

const transcript = new Transcript(byId('lines'));
const retranslate = new RetranslateButton(/** @type {HTMLButtonElement} */ (byId('retranslate')));

/** @type {number | null} */
let tabId = null;
/** @type {CaptureState[]} */
let captures = [];
let ear = new SoundWatch();
/** @type {import('../shared/state_words.js').Sound} */
let sound = 'heard';

localise();
const { id: windowId, incognito } = await chrome.windows.getCurrent();
const store = new SettingsStore(openStorage(chrome.storage, { incognito }));
await applySettings();
store.onChange(() => void applySettings());
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
  ear = new SoundWatch();
  sound = 'heard';
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
    sound = ear.hear(level, captureInFront()?.halted ?? null, performance.now());
    showState();
  } else if (message.type === 'session' && message.tabId === tabId) {
    transcript.receive(message.message);
  }
}

function showState() {
  const capture = captureInFront();
  byId('stop').hidden = !capture;
  retranslate.show(capture);
  const state = capture ? stateText(capture.phase, sound) : text('panel_off');
  const words = capture?.microphone === 'on' ? `${state} · ${text('microphone_on')}` : state;
  if (byId('state').textContent !== words) byId('state').textContent = words;
}

/** @returns {CaptureState | null} */
function captureInFront() {
  return captures.find((capture) => capture.tabId === tabId) ?? null;
}

async function applySettings() {
  retranslate.reset();
  transcript.apply(settingsFor(await store.load(), null));
}
