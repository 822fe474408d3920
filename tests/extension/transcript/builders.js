/** Short forms of what transcripts are made of, for tests. */
import { beginTimeline, follow } from '../../../extension/transcript/timeline.js';
import { beginTranscript } from '../../../extension/transcript/transcript.js';

/** @typedef {import('../../../extension/transcript/timeline.js').Playhead} Playhead */

export const SECOND = 16_000;

/** Date.now() when a test's captures begin. */
export const BEGAN = 1_700_000_000_000;

/**
 * @param {number} at media time, seconds
 * @param {Partial<Playhead>} [changes]
 * @returns {Playhead}
 */
export function playhead(at, changes = {}) {
  return {
    key: 'film',
    title: 'A film',
    duration: 600,
    at,
    rate: 1,
    wall: BEGAN,
    seeking: false,
    ...changes,
  };
}

/**
 * @param {[seconds: number, Playhead | null][]} reports by when they are made
 * @param {string} [id] of the capture
 */
export function timelineOf(reports, id = 'c') {
  return reports.reduce(
    (timeline, [seconds, told]) =>
      follow(
        timeline,
        told && { ...told, wall: BEGAN + seconds * 1000 },
        seconds * SECOND,
        BEGAN + seconds * 1000,
      ),
    beginTimeline(id, BEGAN),
  );
}

export const emptyTranscript = () =>
  beginTranscript({ id: 't', tabId: 7, site: 'films.example', title: 'Films', began: BEGAN });

/**
 * The same numbers at each run (Park and Miller, 1988).
 * @param {number} seed
 * @returns {(limit: number) => number} whole numbers below a limit
 */
export function numbersFrom(seed) {
  let state = seed;
  return (limit) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
}
