/** What the user has saved: to be found, read, corrected, exported, erased. */
import { databasesFor, openStorage } from '../shared/browser_storage.js';
import { settingsFor } from '../shared/settings.js';
import { SettingsStore } from '../shared/settings_store.js';
import { SWEARWORDS } from '../shared/swearwords.js';
import { makeFilter } from '../shared/text_filters.js';
import { Archive } from '../transcript/archive.js';
import { changesBetween } from '../transcript/changes.js';
import { edited } from '../transcript/edits.js';
import { findIn } from '../transcript/find.js';
import { Exporter, saveFile } from '../ui/exporter.js';
import * as keeping from '../ui/keeping.js';
import { byId, localise, number, text, WorkerLine } from '../ui/page.js';
import { TranscriptTools } from '../ui/transcript_tools.js';
import { TranscriptView } from '../ui/transcript_view.js';
import { factsOf, shelfOf, titleOf } from './shelf.js';

/** @typedef {import('../transcript/archive.js').Saved} Saved */
/** @typedef {import('../transcript/find.js').Found} Found */

/** Who types quickly is searched for once. */
const SEARCH_AFTER_MS = 200;

localise();
document.title = text('history_title');
const storage = openStorage(chrome.storage, { incognito: false });
const archive = new Archive(databasesFor({ incognito: false }), Date.now);
const settings = settingsFor(await new SettingsStore(storage).load(), null);
const filter = makeFilter(settings.filters, SWEARWORDS);
const query = /** @type {HTMLInputElement} */ (byId('query'));
const retention = /** @type {HTMLSelectElement} */ (byId('retention'));
const sure = /** @type {HTMLDialogElement} */ (byId('sure'));

/** @type {Saved[]} */
let sessions = [];
/** @type {Map<string, Found> | null} */
let found = null;
/** The newest search: an older one that ends later is moot. */
let searches = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

const view = new TranscriptView(byId('lines'), {
  seek: null,
  edit: (edit) => void change(edit),
  changed: () => tools.update(),
});
const line = new WorkerLine({}, (message) => exporter.receive(message));
const exporter = new Exporter(line);
const tools = new TranscriptTools(byId('tools'), {
  view,
  exporter,
  storage,
  filter: () => filter,
});
view.applySettings({ filter, named: settings.speakers });
await tools.restore();
keeping.fillRetention(retention, await keeping.loadRetention(storage));
await keeping.forgetOld(storage, archive);
await refresh();

query.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => void search(), SEARCH_AFTER_MS);
});
retention.addEventListener('change', () => void keepFor(keeping.chosenRetention(retention)));
byId('export-all').addEventListener('click', () => void exportAll());
byId('erase-all').addEventListener('click', () => void eraseAll());
byId('close').addEventListener('click', close);

/** Show what there is now. */
async function refresh() {
  sessions = await archive.list();
  byId('none').hidden = sessions.length > 0;
  byId('keeping').hidden = sessions.length === 0;
  byId('usage').textContent = await keeping.usageText();
  await search();
}

async function search() {
  const wanted = query.value;
  const own = ++searches;
  if (wanted.trim() === '') {
    found = null;
    byId('found').textContent = '';
    return show();
  }
  /** @type {Map<string, Found>} */
  const all = new Map();
  for (const { id } of sessions) {
    const transcript = await archive.load(id);
    if (own !== searches) return;
    const here = transcript && findIn(transcript, wanted);
    if (here) all.set(id, here);
  }
  found = all;
  const count = [...all.values()].reduce((sum, here) => sum + here.count, 0);
  byId('found').textContent = text('history_found', number(count), number(all.size));
  show();
}

function show() {
  const current = view.transcript?.id ?? null;
  const listener = {
    open: (/** @type {string} */ id, /** @type {string | null} */ at) => void open(id, at),
    erase: (/** @type {Saved} */ saved) => void eraseOne(saved),
  };
  byId('sessions').replaceChildren(...shelfOf(sessions, current, found, listener));
}

/**
 * @param {string} id
 * @param {string | null} at a line
 */
async function open(id, at) {
  const transcript = await archive.load(id);
  const saved = sessions.find((session) => session.id === id);
  if (!transcript || !saved) return;
  byId('reader').hidden = false;
  byId('title').textContent = titleOf(saved);
  byId('facts').textContent = [saved.site, factsOf(saved)].filter(Boolean).join(' · ');
  view.show(transcript);
  const first = at ?? view.rows[0]?.key;
  if (first !== undefined) view.reveal(first);
  tools.lookFor(at === null ? '' : query.value, at);
  show();
  byId('reader').focus();
}

function close() {
  byId('reader').hidden = true;
  view.show(null);
  show();
  query.focus();
}

/** @param {import('../shared/messages.js').TranscriptEdit} edit */
async function change(edit) {
  const before = view.transcript;
  if (!before) return;
  const changed = edited(before, edit);
  view.show(changed);
  await archive.update(changed, changesBetween(before, changed));
}

/** @param {Saved} saved */
async function eraseOne(saved) {
  if (!(await isSure(text('history_sure_one', titleOf(saved))))) return;
  await archive.erase(saved.id);
  if (view.transcript?.id === saved.id) close();
  await refresh();
}

async function eraseAll() {
  if (!(await isSure(text('history_sure_all', number(sessions.length))))) return;
  await archive.eraseAll();
  if (view.transcript) close();
  await refresh();
}

/** @param {string} question @returns {Promise<boolean>} */
function isSure(question) {
  byId('question').textContent = question;
  sure.returnValue = 'no';
  sure.showModal();
  return new Promise((resolve) => {
    sure.addEventListener('close', () => resolve(sure.returnValue === 'yes'), { once: true });
  });
}

/** @param {number | null} days */
async function keepFor(days) {
  const limit = days === null ? -Infinity : Date.now() - days * 86_400_000;
  const old = sessions.filter(({ updated }) => updated < limit).length;
  const isMeant = old === 0 || (await isSure(text('history_sure_old', number(old))));
  if (!isMeant) return keeping.fillRetention(retention, await keeping.loadRetention(storage));
  await keeping.saveRetention(storage, days);
  await keeping.forgetOld(storage, archive);
  await refresh();
}

async function exportAll() {
  const transcripts = [];
  for (const { id } of sessions) transcripts.push(await archive.load(id));
  const kept = transcripts.flatMap((transcript) => {
    if (!transcript) return [];
    const { tabId: _, ...rest } = transcript;
    return rest;
  });
  const day = new Date().toISOString().slice(0, 10);
  saveFile({ name: `wlk-history-${day}.json`, text: JSON.stringify(kept, null, 1) });
}
