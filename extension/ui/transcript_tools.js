/** What can be done with a transcript that is shown: searched, read otherwise, copied, exported. */
import { copySelections, openCopyMenu } from './copying.js';
import { openExportForm } from './export_form.js';
import { element, text } from './page.js';
import { loadReading, openReadingMenu, saveReading } from './reading.js';
import { SearchBar } from './search_bar.js';
import { speakerWords } from './speaker_words.js';

/** @typedef {import('./transcript_view.js').TranscriptView} TranscriptView */

/** What is said to the user is there for so long. */
const SAID_MS = 5000;

/**
 * @typedef {object} ToolsParts
 * @property {TranscriptView} view
 * @property {import('./exporter.js').Exporter} exporter
 * @property {import('../shared/browser_storage.js').Storage} storage
 * @property {() => (text: string) => string} filter that holds now
 */

/** Makes its controls, and says what they did. */
export class TranscriptTools {
  #parts;
  #search;
  #said = element('p', { className: 'said-once', role: 'status' });
  #actions = element('div', { className: 'actions' });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /**
   * @param {HTMLElement} place for them
   * @param {ToolsParts} parts
   */
  constructor(place, parts) {
    this.#parts = parts;
    const { view } = parts;
    const bar = element('div', { className: 'search', role: 'search' });
    this.#search = new SearchBar(bar, view);
    this.add(text('panel_view'), (button) => this.#openReading(button));
    this.add(text('panel_copy'), (button) =>
      openCopyMenu(button, view, (key, ...details) => this.say(key, ...details)),
    );
    this.add(text('panel_export'), (button) => this.#openExport(button)).ariaHasPopup = 'dialog';
    place.append(bar, this.#actions);
    document.body.append(this.#said);
    copySelections(view);
  }

  /** Read as the user did last. */
  async restore() {
    this.#parts.view.applyReading(await loadReading(this.#parts.storage));
  }

  /**
   * @param {string} words
   * @param {string | null} key of the line from which on; null: from where the reader is
   */
  lookFor(words, key) {
    this.#search.lookFor(words, key);
  }

  /** The view shows other rows. */
  update() {
    this.#search.update();
  }

  /**
   * @param {string} label
   * @param {(button: HTMLButtonElement) => void} open
   * @returns {HTMLButtonElement} one more
   */
  add(label, open) {
    const button = element('button', { type: 'button' }, label);
    button.ariaHasPopup = 'true';
    button.ariaExpanded = 'false';
    button.addEventListener('click', () => open(button));
    this.#actions.append(button);
    return button;
  }

  /**
   * @param {string} key of what was done
   * @param {...(string | number)} details
   */
  say(key, ...details) {
    clearTimeout(this.#silence);
    this.#said.textContent = text(key, ...details);
    this.#silence = setTimeout(() => (this.#said.textContent = ''), SAID_MS);
  }

  /** @param {HTMLButtonElement} button */
  #openReading(button) {
    const { storage, view } = this.#parts;
    openReadingMenu(button, view.reading, (reading) => {
      view.applyReading(reading);
      void saveReading(storage, reading);
    });
  }

  /** @param {HTMLButtonElement} button */
  #openExport(button) {
    const { exporter, filter, view } = this.#parts;
    const { transcript } = view;
    if (!transcript || transcript.entries.length === 0) return this.say('panel_nothing_yet');
    const look = { filter: filter(), words: speakerWords() };
    openExportForm(button, { transcript, look }, exporter);
  }
}
