/** What of a transcript is kept when its capture is over: one medium, and its lines. Pure. */
import { differing } from './changes.js';
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
 * What of a medium is to be kept. Lines that are said near each other are a part: what changes is
 * written every few seconds, and of a long film that is little.
 * @typedef {object} KeptChanges
 * @property {KeptSource['source']} source
 * @property {KeptSource['names']} names
 * @property {boolean} whole these are all its parts; otherwise, those that have changed
 * @property {[part: number, entries: Entry[]][]} parts one without lines is gone
 */

const PART_SECONDS = 120;

/**
 * @param {Transcript} transcript
 * @returns {KeptSource[]} of each medium in which something was said
 */
export function keptSources(transcript) {
  return keptChanges(null, transcript).map(({ source, names, parts }) => {
    return { source, names, entries: parts.flatMap(([, entries]) => entries) };
  });
}

/**
 * @param {Transcript | null} before what was kept last; null: nothing
 * @param {Transcript} now
 * @returns {KeptChanges[]} of each medium of which something else is to be kept now
 */
export function keptChanges(before, now) {
  if (before === now) return [];
  const [old, all] = [before?.entries ?? [], now.entries];
  const changed = partsOf(all, touched(...differing(old, all)));
  const known = new Set(before ? before.entries.map(({ media }) => media) : []);
  return now.sources.flatMap((source) => {
    const { key } = source;
    if (key === null) return [];
    const { names } = now;
    const parts = [...(changed.get(key) ?? [])];
    const isKnown = known.has(key);
    const isSame = before?.sources.includes(source) && before.names === names;
    if (parts.length === 0 && (isSame || !isKnown)) return [];
    return [{ source: { ...source, key }, names, whole: !isKnown, parts }];
  });
}

/** @typedef {Map<string, Map<number, Entry[]>>} Parts by medium, and by their numbers */

/**
 * @param {readonly Entry[]} before
 * @param {readonly Entry[]} now
 * @returns {Parts} those in which something has changed, without their lines
 */
function touched(before, now) {
  /** @type {Parts} */
  const parts = new Map();
  const same = new Set(before);
  const kept = new Set(now);
  const changed = [
    ...before.filter((each) => !kept.has(each)),
    ...now.filter((each) => !same.has(each)),
  ];
  for (const entry of changed) {
    if (entry.media === null) continue;
    const own = parts.get(entry.media) ?? new Map();
    parts.set(entry.media, own.set(partOf(entry), []));
  }
  return parts;
}

/**
 * @param {readonly Entry[]} entries
 * @param {Parts} parts
 * @returns {Parts} these, with what was said there. What is not final yet is captioned again when it is
 *   heard again, and then replaced.
 */
function partsOf(entries, parts) {
  for (const entry of entries)
    parts
      .get(entry.media ?? '')
      ?.get(partOf(entry))
      ?.push(entry);
  return parts;
}

/** @param {Entry} entry */
function partOf({ start }) {
  return Math.floor(start / PART_SECONDS);
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
