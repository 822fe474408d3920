/** The plain controls of the options page, made from the table of fields. */
import { LANGUAGES, languageName, namedLanguages } from '../shared/languages.js';
import { BROWSER, DEFAULTS, SETTINGS, WHISPER } from '../shared/settings.js';
import { element, LOCALE, number, text } from '../ui/page.js';
import { BrowserTranslator } from '../translation/browser_translator.js';
import { BACKENDS, DIARIZERS, choiceKey, nameKey, valueAt } from './fields.js';

/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('../shared/protocol.js').HostHello} HostHello */
/** @typedef {import('../shared/settings.js').Settings} Settings */

/** Those that have names of the user's language. @type {Record<string, string>} */
const TRANSLATORS = { [WHISPER]: 'translator_whisper', [BROWSER]: 'translator_browser' };

/**
 * One control on the page.
 * @typedef {object} Row
 * @property {HTMLElement} root
 * @property {(settings: Settings, hello: HostHello | null) => void} show
 */

/**
 * @param {Field} field
 * @param {(path: string, value: unknown) => void} change
 * @param {Control} [control] another one than the usual for its kind
 * @returns {Row}
 */
export function makeRow(field, change, control = controlOf(field, change)) {
  const { path } = field;
  control.input.id = path;
  const label = element('label', { htmlFor: path, textContent: text(nameKey(path)) });
  const standard = element('span', { className: 'small soft', id: `${path}-default` });
  const notes = [standard];
  if (field.hint) {
    const textContent = text(field.hint);
    notes.push(element('p', { className: 'small soft hint', id: `${path}-hint`, textContent }));
  }
  control.input.setAttribute('aria-describedby', notes.map(({ id }) => id).join(' '));
  const reset = element('button', { type: 'button', className: 'reset', textContent: '↺' });
  reset.ariaLabel = text('options_reset_field', text(nameKey(path)));
  reset.addEventListener('click', () => {
    change(path, valueAt(DEFAULTS, path));
    control.input.focus();
  });
  const value = element('div', { className: 'value' }, ...control.parts, reset);
  const root = element('div', { className: 'field' }, label, value, ...notes);
  return {
    root,
    show: (settings, hello) => {
      const now = valueAt(settings, path);
      const usual = valueAt(DEFAULTS, path);
      control.show(now, hello);
      standard.textContent = text('options_default', wordsFor(field, usual));
      reset.classList.toggle('needed', now !== usual);
      reset.disabled = now === usual;
    },
  };
}

/**
 * @typedef {object} Control
 * @property {HTMLInputElement | HTMLSelectElement} input
 * @property {HTMLElement[]} parts
 * @property {(value: any, hello: HostHello | null) => void} show
 */

/**
 * @param {Field} field
 * @param {(path: string, value: unknown) => void} change
 */
function controlOf(field, change) {
  return makeControl(field, (value) => change(field.path, value));
}

/**
 * @param {Field} field
 * @param {(value: unknown) => void} change
 * @returns {Control}
 */
function makeControl(field, change) {
  if (field.kind === 'range') return rangeControl(field, change);
  if (field.kind === 'color') return colorControl(change);
  if (field.kind === 'switch') return switchControl(change);
  if (field.kind === 'heads') return headsControl(change);
  return selectControl(field, change);
}

/**
 * @param {Field} field
 * @param {(value: unknown) => void} change
 * @returns {Control}
 */
function selectControl(field, change) {
  const input = element('select');
  input.addEventListener('change', () => change(input.value || null));
  return {
    input,
    parts: [input],
    show: (value, hello) => {
      const values = offered(field, hello);
      if (value !== null && !values.includes(value)) values.push(value);
      const options = values.map((code) => new Option(wordsFor(field, code), code ?? ''));
      input.replaceChildren(...options);
      input.value = value ?? '';
    },
  };
}

/**
 * @param {Field} field
 * @param {HostHello | null} hello
 * @returns {(string | null)[]} what can be chosen now
 */
