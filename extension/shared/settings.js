/**
 * What the user can choose, as plain JSON: defaults, rules, versions, and what holds on a site.
 * Positions of the captions are kept apart (`Positions`): they are found by dragging, not chosen.
 */
/** @typedef {Record<string, unknown>} Json */

/**
 * @typedef {object} Appearance
 * @property {'standard' | 'system' | 'classic' | 'contrast' | 'outline' | 'paper' | 'custom'} preset
 *   whose values the others are; `custom` when one was changed; `system`: colours are the system's
 *   and text grows with the browser's
 * @property {'system' | 'sans' | 'serif' | 'mono' | 'rounded'} fontFamily key of FONTS
 * @property {number} fontSize CSS pixels
 * @property {number} fontWeight 100 to 900
 * @property {string} color `#rrggbb`
 * @property {string} background `#rrggbb`
 * @property {number} backgroundOpacity 0 to 1
 * @property {number} opacity of everything, 0.2 to 1
 * @property {'none' | 'outline' | 'shadow'} outline of the letters
 * @property {number} lines rows of text that are seen at once
 * @property {'start' | 'center' | 'end'} align
 */

/**
 * @typedef {object} Bilingual
 * @property {'original' | 'translation' | 'both'} show
 * @property {'original-first' | 'translation-first'} order
 * @property {number} translationSize ratio to the original's size
 */

/**
 * @typedef {object} Filters
 * @property {boolean} profanity whether swearwords are masked
 * @property {{ from: string, to: string }[]} replacements
 */

/**
 * What holds in a tab: the settings without their rules for sites.
 * @typedef {object} SiteSettings
 * @property {string | null} language spoken; null: detected
 * @property {string | null} translateTo null: not translated
 * @property {string | null} translator null: the host chooses
 * @property {string | null} model null: the host chooses
 * @property {boolean} stepDown whether a smaller model is taken when captions come late for good
 * @property {'alignatt' | 'local_agreement'} policy
 * @property {'faster-whisper' | 'torch' | 'mlx' | null} backend null: the host's usual one
 * @property {string | null} alignmentHeads "3.1,4.2", of the chosen model; null: its own
 * @property {string[]} vocabulary names and words to expect
 * @property {'fast' | 'reading'} mode word by word, or whole steady lines a little later
 * @property {Appearance} appearance
 * @property {Bilingual} bilingual
 * @property {Filters} filters
 * @property {'off' | 'polite'} liveRegion whether a screen reader reads captions out
 * @property {boolean} speakers whether speakers are told apart and named
 * @property {boolean} microphone whether captions begin with the microphone as a second channel
 */

/**
 * What one site does differently. Absent: as everywhere.
 * @typedef {Partial<Pick<SiteSettings,
 *     'language' | 'translateTo' | 'translator' | 'model' | 'mode' | 'speakers' | 'microphone'>>
 *   & { appearance?: Partial<Appearance>, bilingual?: Partial<Bilingual> }} SiteOverrides
 */

/** @typedef {SiteSettings & { version: number, sites: Record<string, SiteOverrides> }} Settings */

/**
 * Where the captions of a site stand: fractions of the viewport, of the middle of their lower edge.
 * @typedef {{ x: number, y: number, width: number }} Position
 */

/** @typedef {{ windowed: Position | null, fullscreen: Position | null }} SitePositions */
/** @typedef {Record<string, SitePositions>} Positions by site */

export const VERSION = 1;

/** The translator that is the recogniser itself: it writes English, and no original with it. */
export const WHISPER = 'whisper';

/** "3.1,4.2": layers of the decoder, and heads of theirs, as the host's protocol has them. */
export const HEADS_PATTERN = '[0-9]{1,2}\\.[0-9]{1,2}(,[0-9]{1,2}\\.[0-9]{1,2})*';

/** No font is fetched: these are what systems have. */
export const FONTS = {
  system: 'system-ui, sans-serif',
  sans: '"Helvetica Neue", Arial, "Liberation Sans", "Noto Sans", sans-serif',
  serif: 'Georgia, "Times New Roman", "Liberation Serif", "Noto Serif", serif',
  mono: 'ui-monospace, Menlo, Consolas, "Liberation Mono", monospace',
  rounded: 'ui-rounded, "Arial Rounded MT Bold", Nunito, "Trebuchet MS", sans-serif',
};

/** @type {Appearance} */
const STANDARD = {
  preset: 'standard',
  fontFamily: 'system',
  fontSize: 22,
  fontWeight: 500,
  color: '#f6f7f9',
  background: '#101216',
  backgroundOpacity: 0.91,
  opacity: 1,
  outline: 'none',
  lines: 3,
  align: 'start',
};

/**
 * A preset is a look; size, lines and alignment are the user's own and stay as they are.
 * @type {Record<Exclude<Appearance['preset'], 'custom'>, Partial<Appearance>>}
 */
