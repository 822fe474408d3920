/** The document that captures. The service worker comes and goes; this one stays. */
import { databasesFor } from '../shared/browser_storage.js';
import { Archive } from '../transcript/archive.js';
import { Archivist } from './archivist.js';
import { BrowserTranslator } from '../translation/browser_translator.js';
import { hush, say } from '../translation/system_voice.js';
import { SoundCapture } from './capture.js';
import { Conversations } from './conversations.js';

/** A worker that dies at its start must not be started in a tight loop. */
const RECONNECT_MS = 100;

/** @type {chrome.runtime.Port | null} */
let worker = null;

const conversations = new Conversations({
  // What is dropped without a worker is not missed: the next worker gets everything.
  report: (report) => worker?.postMessage(report),
  openTab: SoundCapture.openTab,
  openMicrophone: SoundCapture.openMicrophone,
  microphoneAllowed,
  copy,
  schedule: (action, delayMs) => void setTimeout(action, delayMs),
  repeat,
  newId: () => crypto.randomUUID(),
  now: () => Date.now(),
  translation: { translator: new BrowserTranslator(), say, hush },
  archivist: new Archivist({
    // The worker lets nothing of private windows be saved.
    archive: new Archive(databasesFor({ incognito: false }), Date.now),
    repeat,
    failed: ({ id, tabId }) => worker?.postMessage({ type: 'unsaved', tabId, id }),
    changed: () => conversations.publish(),
  }),
});

connect();

/** Connecting starts the worker if it does not run, and tells it what does. */
function connect() {
  worker = chrome.runtime.connect({ name: 'captures' });
  worker.onMessage.addListener((command) => conversations.obey(command));
  worker.onDisconnect.addListener(() => {
    worker = null;
    conversations.loseWorker();
    // One that has not been used yet was made for a click that the worker has not served.
    if (conversations.empty && conversations.used) window.close();
    else setTimeout(connect, RECONNECT_MS);
  });
  conversations.introduce();
}

/**
 * @param {() => void} action
 * @param {number} everyMs
 * @returns {() => void} what stops it
 */
function repeat(action, everyMs) {
  const timer = setInterval(action, everyMs);
  return () => clearInterval(timer);
}

async function microphoneAllowed() {
  return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted';
}

/**
 * Put a text on the clipboard. `navigator.clipboard` needs a document with the focus, which an
 * offscreen one never has. `execCommand('copy')` does not, but copies only what is selected.
 * https://developer.chrome.com/docs/extensions/reference/api/offscreen
 * @param {string} text
 * @returns {boolean} whether that succeeded
 */
function copy(text) {
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  return copied;
}
