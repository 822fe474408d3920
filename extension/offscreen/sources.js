/** Sources of sound, as the browser opens them: it may refuse, or never answer. */
import { within } from '../shared/deadline.js';

/**
 * A source of sound that was opened.
 * @typedef {Pick<import('./capture.js').SoundCapture, 'close' | 'setDucked' | 'setMuted'>} Source
 */

/** The browser opens a source in milliseconds, where it does so at all. */
export const SOURCE_WITHIN_MS = 10_000;

/**
 * @param {Promise<Source>} opening
 * @returns {Promise<Source | DOMException | null>} why it was refused; null: it was not answered, and
 *   is closed should it be opened after all
 */
export async function openedInTime(opening) {
  try {
    const opened = await within(opening, SOURCE_WITHIN_MS, null);
    if (!opened) closeLate(opening);
    return opened;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return error;
  }
}

/** @param {Promise<Source>} opening that nobody waits for any longer */
function closeLate(opening) {
  void opening.then(
    (source) => source.close(),
    () => {},
  );
}