export const PRESETS = {
  standard: look('system', 500, '#f6f7f9', '#101216', 0.91, 'none'),
  system: look('system', 500, '#f6f7f9', '#101216', 0.91, 'none'),
  classic: look('sans', 400, '#ffffff', '#080808', 0.75, 'none'),
  contrast: look('sans', 700, '#ffff00', '#000000', 1, 'none'),
  outline: look('sans', 700, '#ffffff', '#000000', 0, 'outline'),
  paper: look('serif', 500, '#22201c', '#faf6ec', 0.96, 'none'),
};

/** Fields that hold fields of their own. */
export const GROUPS = ['appearance', 'bilingual', 'filters'];

/** @type {Readonly<Settings>} */
export const DEFAULTS = deepFreeze({
  version: VERSION,
  language: null,
  translateTo: null,
  translator: null,
  model: null,
  stepDown: false,
  policy: 'alignatt',
  backend: null,
  alignmentHeads: null,
  vocabulary: [],
  mode: 'fast',
  appearance: STANDARD,
  bilingual: { show: 'both', order: 'original-first', translationSize: 1 },
  filters: { profanity: false, replacements: [] },
  liveRegion: 'off',
  speakers: true,
  microphone: false,
  sites: {},
});

/**
 * What holds on a site.
 * @param {Readonly<Settings>} settings
 * @param {string | null} site of `siteOf`
 * @returns {SiteSettings}
 */
export function settingsFor(settings, site) {
  const { version: _version, sites, ...common } = settings;
  const overrides = site !== null && Object.hasOwn(sites, site) ? sites[site] : undefined;
  return /** @type {SiteSettings} */ (mergeInto(structuredClone(common), overrides ?? {}));
}

/**
 * Change what holds on a site: where the site has a rule of its own for it, the rule; else the
 * setting for all sites.
 * @param {Readonly<Settings>} settings
 * @param {string | null} site
 * @param {SiteOverrides} changes
 * @returns {Settings}
 */
export function changeFor(settings, site, changes) {
  const changed = structuredClone(/** @type {Settings} */ (settings));
  const rule = site === null ? undefined : changed.sites[site];
  for (const [field, value] of Object.entries(changes)) {
    const owner = rule && Object.hasOwn(rule, field) ? rule : changed;
    mergeInto(/** @type {Json} */ (owner), { [field]: value });
  }
  return changed;
}

/**
 * @param {Appearance} appearance
 * @param {1 | -1} direction
 * @returns {Partial<Appearance>} a step larger or smaller, within what is allowed
 */
export function resized(appearance, direction) {
  const next = Math.round(appearance.fontSize * (direction === 1 ? 1.12 : 1 / 1.12));
  return { fontSize: Math.min(96, Math.max(12, next)) };
}

/**
 * The name under which a page's rules and positions are kept.
 * @param {string | undefined} url
 * @returns {string | null} null for pages that are not of the web
 */
export function siteOf(url) {
  if (url === undefined || !URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) ? hostname.replace(/^www\./, '') : null;
}

/**
 * The settings that concern the host, as its protocol has them.
 * @param {SiteSettings} settings
 * @returns {import('./protocol.js').Options}
 */
export function hostOptions(settings) {
  const { language, translateTo, translator, model, policy, vocabulary } = settings;
  const { backend, alignmentHeads, bilingual, stepDown, speakers } = settings;
  const engine = { model, policy, backend, alignment_heads: alignmentHeads, step_down: stepDown };
  const common = { language, vocabulary, speakers, ...engine };
  const isDirect = translateTo === 'en' && translator === WHISPER;
  // Nobody wants to see what is spoken: it need not be recognised then.
  if (isDirect && bilingual.show === 'translation') return { ...common, task: 'translate' };
  // It knows no other target; the host then takes the best there is.
  const other = translator === WHISPER && !isDirect ? null : translator;
  return { ...common, task: 'transcribe', translate_to: translateTo, translator: other };
}

/**
 * Write changes over a record, groups field by field.
 * @param {Json} target changed
 * @param {Json} changes
 * @returns {Json} target
 */
export function mergeInto(target, changes) {
  for (const [name, value] of Object.entries(changes)) {
    const inner = target[name];
    if (GROUPS.includes(name) && isRecord(inner) && isRecord(value)) Object.assign(inner, value);
    else target[name] = value;
  }
  return target;
}

/**
 * @param {Appearance['fontFamily']} fontFamily
 * @param {number} fontWeight
 * @param {string} color
 * @param {string} background
 * @param {number} backgroundOpacity
 * @param {Appearance['outline']} outline
 * @returns {Partial<Appearance>}
 */
function look(fontFamily, fontWeight, color, background, backgroundOpacity, outline) {
  return { fontFamily, fontWeight, color, background, backgroundOpacity, outline };
}

/**
 * @param {unknown} value
 * @returns {value is Json}
 */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
function deepFreeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
