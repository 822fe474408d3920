/** The settings that a plain control can hold, in the order in which the options page shows them. */
import { DEFAULTS, FONTS, PRESETS } from '../shared/settings.js';

/**
 * @typedef {object} Field
 * @property {string} path "appearance.fontSize"
 * @property {'choice' | 'language' | 'target' | 'translator' | 'model' | 'engine' | 'heads' | 'range' | 'color' | 'switch'} kind
 * @property {string[]} [choices] values of a choice
 * @property {{ min: number, max: number, step: number, unit: 'px' | 'percent' | 'none' }} [range]
 * @property {string} [hint] key of what else there is to say of it
 */

/** @typedef {'speech' | 'advanced' | 'translation' | 'reading' | 'appearance' | 'filters'} Section */

/**
 * @param {string} path
 * @param {...string} choices
 * @returns {Field}
 */
const choice = (path, ...choices) => ({ path, kind: 'choice', choices });

/**
 * @param {string} path
 * @param {number} min
 * @param {number} max
 * @param {number} step
 * @param {'px' | 'percent' | 'none'} [unit]
 * @returns {Field}
 */
const range = (path, min, max, step, unit = 'none') => ({
  path,
  kind: 'range',
  range: { min, max, step, unit },
});

/** @type {Record<Section, Field[]>} */
export const SECTIONS = {
  speech: [
    { path: 'language', kind: 'language' },
    { path: 'model', kind: 'model' },
    { path: 'stepDown', kind: 'switch' },
    { path: 'microphone', kind: 'switch' },
  ],
  advanced: [
    choice('policy', 'alignatt', 'local_agreement'),
    { path: 'backend', kind: 'engine', hint: 'backend_hint' },
    { path: 'alignmentHeads', kind: 'heads', hint: 'alignmentHeads_hint' },
  ],
  translation: [
    { path: 'translateTo', kind: 'target' },
    { path: 'translator', kind: 'translator' },
    choice('bilingual.show', 'both', 'original', 'translation'),
    choice('bilingual.order', 'original-first', 'translation-first'),
    range('bilingual.translationSize', 0.5, 1.5, 0.05, 'percent'),
  ],
  reading: [
    choice('mode', 'fast', 'reading'),
    { path: 'speakers', kind: 'switch', hint: 'speakers_hint' },
    choice('liveRegion', 'off', 'polite'),
  ],
  appearance: [
    choice('appearance.preset', ...Object.keys(PRESETS), 'custom'),
    choice('appearance.fontFamily', ...Object.keys(FONTS)),
    range('appearance.fontSize', 12, 96, 1, 'px'),
    range('appearance.fontWeight', 300, 800, 100),
    { path: 'appearance.color', kind: 'color' },
    { path: 'appearance.background', kind: 'color' },
    range('appearance.backgroundOpacity', 0, 1, 0.01, 'percent'),
    range('appearance.opacity', 0.2, 1, 0.01, 'percent'),
    choice('appearance.outline', 'none', 'outline', 'shadow'),
    range('appearance.lines', 1, 6, 1),
    choice('appearance.align', 'start', 'center', 'end'),
  ],
  filters: [{ path: 'filters.profanity', kind: 'switch' }],
};

/** The host's engines, under the names that they have everywhere. */
export const ENGINES = { 'faster-whisper': 'CTranslate2', torch: 'PyTorch', mlx: 'MLX' };

/**
 * @param {import('../shared/settings.js').Settings} settings
 * @returns {boolean} whether something that only experts touch is not as by default
 */
export function hasAdvanced(settings) {
  return SECTIONS.advanced.some(({ path }) => valueAt(settings, path) !== valueAt(DEFAULTS, path));
}

/**
 * @param {string} path
 * @returns {string} the key of the field's name among the user's texts
 */
export function nameKey(path) {
  return `field_${path.split('.').at(-1)}`;
}

/**
 * @param {string} path
 * @param {string} value
 * @returns {string} the key of a choice's text
 */
export function choiceKey(path, value) {
  return `choice_${path.split('.').at(-1)}_${value.replace(/-/g, '_')}`;
}

/**
 * @param {object} settings
 * @param {string} path
 * @returns {any} undefined where a site's rule says nothing about it
 */
export function valueAt(settings, path) {
  return path
    .split('.')
    .reduce(
      (inner, name) => /** @type {Record<string, any> | undefined} */ (inner)?.[name],
      settings,
    );
}

/**
 * @param {string} path
 * @param {unknown} value
 * @returns {Record<string, unknown>} as changes of settings
 */
export function changesAt(path, value) {
  const [first = '', second] = path.split('.');
  if (second === undefined) return { [first]: value };
  if (path === 'appearance.preset') {
    const look = PRESETS[/** @type {keyof typeof PRESETS} */ (value)] ?? {};
    return { appearance: { preset: value, ...look } };
  }
  // A look of which one part was changed is the user's own.
  const own = Object.hasOwn(PRESETS.standard, second) && first === 'appearance';
  return { [first]: own ? { [second]: value, preset: 'custom' } : { [second]: value } };
}
