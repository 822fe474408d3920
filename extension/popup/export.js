/** The popup's way to a file of what was said in its tab: the form is the side panel's. */
import { SWEARWORDS } from '../shared/swearwords.js';
import { makeFilter } from '../shared/text_filters.js';
import { openExportForm } from '../ui/export_form.js';
import { Exporter } from '../ui/exporter.js';
import { byId, text } from '../ui/page.js';
import { speakerWords } from '../ui/speaker_words.js';

/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/**
 * @typedef {object} ExportParts
 * @property {number} tabId
 * @property {import('../ui/page.js').WorkerLine} line
 * @property {() => Promise<import('../shared/settings.js').Filters>} filters that hold now
 */

/** Asks for the transcript only when the button is pressed: the popup shows none. */
export class PopupExport {
  #button = /** @type {HTMLButtonElement} */ (byId('export'));
  #isAsked = false;
  #parts;
  #exporter;

  /** @param {ExportParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#exporter = new Exporter(parts.line);
    this.#button.addEventListener('click', () => this.#ask());
  }

  /** @param {ViewMessage} message */
  receive(message) {
    this.#exporter.receive(message);
    if (message.type !== 'transcript' || !this.#isAsked) return;
    if (message.tabId !== this.#parts.tabId) return;
    this.#isAsked = false;
    this.#parts.line.watch({ tabId: null, transcript: false });
    void this.#open(message.transcript);
  }

  #ask() {
    this.#isAsked = true;
    this.#say('');
    const { line, tabId } = this.#parts;
    line.watch({ tabId, transcript: true });
  }

  /** @param {Transcript} transcript */
  async #open(transcript) {
    if (transcript.entries.length === 0) return this.#say(text('panel_nothing_yet'));
    const filter = makeFilter(await this.#parts.filters(), SWEARWORDS);
    const look = { filter, words: speakerWords() };
    openExportForm(this.#button, { transcript, look }, this.#exporter);
  }

  /** @param {string} words */
  #say(words) {
    byId('export-state').textContent = words;
  }
}
