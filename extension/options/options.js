/** The options page. Each change holds at once, in all tabs. */
import { databasesFor, openStorage } from '../shared/browser_storage.js';
import { onRemoteChange, RemoteStore } from '../shared/remote.js';
import { changeFor } from '../shared/settings_changes.js';
import { SettingsStore } from '../shared/settings_store.js';
import { Archive } from '../transcript/archive.js';
import { microphoneAllowed, openMicrophonePage } from '../ui/microphone.js';
import { ask, byId, localise, text, WorkerLine } from '../ui/page.js';
import { exportSettings, importSettings, report, say } from './backup.js';
import { changesAt, hasAdvanced, SECTIONS } from './fields.js';
import { makeRow } from './form.js';
import { defaults, listenToLists, showKeys, showLists } from './lists.js';
import { goToModel, showBackends, showModels, showProgress } from './models.js';
import { showPreview } from './preview.js';
import { RemotePart } from './remote.js';
import { listenToRules, makeTargetRow, showRules } from './translation.js';
import { showVoices } from './voices.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../shared/protocol.js').HostHealth} HostHealth */
/** @typedef {import('../shared/protocol.js').HostHello} HostHello */
/** @typedef {import('../shared/settings.js').Settings} Settings */

/** The browser's sync takes two writes a second; a slider moves faster. */
const SAVE_MS = 400;

/** A host answers at once; a click may write to the clipboard for some seconds only. */
const HEALTH_MS = 1000;

const storage = openStorage(chrome.storage, { incognito: false });
const store = new SettingsStore(storage);

/** @type {HostHello | null} */
let hello = null;
/** @type {Problem | null} */
let problem = null;
/** @type {CaptureState[]} */
let captures = [];
/** @type {ReturnType<typeof setTimeout> | null} runs while a change is not stored yet */
let saving = null;
/** The model that the page was opened for, until it is there. */
let sought = location.hash.slice(1);
/** What the host's answer goes to. */
let takeHealth = (/** @type {HostHealth} */ _) => {};
/** Whether the advanced settings were at their defaults when they were last shown. */
let usual = true;

localise();
document.title = text('options_title');
let settings = await store.load();
const remote = new RemotePart(new RemoteStore(storage.local), (message) => line.tellHost(message));
const target = makeTargetRow(change, (message) => line.tellHost(message));
const rows = Object.entries(SECTIONS).flatMap(([section, fields]) => {
  const made = fields.map((field) =>
    field.kind === 'target' ? target.row : makeRow(field, change),
  );
  byId(`fields-${section}`).append(...made.map(({ root }) => root));
  return made;
});
show();
listen();
await showDamaged();
await showKeys();
await remote.show();
const line = new WorkerLine({ host: true }, receive);
await findHost();

/**
 * @param {string} path
 * @param {unknown} value
 */
function change(path, value) {
  settings = changeFor(settings, null, changesAt(path, value));
  show();
  if (saving !== null) clearTimeout(saving);
  saving = setTimeout(() => void save(), SAVE_MS);
  if (path === 'microphone' && value === true) void permitMicrophone();
}

/** A captioned tab cannot ask for it. */
async function permitMicrophone() {
  if (!(await microphoneAllowed())) await openMicrophonePage(null);
}

async function save() {
  if (saving !== null) clearTimeout(saving);
  saving = null;
  await store.save(settings);
}

/** @param {(settings: Settings) => void} edit */
async function edit(edit) {
  edit(settings);
  show();
  await save();
}

function show() {
  for (const row of rows) row.show(settings, hello);
  showAdvanced();
  showLists(settings, edit);
  showRules(settings, edit);
  showPreview(settings);
}

/** Settings that could not be read are the user's all the same. */
async function showDamaged() {
  byId('damaged').hidden = (await store.damaged()) === null;
}

/** What is not as by default must not lie hidden; whoever has seen it may fold it up. */
function showAdvanced() {
  const changed = hasAdvanced(settings);
  if (usual && changed) /** @type {HTMLDetailsElement} */ (byId('advanced')).open = true;
  usual = !changed;
}

