/** What pages report of their media, as far as it can be true. Pure. */
import { isPlayhead } from '../transcript/timeline.js';

/** @typedef {import('../shared/messages.js').MediaReport} MediaReport */
/** @typedef {import('../shared/messages.js').Picture} Picture */

/** As long a name as the user could give. */
const LONGEST_NAME = 80;

/** @type {readonly Picture[]} */
const PICTURES = ['none', 'copied', 'protected'];

/**
 * @param {{ paused: unknown, playhead: unknown, picture?: unknown }} message of a content script,
 *   which says whatever its page wants
 * @returns {MediaReport | null} null: it is no report
 */
export function mediaOf({ paused, playhead, picture = 'none' }) {
  if (paused !== null && typeof paused !== 'boolean') return null;
  if (playhead !== null && !isPlayhead(playhead)) return null;
  const known = PICTURES.find((each) => each === picture);
  return known ? { paused, playhead, picture: known } : null;
}

/**
 * @param {{ name: unknown, found: unknown }} message of a content script
 * @returns {{ name: string | null, found: boolean | null } | null} null: it is no report
 */
export function speakingOf({ name, found }) {
  if (found !== null && typeof found !== 'boolean') return null;
  if (name === null) return { name, found };
  const isName = typeof name === 'string' && name.trim() !== '' && name.length <= LONGEST_NAME;
  return isName ? { name, found } : null;
}
