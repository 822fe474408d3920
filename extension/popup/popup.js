/** Steers the captions of one tab while they run. */
import { openStorage } from '../shared/browser_storage.js';
import { LANGUAGES, languageName, namedLanguages } from '../shared/languages.js';
import { settingsFor } from '../shared/settings.js';
import {
  changeFor,
  hasOwnSettings,
  resized,
  siteOf,
  withRule,
} from '../shared/settings_changes.js';
import { SettingsStore } from '../shared/settings_store.js';
import { SoundWatch } from '../shared/state_words.js';
import {
  ask,
  byId,
  element,
  LOCALE,
  localise,
  number,
  text,
  WorkerLine,
  writeEntries,
} from '../ui/page.js';
import { RetranslateButton } from '../ui/retranslate.js';
import { stateText } from '../ui/state.js';
import { PopupExport } from './export.js';
import { showMicrophone, steerMicrophone } from './microphone.js';
import { showRemote } from './remote.js';
import { showStep } from './step.js';
import { TranslationPart } from './translation.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Level} Level */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../shared/protocol.js').HostHello} HostHello */
/** @typedef {import('../shared/settings.js').SiteOverrides} SiteOverrides */

const query = new URLSearchParams(location.search);
const tabId = Number(query.get('tab'));
const ear = new SoundWatch();
const retranslate = new RetranslateButton(/** @type {HTMLButtonElement} */ (byId('retranslate')));
const language = select('language');
const model = select('model');
const speak = /** @type {HTMLInputElement} */ (byId('speak'));
const speakers = /** @type {HTMLInputElement} */ (byId('speakers'));
const step = /** @type {HTMLInputElement} */ (byId('step'));
const siteOnly = /** @type {HTMLInputElement} */ (byId('site-only'));

/** @type {CaptureState | null} */
let capture = null;
/** @type {HostHello | null} */
let hello = null;
/** @type {import('../shared/state_words.js').Sound} */
let sound = 'heard';

localise();
byId('hampered').hidden = !query.has('hampered');
const tab = await chrome.tabs.get(tabId);
const store = new SettingsStore(openStorage(chrome.storage, { incognito: tab.incognito }));
const site = siteOf(tab.url);
const translation = new TranslationPart({
  change: (changes) => {
    if (changes.translateTo !== undefined) retranslate.reset();
    void change(changes);
  },
  rule: (language, translate) => void rule(language, translate),
  tellHost: (message) => line.tellHost(message),
});
listen();
await Promise.all([showSettings(), showKey()]);
store.onChange(() => void showSettings());
const line = new WorkerLine({ meter: true, host: true }, receive);
const exports = new PopupExport({
  tabId,
  line,
  filters: async () => settingsFor(await store.load(), site).filters,
});
byId('stop').focus();

/** @param {ViewMessage} message */
function receive(message) {
  exports.receive(message);
  if (message.type === 'captures') showCaptures(message.captures);
  else if (message.type === 'levels') showLevel(message.levels);
  else if (message.type === 'from-host') {
    translation.receive(message.message);
    retranslate.show(translation.lacking ? null : capture);
    if (message.message.type !== 'hello') return;
    hello = message.message;
    void showSettings();
  }
}

/** @param {CaptureState[]} captures */
function showCaptures(captures) {
  const before = capture;
  capture = captures.find((candidate) => candidate.tabId === tabId) ?? null;
  if (!capture) return void leave(before === null);
  showState();
  translation.showCapture(capture);
  retranslate.show(translation.lacking ? null : capture);
  if (capture.language !== before?.language || capture.model !== before.model) void showSettings();
  void showOthers(captures.filter((other) => other.tabId !== tabId));
}

/** @param {boolean} atOnce the button was stale: the click meant to start captions */
async function leave(atOnce) {
  if (atOnce) await ask({ type: 'start', tabId, panel: false });
  window.close();
}

