/** The settings that a plain control can hold, in the order in which the options page shows them. */
import { DEFAULTS, PRESETS, SETTINGS } from '../shared/settings.js';

/**
 * @typedef {object} Field
 * @property {string} path "appearance.fontSize"
 * @property {'choice' | 'language' | 'target' | 'translator' | 'model' | 'backend' | 'diarizer' | 'heads' | 'range' | 'color' | 'switch'} kind
 * @property {readonly string[]} [choices] values of a choice
 * @property {Range} [range]
 * @property {string} [zero] key of what 0 means where it is no number
 * @property {string} [hint] key of what else there is to say of it
 */

/**
 * @typedef {object} Range
 * @property {number} minimum
 * @property {number} maximum
 * @property {number} step
 * @property {'px' | 'percent'} [unit]
 */

/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */
/** @typedef {'speech' | 'advanced' | 'translation' | 'reading' | 'appearance' | 'filters'} Section */

/**
 * @param {string} path of a setting that has one of several values
 * @returns {Field}
 */
const choice = (path) => ({ path, kind: 'choice', choices: valueAt(SETTINGS, path).enum });

/**
 * @param {string} path of a setting that is a number
 * @returns {Field}
 */
const range = (path) => ({ path, kind: 'range', range: valueAt(SETTINGS, path) });

/** @type {Record<Section, Field[]>} */
export const SECTIONS = {
  speech: [
    { path: 'language', kind: 'language' },
    { path: 'model', kind: 'model' },
    { path: 'stepDown', kind: 'switch' },
    { path: 'microphone', kind: 'switch' },
  ],
  advanced: [
    choice('policy'),
    { path: 'backend', kind: 'backend', hint: 'backend_hint' },
    { path: 'alignmentHeads', kind: 'heads', hint: 'alignmentHeads_hint' },
    { path: 'diarizer', kind: 'diarizer', hint: 'diarizer_hint' },
  ],
  translation: [
    { path: 'translateTo', kind: 'target' },
    { path: 'translator', kind: 'translator' },
    { path: 'speakTranslations', kind: 'switch', hint: 'speakTranslations_hint' },
    choice('bilingual.show'),
    choice('bilingual.order'),
    range('bilingual.translationSize'),
  ],
  reading: [
    choice('mode'),
    { path: 'speakers', kind: 'switch', hint: 'speakers_hint' },
    { ...range('numSpeakers'), zero: 'speakers_unknown', hint: 'numSpeakers_hint' },
    { ...range('maxSpeakers'), zero: 'speakers_unknown' },
    { path: 'meetingNames', kind: 'switch', hint: 'meetingNames_hint' },
    { path: 'inStep', kind: 'switch', hint: 'inStep_hint' },
    choice('liveRegion'),
  ],
  appearance: [
    choice('appearance.preset'),
    choice('appearance.fontFamily'),
    range('appearance.fontSize'),
    range('appearance.fontWeight'),
    { path: 'appearance.color', kind: 'color' },
    { path: 'appearance.background', kind: 'color' },
    range('appearance.backgroundOpacity'),
    range('appearance.opacity'),
    choice('appearance.outline'),
    range('appearance.lines'),
    choice('appearance.align'),
  ],
  filters: [{ path: 'filters.profanity', kind: 'switch' }],
};

/**
 * The host's backends, under the names that they have everywhere.
 * @type {Readonly<Record<NonNullable<SiteSettings['backend']>, string>>}
 */
export const BACKENDS = { 'faster-whisper': 'faster-whisper', torch: 'PyTorch', mlx: 'MLX' };

/**
 * What tells speakers apart, under the names that they have everywhere.
 * @type {Readonly<Record<NonNullable<SiteSettings['diarizer']>, string>>}
 */
export const DIARIZERS = {
  embedded: 'embedded',
  sortformer: 'Sortformer',
  'sortformer-fast': 'Sortformer, 0.32 s',
  diart: 'diart',
};

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
