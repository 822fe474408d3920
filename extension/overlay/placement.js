/** Where the captions stand. Pure; all lengths are CSS pixels of the viewport. */

/** @typedef {import('../shared/settings.js').Position} Position */

/** @typedef {{ width: number, height: number }} Size */

/**
 * The captions' place: they grow upwards from their lower edge.
 * @typedef {object} Place
 * @property {number} left
 * @property {number} bottom of the lower edge, from the top of the viewport
 * @property {number} width
 */

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Area */

/** Around the captions, towards the edges of the viewport and the player's controls. */
const MARGIN = 8;

/** Narrower, words no longer find their place. */
const LEAST_WIDTH = 200;

/** A player's controls, from the lower edge of its video: seek bar and buttons. */
const CONTROLS_HEIGHT = 84;
const CONTROLS_SHARE = 0.3;

/** In a low window captions stand no higher than this share of it, whatever a meeting has there. */
const EDGE_SHARE = 0.45;

/**
 * Where captions stand that the user has put there, or (null) by themselves.
 * @param {Position | null} position
 * @param {Size} viewport
 * @param {Size} box `width` it has by itself, `height` when it is full
 * @param {Area | null} video the largest one that is seen
 * @param {number | null} edge of a meeting's page, whose videos have no controls of their own
 * @returns {Place} inside of the viewport; where there is room, off the player's controls and, by
 *   themselves, off the meeting's
 */
export function placeFor(position, viewport, box, video, edge) {
  const wanted = position ?? {
    x: 0.5,
    y: 1 - shareBelow(edge, viewport),
    width: box.width / viewport.width,
  };
  const most = viewport.width - 2 * MARGIN;
  const width = clamp(wanted.width * viewport.width, Math.min(LEAST_WIDTH, most), most);
  const place = {
    left: wanted.x * viewport.width - width / 2,
    bottom: wanted.y * viewport.height,
    width,
  };
  return within(
    viewport,
    box.height,
    edge === null ? offControls(place, box.height, video) : place,
  );
}

/**
 * @param {number | null} edge
 * @param {Size} viewport
 * @returns {number} of the viewport's height, what lies below captions that stand by themselves
 */
function shareBelow(edge, { height }) {
  if (edge === null) return Math.max(0.08, 72 / height);
  return Math.min((edge + MARGIN) / height, EDGE_SHARE);
}

/**
 * @param {Place} place
 * @param {Size} viewport
 * @returns {Position}
 */
export function positionOf({ left, bottom, width }, viewport) {
  return {
    x: clamp((left + width / 2) / viewport.width, 0, 1),
    y: clamp(bottom / viewport.height, 0, 1),
    width: clamp(width / viewport.width, 0, 1),
  };
}

/**
 * @param {Place} place
 * @param {number} dx
 * @param {number} dy
 * @returns {Place}
 */
export function moved({ left, bottom, width }, dx, dy) {
  return { left: left + dx, bottom: bottom + dy, width };
}

/**
 * Widen by pulling one edge; the other one stays.
 * @param {Place} place
 * @param {'left' | 'right'} edge
 * @param {number} dx
 * @returns {Place}
 */
export function pulled({ left, bottom, width }, edge, dx) {
  if (edge === 'right') return { left, bottom, width: Math.max(LEAST_WIDTH, width + dx) };
  const wider = Math.max(LEAST_WIDTH, width - dx);
  return { left: left + width - wider, bottom, width: wider };
}

/**
 * @param {Place} place
 * @param {number} height
 * @param {Area | null} video
 * @returns {Place}
 */
function offControls(place, height, video) {
  if (!video) return place;
  const tall = Math.min(CONTROLS_HEIGHT, (video.bottom - video.top) * CONTROLS_SHARE);
  const top = video.bottom - tall;
  const beside = place.left >= video.right || place.left + place.width <= video.left;
  const aboveOrBelow = place.bottom <= top || place.bottom - height >= video.bottom;
  const room = top - MARGIN - height >= MARGIN;
  return beside || aboveOrBelow || !room ? place : { ...place, bottom: top - MARGIN };
}

/**
 * @param {Size} viewport
 * @param {number} height
 * @param {Place} place
 * @returns {Place}
 */
function within(viewport, height, { left, bottom, width }) {
  const lowest = viewport.height - MARGIN;
  return {
    left: clamp(left, MARGIN, viewport.width - MARGIN - width),
    // Where there is too little room, the newest row is at the lower edge.
    bottom: clamp(bottom, Math.min(height + MARGIN, lowest), lowest),
    width,
  };
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Math.max(least, Math.min(value, most));
}
