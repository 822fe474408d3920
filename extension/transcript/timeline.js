/**
 * Where in the page's media a sample of a capture is. Pure.
 *
 * A timeline is plain JSON: a segment for each way in which the media went on. In a segment, media
 * time grows evenly with the samples.
 */
import { SAMPLE_RATE } from '../audio/framing.js';

/**
 * What plays in a page and where it is, as its content script tells it.
 * @typedef {object} Playhead
 * @property {string} key of the medium
 * @property {string} title
 * @property {number | null} duration seconds; null: unknown, or a live stream's
 * @property {number} at media time, seconds
 * @property {number} rate 0: it stands still
 * @property {number} wall Date.now() when it was there
 * @property {boolean} seeking it is on its way to another place
 */

/**
 * @typedef {object} Segment
 * @property {number} sample the first one
 * @property {number} wall Date.now() at that sample
 * @property {string | null} media the medium's key; null: none is followed, so wall-clock time holds
 * @property {number} at media time of that sample, seconds; without a medium since the timeline began
 * @property {number} rate seconds of media in a second of sound
 */

/**
 * @typedef {object} Timeline
 * @property {string} id of the capture
 * @property {readonly Segment[]} segments in the order of their samples, at least one
 */

/** @typedef {{ media: string | null, at: number, rate: number, wall: number }} Place */

/** @typedef {{ media: string | null, start: number, end: number, wall: number }} Span */

/** Segments that differ by less are one place to listeners: nothing was skipped, seconds. */
const BREAK_SECONDS = 0.25;

/** A player that was slow to go on is behind by less than this, seconds. */
const JUMP_SECONDS = 1.5;

/** Addresses and titles of pages are shorter. */
const LONGEST_TEXT = 10_000;

/** Reports differ by as much without meaning anything, seconds. */
const JITTER_SECONDS = 0.015;

/** After a while, a difference is drift of two clocks, and only a larger one is worth a segment. */
const DRIFT_SECONDS = 0.03;

/**
 * The first report of a segment comes before its sound does: a player says where it goes on, and
 * needs some time to begin. So reports that follow soon correct the whole segment.
 */
const SETTLED_SAMPLES = 3 * SAMPLE_RATE;

/** Sound that comes so long after the medium stood still is not the medium's. */
const OUTSIDE_SAMPLES = SAMPLE_RATE;

/**
 * @param {string} id of the capture
 * @param {number} wall Date.now() at its first sample
 * @returns {Timeline}
 */
export function beginTimeline(id, wall) {
  return { id, segments: [{ sample: 0, wall, media: null, at: 0, rate: 1 }] };
}

/**
 * Note where the media are.
 * @param {Timeline} timeline
 * @param {Playhead | null} playhead null: the page has no media that can be followed
 * @param {number} sample that was captured at that time
 * @param {number} [wall] Date.now() at the sample
 * @returns {Timeline} the same one if nothing is new
 */
export function follow(timeline, playhead, sample, wall = playhead?.wall) {
  const { segments } = timeline;
  const last = lastOf(segments);
  const next = segmentOf(timeline, playhead, Math.max(last.sample, sample), wall);
  // A report can be mapped to a sample that is a little before the segment's first.
  if (sample < last.sample) next.at += ((last.sample - sample) / SAMPLE_RATE) * next.rate;
  const off = next.at - atIn(last, next.sample);
  const age = next.sample - last.sample;
  if (goesOnAlike(last, next)) {
    const jitter = age < SETTLED_SAMPLES ? JITTER_SECONDS : DRIFT_SECONDS;
    if (Math.abs(off) <= jitter) return timeline;
    if (settles(last, age, off)) return replaceLast(timeline, { ...last, at: last.at + off });
  }
  if (age === 0) return replaceLast(timeline, next);
  return { ...timeline, segments: [...segments, next] };
}

/**
 * @param {Timeline} timeline
 * @param {number} sample
 * @returns {Place} where the media were; after the last report, where they are if nothing changed
 */
export function mediaAt({ segments }, sample) {
  return placeIn(segmentAt(segments, indexAt(segments, sample)), sample);
}

/**
 * Where something was said. It lies in one place: what was said before a seek does not reach into
 * where the seek went.
 * @param {Timeline} timeline
 * @param {number} from its first sample
 * @param {number} until the sample after its last
 * @returns {Span} seconds; without a medium since the timeline began
 */
export function spanAt({ segments }, from, until) {
  const middle = (from + until) / 2;
  const index = indexAt(segments, middle);
  const { rate, sample, wall } = segmentAt(segments, index);
  if (rate === 0 && middle - sample > OUTSIDE_SAMPLES) {
    const start = (wall - segmentAt(segments, 0).wall) / 1000 + (from - sample) / SAMPLE_RATE;
    const end = start + (until - from) / SAMPLE_RATE;
    return { media: null, start, end, wall: wallIn(segmentAt(segments, index), from) };
  }
  let [first, last] = [index, index];
  while (first > 0 && goesOn(segments, first)) first -= 1;
  while (last + 1 < segments.length && goesOn(segments, last + 1)) last += 1;
  const begin = Math.max(from, segmentAt(segments, first).sample);
  const end = Math.min(until, segments[last + 1]?.sample ?? Infinity);
  const start = placeIn(segmentAt(segments, within(indexAt(segments, begin), first, last)), begin);
  const stop = placeIn(segmentAt(segments, within(indexAt(segments, end), first, last)), end);
  return {
    media: start.media,
    start: start.at,
    end: Math.max(start.at, stop.at),
    wall: start.wall,
  };
}