function showState() {
  if (!capture) return;
  const words = stateText(capture.phase, sound);
  // The element is a live region: what has not changed must not be said again.
  if (byId('state').textContent !== words) byId('state').textContent = words;
  showModelState(capture);
  byId('light').classList.toggle('busy', sound !== 'heard' || capture.phase.name !== 'listening');
  showMicrophone(capture.microphone);
  showStep(capture.step);
  showRemote(capture.remote);
}

/** @param {CaptureState} capture */
function showModelState({ model, smallerModel, modelProblem }) {
  byId('offer').hidden = smallerModel === null;
  byId('offer-text').textContent = text('popup_too_slow', model ?? '');
  byId('offer-take').textContent = text('popup_use_model', smallerModel ?? '');
  byId('model-problem').hidden = modelProblem === null;
  byId('model-problem').textContent = modelProblem ? explained(modelProblem, model ?? '') : '';
}

/**
 * @param {import('../shared/messages.js').Problem} problem
 * @param {string} model in use
 */
function explained({ code, message, hint }, model) {
  if (code === 'model_too_slow') return text('notice_smaller_taken', model);
  return `${message} ${hint}`;
}

/** @param {Level[]} levels */
function showLevel(levels) {
  const level = levels.find((candidate) => candidate.tabId === tabId)?.level ?? 0;
  sound = ear.hear(level, capture?.halted ?? null, performance.now());
  byId('meter').style.setProperty('--level', String(level));
  showState();
}

async function showSettings() {
  const settings = await store.load();
  const here = settingsFor(settings, site);
  fill(language, [['', automatic()], ...pairs(LANGUAGES)], here.language);
  translation.showSettings(here, site !== null);
  speak.checked = here.speakTranslations;
  const models = hello?.models.map(({ name }) => name) ?? [];
  fill(model, [['', automaticModel(here.model)], ...models.map(twice)], here.model);
  for (const radio of document.querySelectorAll('[name=mode]')) {
    const input = /** @type {HTMLInputElement} */ (radio);
    input.checked = input.value === here.mode;
  }
  speakers.checked = here.speakers;
  step.checked = here.inStep;
  byId('speakers-missing').hidden = !here.speakers || hello?.speakers !== false;
  byId('size').textContent = `${number(here.appearance.fontSize)} px`;
  byId('site').hidden = site === null;
  byId('site-text').textContent = text('popup_site_only', site ?? '');
  siteOnly.checked = hasOwnSettings(settings, site);
}

function automatic() {
  if (!capture?.language) return text('language_detect');
  return text('language_detected', languageName(capture.language, LOCALE));
}

/** @param {string | null} chosen */
function automaticModel(chosen) {
  // Which one would be taken instead of the chosen one only the host knows.
  return capture?.model && chosen === null
    ? text('model_automatic_is', capture.model)
    : text('automatic');
}

async function showKey() {
  const commands = await chrome.commands.getAll();
  const shortcut = commands.find(({ name }) => name === 'toggle')?.shortcut ?? '';
  byId('key').textContent = shortcut;
  byId('key').hidden = shortcut === '';
}

/** @param {CaptureState[]} others */
async function showOthers(others) {
  const tabs = await Promise.all(others.map((other) => chrome.tabs.get(other.tabId)));
  byId('others').hidden = tabs.length === 0;
  const facts = tabs.map(({ id, windowId, title }) => ({
    id: Number(id),
    windowId,
    title: title ?? text('popup_untitled'),
  }));
  writeEntries(byId('tabs'), facts, tabItem);
}

/** @param {{ id: number, windowId: number, title: string }} other */
function tabItem({ id, windowId, title }) {
  const go = element('button', { type: 'button', className: 'go', textContent: title });
  go.addEventListener('click', async () => {
    await chrome.tabs.update(id, { active: true });
    await chrome.windows.update(windowId, { focused: true });
  });
  const stop = element('button', { type: 'button', textContent: text('popup_stop_short') });
  stop.ariaLabel = text('popup_stop_tab', title);
  stop.addEventListener('click', () => ask({ type: 'stop', tabId: id }));
  return element('li', {}, go, stop);
}

