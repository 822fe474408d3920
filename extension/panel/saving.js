/** The button by which a transcript is kept. Before it is pressed, nothing is stored. */
import { changesBetween } from '../transcript/changes.js';
import { ask, text } from '../ui/page.js';
import { openMenu } from '../ui/popover.js';

/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/**
 * @typedef {object} SavingParts
 * @property {import('../transcript/archive.js').Archive} archive
 * @property {() => Transcript | null} transcript that is shown
 * @property {(key: string) => void} say to the user
 */

/** Knows whether what is shown is kept. */
export class Saving {
  /** @type {string | null} of the transcript that is shown */
  #id = null;
  #isKept = false;
  #button;
  #parts;

  /**
   * @param {HTMLButtonElement} button
   * @param {SavingParts} parts
   */
  constructor(button, parts) {
    this.#button = button;
    this.#parts = parts;
    this.#show();
  }

  /** Another transcript may be shown. */
  async update() {
    const id = this.#parts.transcript()?.id ?? null;
    if (id === this.#id) return;
    this.#id = id;
    this.#isKept = false;
    this.#show();
    const isKept = id !== null && (await this.#parts.archive.has(id));
    if (id === this.#id) this.#set(isKept);
  }

  /** It was pressed. */
  press() {
    if (!this.#isKept) return void this.#keep();
    openMenu(this.#button, text('history_title'), [
      { label: text('history_open'), choose: () => void openHistory() },
      { label: text('history_remove'), choose: () => void this.#drop() },
    ]);
  }

  /**
   * What is shown has changed, and nobody captures it who would write it down.
   * @param {Transcript} before
   * @param {Transcript} now
   */
  async rewrite(before, now) {
    const changes = changesBetween(before, now);
    if (this.#isKept) await this.#try(() => this.#parts.archive.update(now, changes));
  }

  /** What is kept cannot be written any more. */
  complain() {
    this.#parts.say('history_full');
  }

  async #keep() {
    const transcript = this.#parts.transcript();
    if (!transcript || transcript.entries.length === 0) {
      return this.#parts.say('panel_nothing_yet');
    }
    if (!(await this.#try(() => this.#parts.archive.save(transcript)))) return;
    // A browser whose disk is full may not throw it away then.
    void navigator.storage.persist();
    await ask({ type: 'save', tabId: transcript.tabId, saved: true });
    this.#set(true);
    this.#parts.say('history_saved');
  }

  async #drop() {
    const transcript = this.#parts.transcript();
    if (!transcript) return;
    await ask({ type: 'save', tabId: transcript.tabId, saved: false });
    await this.#parts.archive.erase(transcript.id);
    this.#set(false);
    this.#parts.say('history_removed');
  }

  /**
   * @param {() => Promise<void>} write
   * @returns {Promise<boolean>} whether there was room
   */
  async #try(write) {
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#parts.say('history_full');
      return false;
    }
  }

  /** @param {boolean} isKept */
  #set(isKept) {
    this.#isKept = isKept;
    this.#show();
  }

  #show() {
    this.#button.textContent = text(this.#isKept ? 'history_kept' : 'history_keep');
    this.#button.title = text(this.#isKept ? 'history_kept_hint' : 'history_keep_hint');
  }
}

/** @returns {Promise<unknown>} */
export function openHistory() {
  return chrome.tabs.create({ url: 'history/history.html' });
}