/**
 * Whether a report is of another place than the one that was heard last. A player that is only slow
 * says so late, but a seek is always announced.
 * @param {Timeline} timeline
 * @param {Playhead | null} playhead
 * @param {number} sample of the report
 */
export function isElsewhere({ segments }, playhead, sample) {
  const last = lastOf(segments);
  if ((playhead?.key ?? null) !== last.media) return true;
  if (!playhead) return false;
  const off = Math.abs(playhead.at - atIn(last, Math.max(sample, last.sample)));
  return off >= (playhead.seeking ? BREAK_SECONDS : JUMP_SECONDS);
}

/**
 * @param {Timeline} timeline
 * @param {number} at media time that the medium will reach, or has reached, in the last segment
 * @returns {number} its sample; Infinity: the medium stands still
 */
export function sampleOf({ segments }, at) {
  const last = lastOf(segments);
  return last.sample + ((at - last.at) / last.rate) * SAMPLE_RATE;
}

/**
 * @param {Segment} last
 * @param {Segment} next
 * @returns {boolean} whether the same medium goes on as fast
 */
function goesOnAlike(last, next) {
  return next.media === last.media && next.rate === last.rate;
}

/**
 * @param {Segment} last
 * @param {number} age samples since it began
 * @param {number} off seconds by which it is wrong
 */
function settles(last, age, off) {
  return last.rate > 0 && age < SETTLED_SAMPLES && Math.abs(off) < JUMP_SECONDS;
}

/**
 * @param {Timeline} timeline
 * @param {Segment} segment instead of the last one
 * @returns {Timeline}
 */
function replaceLast(timeline, segment) {
  return { ...timeline, segments: [...timeline.segments.slice(0, -1), segment] };
}

/**
 * @param {unknown} value that a page says is a playhead
 * @returns {value is Playhead}
 */
export function isPlayhead(value) {
  if (typeof value !== 'object' || value === null) return false;
  const { key, title, duration, at, rate, wall, seeking } = /** @type {Playhead} */ (value);
  return (
    [key, title].every((text) => typeof text === 'string' && text.length <= LONGEST_TEXT) &&
    [at, rate, wall].every((number) => Number.isFinite(number) && number >= 0) &&
    (duration === null || Number.isFinite(duration)) &&
    typeof seeking === 'boolean'
  );
}

/**
 * @param {Timeline} timeline
 * @param {Playhead | null} playhead
 * @param {number} sample
 * @param {number | undefined} told Date.now() at the sample, if it is known
 * @returns {Segment}
 */
function segmentOf({ segments }, playhead, sample, told) {
  const wall = told ?? wallIn(lastOf(segments), sample);
  if (playhead) return { sample, wall, media: playhead.key, at: playhead.at, rate: playhead.rate };
  const at = (wall - segmentAt(segments, 0).wall) / 1000;
  return { sample, wall, media: null, at, rate: 1 };
}

/**
 * @param {readonly Segment[]} segments
 * @param {number} index
 * @returns {boolean} whether the segment begins where the one before it ends
 */
function goesOn(segments, index) {
  const segment = segmentAt(segments, index);
  const before = segmentAt(segments, index - 1);
  const off = segment.at - atIn(before, segment.sample);
  return segment.media === before.media && Math.abs(off) < BREAK_SECONDS;
}

/**
 * @param {Segment} segment
 * @param {number} sample
 * @returns {Place}
 */
function placeIn(segment, sample) {
  const { media, rate } = segment;
  // The first sound of a medium comes a moment after it says that it plays.
  const at = Math.max(0, atIn(segment, sample));
  return { media, rate, at, wall: wallIn(segment, sample) };
}

/**
 * @param {Segment} segment
 * @param {number} sample
 */
function atIn({ sample: first, at, rate }, sample) {
  return at + (Math.max(0, sample - first) / SAMPLE_RATE) * rate;
}

/**
 * @param {Segment} segment
 * @param {number} sample
 */
function wallIn({ sample: first, wall }, sample) {
  return wall + ((sample - first) / SAMPLE_RATE) * 1000;
}

/**
 * @param {readonly Segment[]} segments
 * @param {number} sample
 * @returns {number} the index of the segment that it is in
 */
function indexAt(segments, sample) {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (segmentAt(segments, middle).sample <= sample) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function within(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

/** @param {readonly Segment[]} segments */
function lastOf(segments) {
  return segmentAt(segments, segments.length - 1);
}

/**
 * @param {readonly Segment[]} segments
 * @param {number} index
 * @returns {Segment}
 */
function segmentAt(segments, index) {
  const segment = segments[index];
  if (!segment) throw new RangeError(`no segment ${index}, a timeline has ${segments.length}`);
  return segment;
}
