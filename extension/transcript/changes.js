/** What one transcript has that another has not: little is sent when little changes. Pure. */
import { placeFor } from './transcript.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * @typedef {object} TranscriptChanges
 * @property {number} revision of the transcript with them
 * @property {Entry[]} entries new ones, and others as they are now
 * @property {string[]} removed ids
 * @property {Partial<Pick<Transcript, 'language' | 'title' | 'names' | 'voices' | 'sources'>>} rest what else
 *   has changed
 */

const REST = /** @type {const} */ (['language', 'title', 'names', 'voices', 'sources']);

/**
 * @param {Transcript} before
 * @param {Transcript} after
 * @returns {TranscriptChanges}
 */
export function changesBetween(before, after) {
  const [old, now] = differing(before.entries, after.entries);
  const same = new Set(old);
  const kept = new Set(now.map(({ id }) => id));
  const rest = REST.filter((name) => before[name] !== after[name]);
  return {
    revision: after.revision,
    entries: now.filter((entry) => !same.has(entry)),
    removed: old.map(({ id }) => id).filter((id) => !kept.has(id)),
    rest: Object.fromEntries(rest.map((name) => [name, after[name]])),
  };
}

/**
 * @param {Transcript} transcript
 * @param {TranscriptChanges} changes
 * @returns {Transcript}
 */
export function applyChanges(transcript, { revision, entries: changed, removed, rest }) {
  if (revision <= transcript.revision) return transcript;
  const { sources } = { ...transcript, ...rest };
  const gone = new Set([...removed, ...changed.map(({ id }) => id)]);
  const entries = transcript.entries.filter(({ id }) => !gone.has(id));
  for (const entry of changed) entries.splice(placeFor(entries, entry, sources), 0, entry);
  return { ...transcript, ...rest, entries, revision };
}

/**
 * @param {readonly Entry[]} before
 * @param {readonly Entry[]} after
 * @returns {[Entry[], Entry[]]} without what both begin and end with
 */
export function differing(before, after) {
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && before[first] === after[first]) first += 1;
  let last = 0;
  while (last < shorter - first && before.at(-1 - last) === after.at(-1 - last)) last += 1;
  return [before.slice(first, before.length - last), after.slice(first, after.length - last)];
}
