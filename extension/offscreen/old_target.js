/** Whether lines still stand in a language into which they are no longer translated. */
import { someUntranslated } from '../shared/captions.js';
import { WHISPER } from '../shared/settings.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */

export class OldTarget {
  /** The last line when the target was changed. @type {number | null} */
  #last = null;

  /** @param {CaptionModel} model what was said until now */
  end(model) {
    this.#last = model.lines.at(-1)?.id ?? null;
  }

  /**
   * @param {CaptionModel} model what the host can translate again
   * @param {import('../shared/protocol.js').Options} options of now
   */
  isShown(model, { translate_to: target = null, translator }) {
    // Whisper translates only what it still hears.
    if (target === null || this.#last === null || translator === WHISPER) return false;
    return someUntranslated(model, this.#last, target);
  }
}
