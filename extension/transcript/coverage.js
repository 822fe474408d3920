/** Which parts of a medium are in a transcript for good, and which are not. Pure. */
import { YOU } from '../shared/speakers.js';

/** @typedef {import('./transcript.js').Entry} Entry */
/** @typedef {import('./transcript.js').Source} Source */
/** @typedef {import('./transcript.js').Transcript} Transcript */

/** A line this close to where the sound breaks is probably broken itself, seconds. */
const BROKEN_SECONDS = 0.6;

/** Two parts so close to each other are one, seconds. */
const JOINED_SECONDS = 0.3;

/** What is shorter is not worth being told of as a gap, seconds. */
const GAP_SECONDS = 1;

/**
 * A stretch of sound that was captioned.
 * @typedef {object} Heard
 * @property {number} from seconds of media time
 * @property {number} until
 * @property {boolean} breaksIn it began in the middle of something, as after a seek
 * @property {boolean} breaksOff it ended so
 */

/**
 * Note that a stretch is captioned and final. A sentence that was broken at one of its ends does not
 * count: it is captioned again, and whole, when it is heard again.
 * @param {Transcript} transcript
 * @param {string} media
 * @param {Heard} heard
 * @returns {Transcript}
 */
export function withHeard(transcript, media, heard) {
  const [from, until] = wholeLines(transcript, media, heard);
  if (until <= from) return transcript;
  const source = transcript.sources.find(({ key }) => key === media);
  if (!source || source.heard.some(([first, last]) => first <= from && until <= last)) {
    return transcript;
  }
  const changed = { ...source, heard: joined([...source.heard, [from, until]]) };
  const sources = transcript.sources.map((other) => (other === source ? changed : other));
  return { ...transcript, sources, revision: transcript.revision + 1 };
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media
 * @param {number} at seconds
 * @returns {number | null} up to where it is in the transcript without a gap; null: it is not
 */
export function covered({ sources }, media, at) {
  if (media === null) return null;
  const heard = sources.find(({ key }) => key === media)?.heard ?? [];
  return heard.find(([from, until]) => from <= at && at < until)?.[1] ?? null;
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media
 * @param {number} at seconds
 * @returns {number} where the part before ends that is in the transcript; 0: none is
 */
export function coveredBefore({ sources }, media, at) {
  const heard = sources.find(({ key }) => key === media)?.heard ?? [];
  return heard.findLast(([, until]) => until <= at)?.[1] ?? 0;
}

/**
 * @param {Transcript} transcript
 * @param {string | null} media
 * @returns {{ from: number, until: number }[]} parts that were skipped: before and between what was
 *   heard
 */
export function gaps({ sources }, media) {
  const heard = media === null ? [] : (sources.find(({ key }) => key === media)?.heard ?? []);
  return heard
    .map(([from], index) => ({ from: heard[index - 1]?.[1] ?? 0, until: from }))
    .filter(({ from, until }) => until - from >= GAP_SECONDS);
}

/**
 * @param {Transcript} transcript
 * @param {string} media
 * @param {Heard} heard
 * @returns {[from: number, until: number]} without the sentences that are broken
 */
function wholeLines({ entries }, media, { from, until, breaksIn, breaksOff }) {
  const lines = entries.filter(
    (entry) =>
      entry.media === media && entry.speaker !== YOU && entry.end > from && entry.start < until,
  );
  const [first, second] = lines;
  const [before, last] = [lines.at(-2), lines.at(-1)];
  const isCutIn = breaksIn && first && first.start - from < BROKEN_SECONDS;
  const isCutOff = breaksOff && last && until - last.end < BROKEN_SECONDS;
  return [
    isCutIn ? between(first.end, second?.start) : from,
    isCutOff ? between(last.start, before?.end) : until,
  ];
}

/**
 * @param {number} edge of a line
 * @param {number | undefined} other edge of the line beside it, if there is one
 * @returns {number} the middle of the pause
 */
function between(edge, other) {
  return other === undefined ? edge : (edge + other) / 2;
}

/**
 * @param {(readonly [from: number, until: number])[]} parts
 * @returns {(readonly [from: number, until: number])[]} in order and apart from each other
 */
function joined(parts) {
  /** @type {[number, number][]} */
  const all = [];
  for (const [from, until] of parts.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last && from - last[1] < JOINED_SECONDS) last[1] = Math.max(last[1], until);
    else all.push([from, until]);
  }
  return all;
}
