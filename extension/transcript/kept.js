/** What of a transcript is kept when its capture is over: one medium, and its lines. Pure. */
import { countedOn } from '../shared/speakers.js';
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
  const [old, all] = [before ? partsOf(before) : new Map(), partsOf(now)];
  return now.sources.flatMap((source) => {
    const { key } = source;
    if (key === null) return [];
    const [known, parts] = [old.get(key), all.get(key) ?? new Map()];
    const changed = differing(known ?? new Map(), parts);
    const isSame = before?.sources.includes(source) && isNamedAlike(before, now);
    if (changed.length === 0 && (isSame || !known)) return [];
    return [{ source: { ...source, key }, ...namedOf(now), whole: !known, parts: changed }];
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

/** @typedef {Map<number, Entry[]>} Parts */

/**
 * @param {Transcript} transcript
 * @returns {Map<string, Parts>} what was said, by medium. What is not final yet is captioned again
 *   when it is heard again, and then replaced.
 */
function partsOf({ entries }) {
  /** @type {Map<string, Parts>} */
  const all = new Map();
  for (const entry of entries) {
    if (entry.media === null) continue;
    const parts = all.get(entry.media) ?? new Map();
    const part = Math.floor(entry.start / PART_SECONDS);
    all.set(entry.media, parts.set(part, [...(parts.get(part) ?? []), entry]));
  }
  return all;
}

/**
 * @param {Parts} before
 * @param {Parts} now
 * @returns {[number, Entry[]][]}
 */
function differing(before, now) {
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((part) => {
    const [old, lines] = [before.get(part) ?? [], now.get(part) ?? []];
    const isSame = old.length === lines.length && old.every((entry, i) => entry === lines[i]);
    return isSame ? [] : [[part, lines]];
  });
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