function offered({ kind, choices = [] }, hello) {
  const translators = hello?.translators ?? [];
  switch (kind) {
    case 'language':
      return [null, ...inOrder(LANGUAGES)];
    case 'translator':
      return [null, ...ofBrowser(), WHISPER, ...translators.map(({ name }) => name)];
    case 'model':
      return [null, ...(hello?.models.map(({ name }) => name) ?? [])];
    case 'backend':
      return [null, ...Object.keys(BACKENDS)];
    case 'diarizer':
      return [null, ...Object.keys(DIARIZERS)];
    default:
      return [...choices];
  }
}

/** @returns {string[]} */
function ofBrowser() {
  return new BrowserTranslator().exists ? [BROWSER] : [];
}

/** @param {readonly string[]} codes */
function inOrder(codes) {
  return namedLanguages(codes, LOCALE).map(({ code }) => code);
}

/**
 * @param {Field} field
 * @param {any} value that it can hold
 * @returns {string}
 */
export function wordsFor(field, value) {
  const { kind, path } = field;
  if (value === null) return wordsForNothing(kind);
  switch (kind) {
    case 'range':
      return rangeWords(field, value);
    case 'switch':
      return text(value ? 'on' : 'off');
    case 'choice':
      return text(choiceKey(path, value));
    case 'language':
    case 'target':
      return languageName(value, LOCALE);
    case 'backend':
      return BACKENDS[/** @type {keyof typeof BACKENDS} */ (value)];
    case 'diarizer':
      return DIARIZERS[/** @type {keyof typeof DIARIZERS} */ (value)];
    case 'translator':
      return TRANSLATORS[value] ? text(TRANSLATORS[value]) : value;
    default:
      return value;
  }
}

/** @param {Field['kind']} kind */
function wordsForNothing(kind) {
  if (kind === 'language') return text('language_detect');
  if (kind === 'heads') return text('heads_own');
  return text(kind === 'target' ? 'translate_off' : 'automatic');
}

/**
 * @param {Field} field
 * @param {number} value
 */
function rangeWords({ range, zero }, value) {
  const unit = range?.unit;
  if (zero && value === 0) return text(zero);
  if (unit === 'percent') return number(value, { style: 'percent' });
  return unit === 'px' ? `${number(value)} px` : number(value);
}

/**
 * @param {Field} field
 * @param {(value: unknown) => void} change
 * @returns {Control}
 */
function rangeControl(field, change) {
  const { minimum, maximum, step } = field.range ?? { minimum: 0, maximum: 1, step: 1 };
  const input = element('input', { type: 'range' });
  // In this order: a value outside of the limits of the moment would be moved.
  Object.assign(input, { min: String(minimum), max: String(maximum), step: String(step) });
  const output = element('output');
  input.addEventListener('input', () => {
    output.textContent = wordsFor(field, Number(input.value));
    change(Number(input.value));
  });
  return {
    input,
    parts: [input, output],
    show: (value) => {
      input.value = String(value);
      output.textContent = wordsFor(field, value);
    },
  };
}

/**
 * @param {(value: unknown) => void} change
 * @returns {Control}
 */
function colorControl(change) {
  const input = element('input', { type: 'color' });
  input.addEventListener('input', () => change(input.value));
  return { input, parts: [input], show: (value) => void (input.value = value) };
}

/**
 * @param {(value: unknown) => void} change
 * @returns {Control}
 */
function switchControl(change) {
  const input = element('input', { type: 'checkbox' });
  input.addEventListener('change', () => change(input.checked));
  return {
    input,
    parts: [input],
    show: (value) => void (input.checked = value),
  };
}

/**
 * @param {(value: unknown) => void} change
 * @returns {Control}
 */
function headsControl(change) {
  const { pattern, maxLength } = SETTINGS.alignmentHeads;
  const input = element('input', { type: 'text', pattern, placeholder: '3.1,4.2' });
  Object.assign(input, { maxLength, spellcheck: false });
  input.addEventListener('change', () => {
    input.value = input.value.replaceAll(' ', '');
    if (input.reportValidity()) change(input.value || null);
  });
  return {
    input,
    parts: [input],
    show: (value) => {
      if (document.activeElement !== input) input.value = value ?? '';
    },
  };
}
