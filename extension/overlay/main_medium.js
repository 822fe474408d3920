/** Which of a page's media is the one that is watched, and where it is. Pure. */

/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */

/**
 * As much of a media element as matters here.
 * @typedef {Pick<HTMLMediaElement, 'paused' | 'ended' | 'muted' | 'volume' | 'currentTime'
 *   | 'duration' | 'playbackRate' | 'readyState' | 'seeking'>} Medium
 */

/** Enough is loaded to go on: HTMLMediaElement.HAVE_FUTURE_DATA. */
const CAN_GO_ON = 3;

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
 * Whether a duration is another medium's. Players learn it bit by bit.
 * @param {number} before
 * @param {number} now
 */
export function isOther(before, now) {
  return Math.abs(now - before) > Math.max(2, before / 100);
}

/**
 * @param {Medium} medium
 * @returns {number} seconds; that of a live stream, or not known yet, is none
 */
function lengthOf({ duration }) {
  return Number.isFinite(duration) ? duration : 0;
}
