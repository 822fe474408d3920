/** Which of a page's media is the one that is watched, and where it is. Pure. */

/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */

/**
 * As much of a media element as matters here.
 * @typedef {Pick<HTMLMediaElement, 'paused' | 'ended' | 'muted' | 'volume' | 'currentTime'
 *   | 'duration' | 'playbackRate' | 'readyState' | 'seeking'>} Medium
 */

/** Enough is loaded to go on: HTMLMediaElement.HAVE_FUTURE_DATA. */
const CAN_GO_ON = 3;

/**
 * By how much the end of a live stream moves on at once, seconds: a piece of it. A player that learns a
 * duration bit by bit learns less, and another film is longer by more.
 */
const PIECE_SECONDS = [1, 12];

/** A player may correct itself once or twice. */
const LIVE_PIECES = 3;

/**
 * How long a medium is, as far as is known.
 * @typedef {object} Extent
 * @property {number} duration seconds
 * @property {number} pieces that have been added at its end
 */

/** Parameters of an address that say where to begin, not what is played. */
const TIMES = ['t', 'start', 'time_continue'];

/**
 * The audible medium that plays, with the largest picture, or of some alike the longest one. While
 * none plays it is the one before, as long as that is there.
 * @template {Medium} M
 * @param {readonly M[]} media of a page
 * @param {M | null} before the main one until now
 * @param {(medium: M) => number} areaOf pixels; asked for only if it decides
 * @returns {M | null}
 */
export function mainMedium(media, before, areaOf) {
  const audible = media.filter(({ muted, volume }) => !muted && volume > 0);
  const playing = audible.filter(({ paused, ended }) => !paused && !ended);
  const [only, ...others] = playing;
  if (!only) return before && audible.includes(before) ? before : null;
  if (others.length === 0) return only;
  const ranked = playing.map((medium) => ({
    medium,
    area: areaOf(medium),
    length: lengthOf(medium),
  }));
  ranked.sort((a, b) => b.area - a.area || b.length - a.length);
  return ranked[0]?.medium ?? null;
}

/**
 * @param {Medium} medium
 * @returns {number} how fast it goes on; 0: it stands still
 */
export function rateOf({ paused, ended, seeking, readyState, playbackRate }) {
  return paused || ended || seeking || readyState < CAN_GO_ON ? 0 : playbackRate;
}

/**
 * What a medium is known by. A page that is loaded again has the same.
 * @param {string} address of the page
 * @param {number} duration seconds
 */
export function mediumKey(address, duration) {
  const url = new URL(address);
  url.hash = '';
  for (const name of TIMES) url.searchParams.delete(name);
  return `${url.href} ${Math.round(duration)}`;
}

/**
 * @param {Extent | null} before
 * @param {number} duration as the player says now, seconds
 * @returns {Extent | null} null: it is another medium's. Players learn it bit by bit
 */
export function extentWith(before, duration) {
  if (!before) return { duration, pieces: 0 };
  const more = duration - before.duration;
  const [least = 0, most = 0] = PIECE_SECONDS;
  if (more >= least && more <= most) return { duration, pieces: before.pieces + 1 };
  return Math.abs(more) > Math.max(2, before.duration / 100) ? null : before;
}

/**
 * Whether a medium is a live stream whose player says how long it is so far: it has no end, and what is
 * at a time of it is something else when the page is loaded again.
 * @param {Extent} extent
 */
export function isLive({ pieces }) {
  return pieces >= LIVE_PIECES;
}

/**
 * @param {Medium} medium
 * @returns {number} seconds; that of a live stream, or not known yet, is none
 */
function lengthOf({ duration }) {
  return Number.isFinite(duration) ? duration : 0;
}
