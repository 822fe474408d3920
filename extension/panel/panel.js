/** All that was said in the tab in front, to be read back, searched, corrected, saved. */
import { databasesFor, openStorage } from '../shared/browser_storage.js';
import { handle } from '../shared/handlers.js';
import { settingsFor } from '../shared/settings.js';
import { SettingsStore } from '../shared/settings_store.js';
import { SoundWatch } from '../shared/state_words.js';
import { SWEARWORDS } from '../shared/swearwords.js';
import { makeFilter } from '../shared/text_filters.js';
import { Archive } from '../transcript/archive.js';
import { applyChanges } from '../transcript/changes.js';
import { edited } from '../transcript/edits.js';
import { Exporter } from '../ui/exporter.js';
import { forgetOld } from '../ui/keeping.js';
import { ask, byId, localise, text, WorkerLine } from '../ui/page.js';
import { RetranslateButton } from '../ui/retranslate.js';
import { stateText } from '../ui/state.js';
import { TranscriptTools } from '../ui/transcript_tools.js';
import { TranscriptView } from '../ui/transcript_view.js';
import { Announcer, LiveDraft } from './live.js';
import { Remembering } from './remembering.js';
import { openHistory, Saving } from './saving.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/** @type {number | null} */
let tabId = null;
/** @type {CaptureState[]} */
let captures = [];
let ear = new SoundWatch();
/** @type {import('../shared/state_words.js').Sound} */
let sound = 'heard';
/** @type {(words: string) => string} */
let filter = (words) => words;

localise();
const { id: windowId, incognito } = await chrome.windows.getCurrent();
const storage = openStorage(chrome.storage, { incognito });
const store = new SettingsStore(storage);
const retranslate = new RetranslateButton(/** @type {HTMLButtonElement} */ (byId('retranslate')));
const live = new LiveDraft();
const announcer = new Announcer(byId('announcer'));
const view = new TranscriptView(byId('lines'), {
  seek: (media, at) => {
    if (tabId !== null) void ask({ type: 'seek', tabId, media, at });
  },
  edit,
  changed: () => showAround(),
  remember: () => (captureInFront() ? rememberer : null),
});
const line = new WorkerLine({ meter: true, transcript: true }, receive);
const exporter = new Exporter(line);
const tools = new TranscriptTools(byId('tools'), { view, exporter, storage, filter: () => filter });
const databases = databasesFor({ incognito });
const saving = databases && offerSaving(databases);
const remembering = new Remembering({
  watch: (wants) => line.watch(wants),
  ask: (speaker, name) => {
    if (tabId !== null) void ask({ type: 'remember', tabId, speaker, name });
  },
  say: (key, ...details) => tools.say(key, ...details),
  schedule: (action, delayMs) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
});
/** Of a private window nobody is remembered. */
const rememberer = incognito
  ? null
  : (/** @type {string} */ speaker, /** @type {string} */ name) =>
      remembering.remember(speaker, name);

/** @type {import('../shared/handlers.js').Handlers<ViewMessage>} */
const handlers = {
  captures: (message) => {
    captures = message.captures;
    if (!captureInFront()) live.clear();
    showState();
  },
  levels: ({ levels }) => {
    const level = levels.find((candidate) => candidate.tabId === tabId)?.level ?? 0;
    sound = ear.hear(level, captureInFront()?.halted ?? null, performance.now());
    showState();
  },
  session: ({ tabId: of, message }) => {
    if (of === tabId && live.receive(message)) view.show(view.transcript, live.line);
  },
  transcript: ({ tabId: of, transcript }) => {
    if (of === tabId) show(transcript);
  },
  'transcript-changes': ({ tabId: of, changes }) => {
    if (of !== tabId || !view.transcript) return;
    show(applyChanges(view.transcript, changes));
    announcer.tell(changes.entries, filter);
  },
  playhead: ({ tabId: of, ...place }) => {
    if (of === tabId) view.setPlayhead(place);
  },
  'from-host': (message) => {
    exporter.receive(message);
    remembering.receive(message);
  },
  who: ({ tabId: of, line: id, speaker }) => {
    if (of === tabId) view.nameSpeaker(`${captureInFront()?.session} ${id}`, speaker);
  },
  unsaved: ({ id }) => {
    if (id === view.transcript?.id) saving?.complain();
  },
};

await tools.restore();
await applySettings();
store.onChange(() => void applySettings());
await follow();
chrome.tabs.onActivated.addListener((activated) => {
  if (activated.windowId === windowId) void follow();
});
byId('stop').addEventListener('click', () => {
  if (tabId !== null) void ask({ type: 'stop', tabId });
});
byId('back').addEventListener('click', () => view.follow());

/** Show the tab in front. */
async function follow() {
  const [tab] = await chrome.tabs.query({ active: true, windowId });
  tabId = tab?.id ?? null;
  ear = new SoundWatch();
  sound = 'heard';
  live.clear();
  view.setPlayhead(null);
  show(null);
  showState();
  line.watch({ tabId });
}

/** @param {ViewMessage} message */
function receive(message) {
  handle(handlers, message);
}

/** @param {Transcript | null} transcript */
function show(transcript) {
  if (transcript?.id !== view.transcript?.id) announcer.clear();
  view.show(transcript, live.line);
  void saving?.update();
}

/** @param {import('../shared/messages.js').TranscriptEdit} edit */
function edit(edit) {
  const { transcript } = view;
  if (tabId === null || !transcript) return;
  if (captureInFront()) return void ask({ type: 'edit', tabId, edit });
  // Nobody else has it any more.
  const changed = edited(transcript, edit);
  show(changed);
  const media = transcript.sources.flatMap(({ key }) => key ?? []);
  void ask({ type: 'edit-kept', tabId, media, edit });
  void saving?.rewrite(transcript, changed);
}

/** @param {IDBFactory} databases */
function offerSaving(databases) {
  const button = tools.add(text('history_keep'), () => made.press());
  const archive = new Archive(databases, Date.now);
  void forgetOld(storage, archive);
  const made = new Saving(button, {
    archive,
    transcript: () => view.transcript,
    say: (key) => tools.say(key),
  });
  tools.add(text('history_title'), () => void openHistory()).removeAttribute('aria-haspopup');
  return made;
}

function showState() {
  const capture = captureInFront();
  byId('stop').hidden = !capture;
  retranslate.show(capture);
  const state = capture ? stateText(capture.phase, sound) : text('panel_off');
  const more = [
    capture?.microphone === 'on' ? text('microphone_on') : '',
    capture?.pageNames === false ? text('panel_no_names') : '',
  ];
  const words = [state, ...more.filter((each) => each !== '')].join(' · ');
  if (byId('state').textContent !== words) byId('state').textContent = words;
}

/** What is beside the lines says what the view does. */
function showAround() {
  tools.update();
  byId('empty').hidden = view.rows.length > 0;
  const back = byId('back');
  back.hidden = view.following || view.rows.length === 0;
  const words = view.unseen > 0 ? newLines(view.unseen) : text('panel_follow');
  if (back.textContent !== words) back.textContent = words;
}

/** @param {number} count */
function newLines(count) {
  return count === 1 ? text('panel_new_line') : text('panel_new_lines', count);
}

/** @returns {CaptureState | null} */
function captureInFront() {
  return captures.find((capture) => capture.tabId === tabId) ?? null;
}

async function applySettings() {
  const settings = settingsFor(await store.load(), null);
  retranslate.reset();
  filter = makeFilter(settings.filters, SWEARWORDS);
  byId('announcer').setAttribute('aria-live', settings.liveRegion);
  view.applySettings({ filter, named: settings.speakers });
}
