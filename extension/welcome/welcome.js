/** The first page: finds the host or says how to get it, and lets the user try captions. */
import { openStorage } from '../shared/browser_storage.js';
import { commandsFor } from '../shared/problems.js';
import { settingsFor } from '../shared/settings.js';
import { SettingsStore } from '../shared/settings_store.js';
import { commandItem } from '../ui/commands.js';
import { ask, byId, localise, text, WorkerLine } from '../ui/page.js';
import { Transcript } from '../ui/transcript.js';
import { speak, systemCanSpeak } from './voice.js';

/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */

/** The user installs the host meanwhile. The browser reads its registration at every attempt. */
const LOOK_AGAIN_MS = 2_000;

/** A voice that the tab can hear is heard by then. */
const PATIENCE_MS = 6_000;

let captioned = false;
let heard = false;
/** @type {import('../shared/protocol.js').SpokenClip} */
let clip = null;

localise();
// Pages of the extension are closed to its overlay: this one shows its captions itself.
const transcript = new Transcript(byId('captions'));
const tab = await chrome.tabs.getCurrent();
const store = new SettingsStore(openStorage(chrome.storage, { incognito: false }));
transcript.apply(settingsFor(await store.load(), null));
const commands = await chrome.commands.getAll();
const shortcut = commands.find(({ name }) => name === 'toggle')?.shortcut ?? '';
byId('how').textContent = shortcut ? text('welcome_how_key', shortcut) : text('welcome_how');
byId('speak').addEventListener('click', trySpeech);
byId('options').addEventListener('click', () => chrome.runtime.openOptionsPage());
speechSynthesis.addEventListener('voiceschanged', showTrial);
showTrial();
const line = new WorkerLine({ meter: true, host: true, tabId: tab?.id ?? null }, receive);
await findHost();

/** Look for the host until it is there. */
async function findHost() {
  if (document.visibilityState === 'visible') {
    const problem = await ask({ type: 'check' });
    byId('install').hidden = problem === null;
    byId('light').classList.toggle('busy', problem !== null);
    const words = problem ? text(`error_${problem.code}`) || problem.message : text('host_found');
    if (byId('engine').textContent !== words) byId('engine').textContent = words;
    if (!problem) return line.tellHost({ type: 'speech' });
    showRemedy(problem.code);
  }
  setTimeout(() => void findHost(), LOOK_AGAIN_MS);
}

/** @param {string} code */
function showRemedy(code) {
  if (byId('remedy').dataset.code === code) return;
  byId('remedy').dataset.code = code;
  byId('remedy').textContent = text(`remedy_${code}`);
  byId('commands').replaceChildren(...commandsFor(code, chrome.runtime.id).map(commandItem));
}

/** @param {ViewMessage} message */
function receive(message) {
  if (message.type === 'captures') {
    const before = captioned;
    captioned = message.captures.some(({ tabId }) => tabId === tab?.id);
    if (captioned !== before) showTrial();
  } else if (message.type === 'session') {
    transcript.receive(message.message);
  } else if (message.type === 'levels') {
    heard ||= message.levels.some(({ tabId, level }) => tabId === tab?.id && level > 0);
  } else if (message.type === 'from-host' && isAboutSpeech(message.message)) {
    clip = message.message.type === 'speech' ? message.message.clip : null;
    // The host is not kept for a page that only stands open.
    line.watch({ host: false });
    showTrial();
  }
}

/**
 * @param {import('../shared/protocol.js').ToExtension} message
 * @returns {boolean} whether it answers the question for a spoken clip; an error means there is none
 */
function isAboutSpeech(message) {
  return message.type === 'speech' || (message.type === 'error' && message.session === null);
}

function showTrial() {
  const voice = clip !== null || systemCanSpeak();
  byId('speak').hidden = !captioned || !voice;
  byId('captions').hidden = !captioned;
  const key = voice ? 'welcome_ready' : 'welcome_no_voice';
  byId('try').textContent = text(captioned ? key : 'welcome_first_click');
}

function trySpeech() {
  heard = false;
  byId('try').textContent = text('welcome_speaking', speak(clip));
  // The host's clip is played by the tab itself, so a late one is no reason to blame the system.
  if (clip !== null) return;
  setTimeout(() => {
    if (!heard) byId('try').textContent = text('welcome_unheard');
  }, PATIENCE_MS);
}
