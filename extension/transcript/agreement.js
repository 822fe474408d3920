/** Who a voice is, by what somebody else says of the same moments. Pure. */
import { voicesOf } from '../shared/speakers.js';

/**
 * Somebody was heard, or seen to speak.
 * @typedef {object} Told
 * @property {string} who
 * @property {number} start
 * @property {number} end in the same unit as lines
 */

/**
 * What is enough to believe it.
 * @typedef {object} Enough
 * @property {number} least for so long a voice has to be heard while the same one is told
 * @property {number} share of the time in which anybody is told, at which it is that one, 0 to 1
 */

/** @typedef {{ speaker: string | null, start: number, end: number }} VoicedLine */

/**
 * For how long each voice was heard while each of them was told.
 * @param {readonly Told[]} told
 * @param {readonly VoicedLine[]} lines
 * @returns {Map<string, Map<string, number>>} by voice
 */
export function heardWith(told, lines) {
  /** @type {Map<string, Map<string, number>>} */
  const all = new Map();
  for (const { speaker, start, end } of lines) {
    // Of two who speak at the same time, nobody can say which one is told.
    if (speaker === null || voicesOf(speaker).length > 1) continue;
    for (const span of told) {
      const both = Math.min(end, span.end) - Math.max(start, span.start);
      if (both <= 0) continue;
      const own = all.get(speaker) ?? new Map();
      all.set(speaker, own.set(span.who, (own.get(span.who) ?? 0) + both));
    }
  }
  return all;
}

/**
 * @param {ReadonlyMap<string, ReadonlyMap<string, number>>} heard by voice
 * @param {Enough} enough
 * @returns {Map<string, string>} who voices are; those of which that is not sure are not among them
 */
export function sureOf(heard, { least, share }) {
  /** @type {Map<string, string>} */
  const sure = new Map();
  for (const [voice, times] of heard) {
    const total = [...times.values()].reduce((sum, time) => sum + time, 0);
    const [first] = [...times].sort(([, a], [, b]) => b - a);
    if (first && first[1] >= least && first[1] >= share * total) sure.set(voice, first[0]);
  }
  return sure;
}

/**
 * @param {readonly Told[]} told
 * @param {readonly VoicedLine[]} lines
 * @param {Enough} enough
 * @returns {Map<string, string>} who voices are
 */
export function agreed(told, lines, enough) {
  return sureOf(heardWith(told, lines), enough);
}
