/** The button that has everything said so far translated into the language that holds now. */
import { ask, text } from './page.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */

/** There only while there is something for it to do. */
export class RetranslateButton {
  #button;
  /** @type {number | null} */
  #tabId = null;

  /** @param {HTMLButtonElement} button */
  constructor(button) {
    this.#button = button;
    button.addEventListener('click', () => {
      if (this.#tabId === null) return;
      this.#setBusy(true);
      void ask({ type: 'retranslate', tabId: this.#tabId });
    });
    this.#setBusy(false);
  }

  /** @param {CaptureState | null} capture as it is now */
  show(capture) {
    this.#button.hidden = !capture?.stale;
    if (this.#button.hidden || capture?.tabId !== this.#tabId) this.#setBusy(false);
    this.#tabId = capture?.tabId ?? null;
  }

  /** Another language was chosen: what was asked for before is no longer what is wanted. */
  reset() {
    this.#setBusy(false);
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    // Not `disabled`, which would take the focus away.
    this.#button.ariaDisabled = String(busy);
    this.#button.textContent = text(busy ? 'retranslating' : 'retranslate');
  }
}
