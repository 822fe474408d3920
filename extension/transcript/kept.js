/** What of a transcript is kept when its capture is over: one medium, and its lines. Pure. */
import { placeFor } from './transcript.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Source} Source */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * @typedef {object} KeptSource
 * @property {Source & { key: string }} source
 * @property {Entry[]} entries
 * @property {Readonly<Record<string, string>>} names
 */

/**
 * @param {Transcript} transcript
 * @returns {KeptSource[]} of each medium in which something was said
 */
export function keptSources({ sources, entries, names }) {
  return sources.flatMap((source) => {
    const { key } = source;
    const own = entries.filter(({ media, state }) => media === key && state === 'final');
    if (key === null || own.length === 0) return [];
    return [{ source: { ...source, key }, entries: own, names }];
  });
}

/**
 * Add what an earlier capture of a medium has kept. Where both have lines, those of now stay.
 * @param {Transcript} transcript
 * @param {KeptSource} kept
 * @returns {Transcript}
 */
export function withKept(transcript, { source, entries: earlier, names }) {
  const { key } = source;
  const now = transcript.sources.find((known) => known.key === key);
  const sources = now
    ? transcript.sources.map((known) => (known === now ? joined(known, source) : known))
    : [...transcript.sources, source];
  const own = transcript.entries.filter(({ media }) => media === key);
  const entries = [...transcript.entries];
  for (const entry of earlier) {
    const isThere = own.some((other) => other.start < entry.end && entry.start < other.end);
    if (!isThere) entries.splice(placeFor(entries, entry, sources), 0, entry);
  }
  return {
    ...transcript,
    sources,
    entries,
    names: { ...names, ...transcript.names },
    revision: transcript.revision + 1,
  };
}

/**
 * @param {Source} now
 * @param {Source} earlier
 * @returns {Source}
 */
function joined(now, earlier) {
  // What of now is final already is little, or none: captures ask when they meet a medium.
  return now.heard.length > 0 ? now : { ...now, heard: earlier.heard };
}
