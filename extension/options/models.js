/** The models on this machine: download, cancel, remove. And what runs them. */
import { byId, element, text } from '../ui/page.js';
import { megabytes, translatorUse } from '../ui/translation_words.js';
import { BACKENDS } from './fields.js';

/** @typedef {import('../shared/protocol.js').CatalogModel} CatalogModel */
/** @typedef {import('../shared/protocol.js').Backend} Backend */
/** @typedef {import('../shared/protocol.js').Progress} Progress */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/**
 * @param {readonly CatalogModel[]} models
 * @param {(message: ToHost) => void} tellHost
 */
export function showModels(models, tellHost) {
  const held = document.activeElement?.closest('#models li')?.id;
  byId('models').replaceChildren(...models.map((model) => modelItem(model, tellHost)));
  if (held !== undefined) goToModel(held);
}

/** @param {string} id of an item; of anything else nothing comes */
export function goToModel(id) {
  /** @type {HTMLElement | null} */ (
    document.querySelector(`#models #${CSS.escape(id)} button`)
  )?.focus();
}

/** @param {readonly Backend[]} backends */
export function showBackends(backends) {
  byId('backends').replaceChildren(...backends.map(backendItem));
}

/** @param {Backend} backend */
function backendItem({ name, usable, devices, problem }) {
  const words = element('div', {}, element('strong', { textContent: BACKENDS[name] }));
  if (usable) {
    const facts = element('p', { className: 'small soft', textContent: devices.join(' · ') });
    words.append(facts);
  }
  if (problem) words.append(problemWords(problem));
  const label = text(usable ? 'backend_usable' : 'backend_unusable');
  return element('li', {}, words, element('span', { className: 'small', textContent: label }));
}

/** @param {{ message: string, hint: string }} problem */
function problemWords({ message, hint }) {
  return element('p', { className: 'small bad', textContent: `${message} ${hint}`.trim() });
}

/** @param {Progress} progress */
export function showProgress({ model, done_bytes: done, total_bytes: total }) {
  const bar = /** @type {HTMLProgressElement | null} */ (
    document.querySelector(`progress[data-model="${CSS.escape(model)}"]`)
  );
  if (bar) Object.assign(bar, { max: total, value: done });
}

/**
 * @param {CatalogModel} model
 * @param {(message: ToHost) => void} tellHost
 */
function modelItem(model, tellHost) {
  const { name, licence, size_bytes: size, state, problem } = model;
  const facts = [megabytes(size), useOf(model), licence].join(' · ');
  const words = element('div', {}, element('strong', { textContent: name }));
  words.append(element('p', { className: 'small soft', textContent: facts }));
  const terms = model.translation?.terms;
  if (terms) words.append(element('p', { className: 'small warn', textContent: terms }));
  if (problem) words.append(problemWords(problem));
  if (state === 'downloading') {
    const bar = element('progress', { ariaLabel: text('model_downloading', name) });
    bar.dataset.model = name;
    words.append(bar);
  }
  const label = element('span', { className: 'small', textContent: text(`model_${state}`) });
  return element('li', { id: `model-${name}` }, words, label, actionFor(model, tellHost));
}

/** @param {CatalogModel} model */
function useOf(model) {
  const { kind, languages } = model;
  if (kind === 'speakers') return text('model_speakers');
  if (kind === 'translator') return text('model_translator', translatorUse(model));
  return languages.length === 1 ? text('model_english') : text('model_languages', languages.length);
}

/**
 * @param {CatalogModel} model
 * @param {(message: ToHost) => void} tellHost
 */
function actionFor({ name, state }, tellHost) {
  const type = ACTIONS[state];
  const button = element('button', { type: 'button', textContent: text(`model_${type}`) });
  button.ariaLabel = `${button.textContent}: ${name}`;
  button.addEventListener('click', () => tellHost({ type, model: name }));
  return button;
}

/** @type {Record<CatalogModel['state'], 'download' | 'cancel' | 'remove'>} */
const ACTIONS = {
  absent: 'download',
  damaged: 'download',
  downloading: 'cancel',
  installed: 'remove',
};
