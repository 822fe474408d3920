/** The choices by which a transcript becomes a file. */
import { exportableSources, exportLines, FORMATS } from '../transcript/export.js';
import { saveFile } from './exporter.js';
import { element, text } from './page.js';
import { openBeside, place } from './popover.js';
import { problemWords } from './problem_words.js';

/** @typedef {import('../transcript/export.js').Content} Content */
/** @typedef {import('../transcript/export.js').Format} Format */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/**
 * @typedef {object} Exportable
 * @property {Transcript} transcript
 * @property {Pick<import('../transcript/rows.js').Look, 'filter' | 'words'>} look
 */

/** What was chosen last is chosen again. */
const chosen = { content: /** @type {Content} */ ('original') };

/** @type {Record<Format, () => string>} */
const NAMES = {
  srt: () => text('export_srt'),
  vtt: () => text('export_vtt'),
  txt: () => text('export_txt'),
  md: () => text('export_md'),
  json: () => text('export_json'),
  csv: () => text('export_csv'),
};

/**
 * Open it at a button.
 * @param {HTMLElement} button
 * @param {Exportable} exportable
 * @param {import('./exporter.js').Exporter} exporter
 */
export function openExportForm(button, { transcript, look }, exporter) {
  const form = element('div', { className: 'export', ariaLabel: text('panel_export') });
  form.role = 'dialog';
  const close = openBeside(button, form);
  const source = sourceField(transcript);
  const isAsked = source.length > 1;
  const content = contentField(transcript);
  const state = element('div', { className: 'small', role: 'status' });
  const make = async (/** @type {Format} */ format) => {
    const media = JSON.parse(source.value || 'null');
    state.textContent = text('export_making');
    const made = await exporter.make(
      headOf(transcript, media, format, contentOf(content)),
      exportLines(transcript, media, look),
    );
    if ('code' in made) {
      state.replaceChildren(...problemWords(made));
      return place(form, button);
    }
    saveFile(made);
    close();
    button.focus();
  };
  form.append(
    ...(isAsked ? [labelled(text('export_source'), source)] : []),
    ...(content ? [labelled(text('export_content'), content)] : []),
    formatButtons((format) => void make(format)),
    state,
  );
  place(form, button);
  /** @type {HTMLElement | null} */ (form.querySelector('select, button'))?.focus();
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media
 * @param {Format} format
 * @param {Content} content
 */
function headOf({ sources, title, language }, media, format, content) {
  const source = sources.find(({ key }) => key === media);
  return { format, content, title: (source?.title || title).slice(0, 1000), language };
}

/** @param {HTMLSelectElement | null} content @returns {Content} */
function contentOf(content) {
  if (!content) return 'original';
  chosen.content = /** @type {Content} */ (content.value);
  return chosen.content;
}

/** @param {Transcript} transcript @returns {HTMLSelectElement} of which one is exported */
function sourceField(transcript) {
  const sources = exportableSources(transcript);
  const field = element('select');
  for (const { key, title } of sources) {
    const label = title || (key === null ? text('panel_other_sound') : transcript.title);
    field.append(element('option', { value: JSON.stringify(key), textContent: label }));
  }
  return field;
}

/** @param {Transcript} transcript @returns {HTMLSelectElement | null} null: there is one language */
function contentField({ entries }) {
  if (!entries.some(({ translation }) => translation)) return null;
  const field = element('select');
  /** @type {[Content, string][]} */
  const contents = [
    ['original', text('export_original')],
    ['translation', text('export_translation')],
    ['both', text('export_both')],
  ];
  for (const [value, label] of contents) {
    field.append(element('option', { value, textContent: label }));
  }
  field.value = chosen.content;
  return field;
}

/** @param {(format: Format) => void} choose */
function formatButtons(choose) {
  const group = element('div', { className: 'formats', role: 'group' });
  group.ariaLabel = text('export_format');
  for (const format of FORMATS) {
    const button = element('button', { type: 'button' }, NAMES[format]());
    button.dataset.format = format;
    button.addEventListener('click', () => choose(format));
    group.append(button);
  }
  return group;
}

/**
 * @param {string} words
 * @param {HTMLSelectElement} field
 */
function labelled(words, field) {
  return element('label', {}, element('span', { className: 'small soft' }, words), field);
}