function listen() {
  byId('stop').addEventListener('click', async () => {
    await ask({ type: 'stop', tabId });
    window.close();
  });
  language.addEventListener('change', () => change({ language: language.value || null }));
  model.addEventListener('change', () => change({ model: model.value || null }));
  speak.addEventListener('change', () => void saveSpeaking());
  byId('offer-take').addEventListener('click', () => {
    if (capture?.smallerModel) return change({ model: capture.smallerModel });
  });
  for (const radio of document.querySelectorAll('[name=mode]')) {
    const { value } = /** @type {HTMLInputElement} */ (radio);
    radio.addEventListener('change', () =>
      change({ mode: value === 'reading' ? 'reading' : 'fast' }),
    );
  }
  speakers.addEventListener('change', () => change({ speakers: speakers.checked }));
  step.addEventListener('change', () => change({ inStep: step.checked }));
  byId('speakers-get').addEventListener('click', async () => {
    await chrome.tabs.create({ url: 'options/options.html#model-speakers' });
    window.close();
  });
  byId('bigger').addEventListener('click', () => resize(1));
  byId('smaller').addEventListener('click', () => resize(-1));
  siteOnly.addEventListener('change', ruleSite);
  steerMicrophone(tabId, (on) => void ruleMicrophone(on));
  byId('options').addEventListener('click', () => chrome.runtime.openOptionsPage());
  byId('panel').addEventListener('click', async () => {
    await chrome.sidePanel.open({ windowId: tab.windowId });
    window.close();
  });
}

/** @param {SiteOverrides} changes */
async function change(changes) {
  await store.save(changeFor(await store.load(), site, changes));
}

/** @param {1 | -1} direction */
async function resize(direction) {
  const { appearance } = settingsFor(await store.load(), site);
  await change({ appearance: resized(appearance, direction) });
}

/**
 * On a site with a rule, its captions begin with the microphone as it was left; elsewhere the
 * switch holds for these captions only.
 * @param {boolean} on
 */
async function ruleMicrophone(on) {
  const settings = await store.load();
  const rule = site === null ? undefined : settings.sites[site];
  if (!rule) return;
  rule.microphone = on;
  await store.save(settings);
}

/** For all sites: whoever wants a voice wants it everywhere. */
async function saveSpeaking() {
  await store.save({ ...(await store.load()), speakTranslations: speak.checked });
}

/**
 * @param {string} code of a language that is spoken on this site
 * @param {'always' | 'never' | null} translate
 */
async function rule(code, translate) {
  if (site !== null) await store.save(withRule(await store.load(), site, code, translate));
}

/** Give the site a rule with what holds now, or take its rule away. */
async function ruleSite() {
  if (site === null) return;
  const settings = await store.load();
  if (siteOnly.checked) {
    const { language, translateTo, translator, model, mode, speakers, appearance } = settings;
    const { inStep } = settings;
    const speech = { language, translateTo, translator, model, speakers, inStep };
    const own = { ...speech, mode, appearance: { fontSize: appearance.fontSize } };
    settings.sites[site] = { ...settings.sites[site], ...own };
  } else {
    const { languageRules } = settings.sites[site] ?? {};
    if (languageRules) settings.sites[site] = { languageRules };
    else delete settings.sites[site];
  }
  await store.save(settings);
}

/**
 * @param {HTMLSelectElement} target
 * @param {(readonly [string, string])[]} choices value and text
 * @param {string | null} chosen kept also when it is not offered now
 */
function fill(target, choices, chosen) {
  const value = chosen ?? '';
  const known = choices.some(([offered]) => offered === value);
  const all = known ? choices : [...choices, twice(value)];
  writeEntries(target, all, ([offered, label]) => new Option(label, offered));
  target.value = value;
}

/** @param {readonly string[]} codes @returns {(readonly [string, string])[]} */
function pairs(codes) {
  return namedLanguages(codes, LOCALE).map(({ code, name }) => [code, name]);
}

/** @param {string} value @returns {[string, string]} */
function twice(value) {
  return [value, value];
}

/** @param {string} id */
function select(id) {
  return /** @type {HTMLSelectElement} */ (byId(id));
}
