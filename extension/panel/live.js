/** What is being said in a tab and may still change, and what of it is read out. */
import { applyUpdate, EMPTY_MODEL } from '../shared/captions.js';
import { wordsOf } from '../transcript/rows.js';
import { element } from '../ui/page.js';

/** @typedef {import('../shared/messages.js').SessionMessage} SessionMessage */
/** @typedef {import('../transcript/transcript.js').Entry} Entry */

/** The draft of the session of a tab. */
export class LiveDraft {
  #model = EMPTY_MODEL;
  /** @type {string | null} */
  #session = null;

  /** @returns {import('../transcript/rows.js').DraftLine | null} */
  get line() {
    const { draft } = this.#model;
    if (!draft || draft.text === '' || this.#session === null) return null;
    return { id: `${this.#session} ${draft.line}`, text: draft.text };
  }

  clear() {
    this.#session = null;
    this.#model = EMPTY_MODEL;
  }

  /**
   * @param {SessionMessage} message
   * @returns {boolean} whether it is another one now
   */
  receive(message) {
    if (message.type === 'snapshot') {
      this.#session = message.session;
      this.#model = message.model;
    } else if (message.session !== this.#session) return false;
    else if (message.type === 'captions') this.#model = applyUpdate(this.#model, message);
    else if (message.type === 'end') this.clear();
    else return false;
    return true;
  }
}

/** Lines that a screen reader still has to read. */
const READ_OUT = 5;

/** Reads each line out once it does not change any more; the list itself is silent. */
export class Announcer {
  #region;
  /** @type {Set<string>} ids of lines that were read out */
  #read = new Set();

  /** @param {HTMLElement} region a live one */
  constructor(region) {
    this.#region = region;
  }

  /** Another transcript is shown. What was said in it is not read out. */
  clear() {
    this.#read.clear();
    this.#region.replaceChildren();
  }

  /**
   * @param {readonly Entry[]} entries that are new or have changed
   * @param {(text: string) => string} filter
   */
  tell(entries, filter) {
    const fresh = entries.filter(({ id, state }) => state === 'final' && !this.#read.has(id));
    for (const { id } of fresh) this.#read.add(id);
    for (const entry of fresh.slice(-READ_OUT)) {
      const said = element('p', { textContent: filter(wordsOf(entry)) });
      if (entry.language) said.lang = entry.language;
      this.#region.append(said);
    }
    while (this.#region.children.length > READ_OUT) this.#region.firstElementChild?.remove();
  }
}