function listen() {
  listenToLists(edit);
  listenToRules(edit);
  store.onChange(async () => {
    const stored = await store.load();
    // What is being changed here is newer.
    if (saving !== null) return;
    settings = stored;
    show();
  });
  onRemoteChange(storage.onChanged, () => void remote.show());
  on('export', () => exportSettings(settings, 'wlk-captions.json'));
  on('import', () => byId('import-file').click());
  byId('import-file').addEventListener('change', takeFile);
  on('reset', () => confirm(text('reset_sure')) && void adopt(defaults(), 'reset_done'));
  on('erase', erase);
  on('diagnose', copyReport);
  on('shortcuts', () => void chrome.tabs.create({ url: 'chrome://extensions/shortcuts' }));
  on('find-host', () => void findHost());
  on('damaged-save', async () =>
    exportSettings(await store.damaged(), 'wlk-captions-damaged.json'),
  );
  on('damaged-discard', async () => {
    await store.discardDamaged();
    await showDamaged();
  });
}

/** @param {Event} event */
async function takeFile({ target }) {
  const input = /** @type {HTMLInputElement} */ (target);
  const file = input.files?.[0];
  if (!file) return;
  const imported = await importSettings(file);
  input.value = '';
  if (imported) await adopt(imported, 'import_done');
}

/**
 * @param {Settings} adopted
 * @param {string} key of what is said about it
 */
async function adopt(adopted, key) {
  settings = adopted;
  show();
  await save();
  say(key);
}

async function erase() {
  if (!confirm(text('erase_sure'))) return;
  if (saving !== null) clearTimeout(saving);
  saving = null;
  await store.erase();
  await new Archive(databasesFor({ incognito: false }), Date.now).eraseAll();
  line.tellHost({ type: 'forget', name: null });
  settings = await store.load();
  show();
  const left = hello === null ? text('erase_without_host') : '';
  byId('erase-state').textContent = `${text('erase_done')} ${left}`.trim();
}

async function copyReport() {
  const written = report(settings, { hello, health: await askHealth(), problem, captures });
  byId('report').textContent = written;
  byId('report').hidden = false;
  await navigator.clipboard.writeText(written);
  byId('report-state').textContent = text('report_copied');
}

/** @returns {Promise<HostHealth | null>} null where no host answers */
function askHealth() {
  if (hello === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    takeHealth = resolve;
    line.tellHost({ type: 'health' });
    setTimeout(() => resolve(null), HEALTH_MS);
  });
}

async function findHost() {
  byId('host-state').textContent = text('host_looking');
  problem = await ask({ type: 'check' });
  byId('host-state').textContent = problem
    ? text(`error_${problem.code}`) || problem.message
    : text('host_found');
  if (problem) return;
  line.watch({ host: true });
  line.tellHost({ type: 'models' });
  line.tellHost({ type: 'voices' });
}

/** @param {ViewMessage} message */
function receive(message) {
  if (message.type === 'captures') captures = message.captures;
  if (message.type !== 'from-host') return;
  const said = message.message;
  target.choice.receive(said);
  if (said.type === 'hello') {
    hello = said;
    show();
  } else if (said.type === 'models') {
    showModels(said.models, (request) => line.tellHost(request));
    showBackends(said.backends);
    if (sought !== '') goToModel(sought);
    sought = '';
  } else if (said.type === 'progress') {
    showProgress(said);
  } else if (said.type === 'probed') {
    remote.receive(said);
  } else if (said.type === 'voices') {
    showVoices(said.voices, (request) => line.tellHost(request));
  } else if (said.type === 'health') {
    takeHealth(said);
  } else if (said.type === 'error' && said.session === null) {
    byId('host-state').textContent = `${said.message} ${said.hint}`.trim();
  }
}

/**
 * @param {string} id
 * @param {() => void} action
 */
function on(id, action) {
  byId(id).addEventListener('click', action);
}
