/** What is fuzzed in the extension, and what has to hold of it. */
import { captions } from './captions.js';
import { conversation } from './conversation.js';
import { overlay } from './overlay.js';
import { senders } from './senders.js';
import { settings } from './stored_settings.js';
import { filters, protocol } from './values.js';

/**
 * A part of the extension, and what it is given.
 * @typedef {object} Target
 * @property {(random: import('./mutate.js').Random) => unknown} make an input, as plain JSON
 * @property {(input: any) => unknown} read throws, or promises to, when something does not hold that
 *   has to
 * @property {number} quick inputs of the short run that belongs to the tests
 */

/** @type {Record<string, Target>} */
export const TARGETS = { protocol, captions, conversation, overlay, settings, senders, filters };
