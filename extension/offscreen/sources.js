/** Sources of sound, as the browser opens them: it may refuse, or never answer. */
import { within } from '../shared/deadline.js';

/**
 * A source of sound that was opened.
 * @typedef {Pick<import('./capture.js').SoundCapture,
 *   'close' | 'delayBy' | 'discard' | 'hold' | 'setDucked' | 'setMuted'>} Source
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

/**
 * @param {import('./edges.js').Entry} entry
 * @param {Source} source of its tab's sound
 * @param {boolean} muted
 */
export function takeTab(entry, source, muted) {
  entry.capture = source;
  source.setMuted(muted);
  entry.conversation.inStep.take(source);
}

/**
 * @param {import('./edges.js').Entry} entry whose tab's sound is no longer captured
 * @returns {Source | null} what is to be closed
 */
export function releaseTab(entry) {
  const { capture } = entry;
  entry.capture = null;
  entry.conversation.inStep.take(null);
  return capture;
}

/**
 * @param {Source | DOMException | null} opened what came of opening a tab's sound; null: nothing in time
 * @returns {Source | import('../shared/messages.js').Problem} the problem says why there is no sound
 */
export function orProblem(opened) {
  if (!opened) return { code: 'capture_timeout', message: '', hint: '' };
  if (!(opened instanceof DOMException)) return opened;
  return { code: 'capture_failed', message: '', hint: opened.message };
}
