/** The user's choices as lengths and custom properties of the overlay's style. Pure. */

/** @typedef {import('../shared/settings.js').Appearance} Appearance */
/** @typedef {import('../shared/settings.js').Bilingual} Bilingual */
/** @typedef {import('./placement.js').Size} Size */

/**
 * @typedef {object} Surroundings
 * @property {Size} viewport
 * @property {boolean} fullscreen
 * @property {number} textScale how large the user has the browser and the system show text; 1: as
 *   they do by themselves
 */

/**
 * @typedef {object} Look
 * @property {Record<string, string>} properties custom properties by name
 * @property {{ original: number, translation: number }} rowHeight pixels
 * @property {number} capacity pixels of text that are seen at once
 * @property {Size} box of full captions
 */

const LINE_HEIGHT = 1.42;

/** In fullscreen, eyes are further away: text grows with screens higher than this, up to twice. */
const FULLSCREEN_HEIGHT = 900;

/** Ems; some 75 letters a row. */
const WIDTH_EM = 36;
const PADDING_EM = { block: 0.55, inline: 1.05 };

/** Pixels around the box that its shadow and contour can reach. */
const REACH = 48;

/** Hardly any background: an edge around it would be a frame around nothing. */
const LEAST_OPACITY_WITH_EDGE = 0.15;

/**
 * @param {Appearance} appearance
 * @param {Bilingual} bilingual
 * @param {Surroundings} surroundings
 * @param {Record<string, string>} fonts lists of families by key
 * @returns {Look}
 */
export function lookOf(appearance, bilingual, { viewport, fullscreen, textScale }, fonts) {
  const growth = fullscreen ? Math.min(2, Math.max(1, viewport.height / FULLSCREEN_HEIGHT)) : 1;
  const scale = appearance.preset === 'system' ? textScale : 1;
  const size = Math.round(appearance.fontSize * growth * scale);
  const translationSize = Math.round(size * bilingual.translationSize);
  const rowHeight = { original: rowOf(size), translation: rowOf(translationSize) };
  // At least one line with its translation, and never half a pair.
  const capacity =
    bilingual.show === 'both' || bilingual.show === 'hover'
      ? Math.ceil(appearance.lines / 2) * (rowHeight.original + rowHeight.translation)
      : appearance.lines * Math.max(rowHeight.original, rowHeight.translation);
  return {
    rowHeight,
    capacity,
    box: {
      width: Math.min(0.92 * viewport.width, size * WIDTH_EM),
      height: capacity + 2 * Math.round(size * PADDING_EM.block),
    },
    properties: {
      '--size': `${size}px`,
      '--row': `${rowHeight.original}px`,
      '--translation-size': `${translationSize}px`,
      '--translation-row': `${rowHeight.translation}px`,
      '--reach': `${REACH}px`,
      '--padding': `${Math.round(size * PADDING_EM.block)}px ${Math.round(size * PADDING_EM.inline)}px`,
      ...inks(appearance, fonts),
    },
  };
}

/**
 * @param {Appearance} appearance
 * @param {Record<string, string>} fonts
 * @returns {Record<string, string>}
 */
function inks({ backgroundOpacity, ...appearance }, fonts) {
  const edge = backgroundOpacity >= LEAST_OPACITY_WITH_EDGE;
  // Light or dark, or the colours of a contrast theme.
  const [ink, ground] =
    appearance.preset === 'system'
      ? ['CanvasText', 'Canvas']
      : [appearance.color, appearance.background];
  return {
    '--font': fonts[appearance.fontFamily] ?? 'system-ui, sans-serif',
    '--weight': String(appearance.fontWeight),
    '--ink': ink,
    '--ground': ground,
    '--ground-share': `${Math.round(backgroundOpacity * 100)}%`,
    '--edge-share': edge ? '11%' : '0%',
    '--shade': edge ? '28%' : '0%',
    '--opacity': String(appearance.opacity),
    '--align': appearance.align,
    '--contour': contour(appearance.outline),
  };
}

/**
 * Drawn as shadows: a stroke would eat into the letters.
 * @param {Appearance['outline']} outline
 */
function contour(outline) {
  if (outline === 'none') return 'none';
  if (outline === 'shadow')
    return '0 0.04em 0.1em rgb(0 0 0 / 90%), 0 0.1em 0.4em rgb(0 0 0 / 70%)';
  const around = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y]));
  const ring = around.map(([x = 0, y = 0]) => `${x * 0.06}em ${y * 0.06}em 0.02em var(--ground)`);
  return [...ring, '0 0 0.35em var(--ground)'].join(', ');
}

/** @param {number} size */
function rowOf(size) {
  return Math.round(size * LINE_HEIGHT);
}
