/** What of a transcript is kept when its capture is over: one medium, and its lines. Pure. */
import { countedOn } from '../shared/speakers.js';
import { differing } from './changes.js';
import { highestVoice, renumbered, withEarlier } from './names.js';
import { placeFor } from './transcript.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Source} Source */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/**
 * @typedef {object} KeptSource
 * @property {Source & { key: string }} source
 * @property {Entry[]} entries
 * @property {Transcript['names']} names
 * @property {Transcript['voices']} [voices]
 */

/**
 * What of a medium is to be kept. Lines that are said near each other are a part: what changes is
 * written every few seconds, and of a long film that is little.
 * @typedef {object} KeptChanges
 * @property {KeptSource['source']} source
 * @property {KeptSource['names']} names
 * @property {KeptSource['voices']} [voices]
 * @property {boolean} whole these are all its parts; otherwise, those that have changed
 * @property {[part: number, entries: Entry[]][]} parts one without lines is gone
 */

const PART_SECONDS = 120;

/**
 * @param {Transcript} transcript
 * @returns {KeptSource[]} of each medium in which something was said
 */
export function keptSources(transcript) {
  return keptChanges(null, transcript).map(({ parts, whole: _, ...rest }) => {
    return { ...rest, entries: parts.flatMap(([, entries]) => entries) };
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
    const parts = [...(changed.get(key) ?? [])];
    const isKnown = known.has(key);
    const isSame = before?.sources.includes(source) && isNamedAlike(before, now);
    if (parts.length === 0 && (isSame || !isKnown)) return [];
    return [{ source: { ...source, key }, ...namedOf(now), whole: !isKnown, parts }];
  });
}

/**
 * @param {Transcript} before
 * @param {Transcript} now
 */
function isNamedAlike(before, now) {
  return before.names === now.names && before.voices === now.voices;
}

/** @param {import('./names.js').Named} transcript */
function namedOf({ names, voices }) {
  return voices ? { names, voices } : { names };
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
 * @param {KeptSource} kept whose voices are others than those of now, though they have the same numbers
 * @param {number} [taken] the highest number that a voice of now has
 * @returns {Transcript}
 */
export function withKept(transcript, kept, taken = highestVoice(transcript)) {
  const { source } = kept;
  const { key } = source;
  const { entries: earlier, ...named } = apart(kept, taken);
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
    ...withEarlier(transcript, named),
    revision: transcript.revision + 1,
  };
}

/**
 * @param {KeptSource} kept
 * @param {number} taken numbers of voices
 * @returns {Pick<KeptSource, 'entries' | 'names' | 'voices'>} with numbers of their own
 */
function apart({ entries, names, voices }, taken) {
  if (taken === 0) return { entries, names, voices };
  const numbered = (/** @type {string} */ voice) => countedOn(voice, taken);
  const others = entries.map((entry) => {
    const { speaker } = entry;
    return speaker === null ? entry : { ...entry, speaker: numbered(speaker) };
  });
  return { entries: others, ...renumbered({ names, voices }, numbered) };
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
