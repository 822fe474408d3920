/**
 * What the user can choose, as plain JSON: limits, defaults, versions, and what holds on a site.
 * Positions of the captions are kept apart (`Positions`): they are found by dragging, not chosen.
 *
 * The overlay loads this module too, where no module can import another.
 */
/** @typedef {Record<string, unknown>} Json */

export const VERSION = 1;

/** The translator that is the recogniser itself: it writes English, and no original with it. */
export const WHISPER = 'whisper';

/** The translator that the browser has; the host is told nothing of it. */
export const BROWSER = 'browser';

/** No font is fetched: these are what systems have. */
export const FONTS = {
  system: 'system-ui, sans-serif',
  sans: '"Helvetica Neue", Arial, "Liberation Sans", "Noto Sans", sans-serif',
  serif: 'Georgia, "Times New Roman", "Liberation Serif", "Noto Serif", serif',
  mono: 'ui-monospace, Menlo, Consolas, "Liberation Mono", monospace',
  rounded: 'ui-rounded, "Arial Rounded MT Bold", Nunito, "Trebuchet MS", sans-serif',
};

/** What the host can be asked for in a tab: limits and defaults. */
// <options of schema.json>
export const HOST_OPTIONS = /** @type {const} */ ({
  /** language of the speech, by code or name (en, de-CH, German, Deutsch); auto or default: detect the language */
  language: { type: ['string', 'null'], pattern: '^\\S.{0,62}\\S$', default: null },
  /** transcribe: captions in the language spoken; translate: captions in English, by Whisper itself */
  task: { enum: ['transcribe', 'translate'], default: 'transcribe' },
  /** a model's name, or the path of a checkpoint: CTranslate2, Hugging Face, OpenAI .pt, MLX, LoRA adapter; default: the host chooses */
  model: { type: ['string', 'null'], minLength: 1, maxLength: 4096, default: null },
  /** what commits live words: where the decoder looks (alignatt), or what two decodes agree on (local_agreement) */
  policy: { enum: ['alignatt', 'local_agreement'], default: 'alignatt' },
  /** names and terms to expect, each as a separate entry */
  vocabulary: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 100 },
    maxItems: 200,
    default: [],
  },
  /** language code (pt, zh-TW) to translate the lines into; default: no translation */
  translate_to: {
    type: ['string', 'null'],
    pattern: '^([a-z]{2,3}|[a-z]{5,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$',
    default: null,
  },
  /** a translator's name, a CTranslate2 folder, or whisper (the recogniser itself, only into English); default: the best one for the two languages */
  translator: { type: ['string', 'null'], minLength: 1, maxLength: 4096, default: null },
  /** switch to the next smaller installed model when captions are late for long */
  step_down: { type: 'boolean', default: false },
  /** what runs the model: onnxruntime or, on a graphics card, CTranslate2 (faster-whisper), PyTorch in bfloat16 (torch), or MLX on Apple silicon (mlx); default: the host chooses */
  backend: { enum: ['faster-whisper', 'torch', 'mlx', null], default: null },
  /** cross-attention heads (LAYER.HEAD,LAYER.HEAD) that follow the sound; default: the model's own */
  alignment_heads: {
    type: ['string', 'null'],
    pattern: '^[0-9]{1,2}\\.[0-9]{1,2}(,[0-9]{1,2}\\.[0-9]{1,2})*$',
    maxLength: 2000,
    default: null,
  },
  /** show who speaks, if the model for that is installed */
  speakers: { type: 'boolean', default: false },
  /** what tells speakers apart: vectors of voices (embedded), NVIDIA's model on a graphics card, up to four speakers (sortformer, and sortformer-fast that waits less), or diart on the processor (diart); default: the first that is installed */
  diarizer: { enum: ['embedded', 'sortformer', 'sortformer-fast', 'diart', null], default: null },
  /** tell no more speakers apart than these; 0: unknown */
  max_speakers: { type: 'integer', minimum: 0, maximum: 12, default: 0 },
  /** exactly so many people speak; 0: unknown */
  num_speakers: { type: 'integer', minimum: 0, maximum: 12, default: 0 },
});
// </options of schema.json>

const OUTLINES = /** @type {const} */ (['none', 'outline', 'shadow']);

const STANDARD = look('system', 500, '#f6f7f9', '#101216', 0.91, 'none');

/**
 * A preset is a look; size, lines and alignment are the user's own and stay as they are. With
 * `system`, colours are the system's and text grows with the browser's.
 */
export const PRESETS = {
  standard: STANDARD,
  system: STANDARD,
  classic: look('sans', 400, '#ffffff', '#080808', 0.75, 'none'),
  contrast: look('sans', 700, '#ffff00', '#000000', 1, 'none'),
  outline: look('sans', 700, '#ffffff', '#000000', 0, 'outline'),
  paper: look('serif', 500, '#22201c', '#faf6ec', 0.96, 'none'),
};

const COLOR = /** @type {const} */ ({ type: 'string', pattern: '^#[0-9a-f]{6}$' });

const LANGUAGE_RULE = /** @type {const} */ ({
  type: 'object',
  properties: {
    language: { type: 'string', pattern: HOST_OPTIONS.translate_to.pattern },
    translate: { enum: ['always', 'never'] },
  },
  required: ['language', 'translate'],
  additionalProperties: false,
});

const REPLACEMENT = /** @type {const} */ ({
  type: 'object',
  properties: {
    from: { type: 'string', minLength: 1, maxLength: 100 },
    to: { type: 'string', maxLength: 100 },
  },
  required: ['from', 'to'],
  additionalProperties: false,
});

/**
 * The one table of the settings: what each may hold, and its default. What the host is asked for has
 * both from the protocol, under the `option`'s name. Numbers say in which steps a slider moves and
 * how they are shown. A record without a default is a group of settings.
 */
export const SETTINGS = /** @type {const} */ ({
  // The pages offer codes; the host would understand names as well.
  language: { ...fromHost('language'), pattern: HOST_OPTIONS.translate_to.pattern },
  translateTo: fromHost('translate_to'),
  translator: fromHost('translator'),
  /** What is done with lines in a language, whatever else is chosen; the first rule for it holds. */
  languageRules: { type: 'array', items: LANGUAGE_RULE, maxItems: 200, default: [] },
  /** Whether a voice reads translations out. */
  speakTranslations: { type: 'boolean', default: false },
  model: fromHost('model'),
  stepDown: fromHost('step_down'),
  policy: fromHost('policy'),
  backend: fromHost('backend'),
  alignmentHeads: fromHost('alignment_heads'),
  vocabulary: fromHost('vocabulary'),
  /** Word by word, or whole steady lines a little later. */
  mode: { enum: ['fast', 'reading'], default: 'fast' },
  appearance: {
    /** Whose values the others are; `custom` when one was changed. */
    preset: { enum: [...namesOf(PRESETS), 'custom'], default: 'standard' },
    fontFamily: { enum: namesOf(FONTS), default: STANDARD.fontFamily },
    fontSize: { type: 'number', minimum: 12, maximum: 96, default: 22, step: 1, unit: 'px' },
    fontWeight: {
      type: 'integer',
      minimum: 300,
      maximum: 800,
      default: STANDARD.fontWeight,
      step: 100,
    },
    color: { ...COLOR, default: STANDARD.color },
    background: { ...COLOR, default: STANDARD.background },
    backgroundOpacity: share(0, 1, STANDARD.backgroundOpacity, 0.01),
    /** Of everything. */
    opacity: share(0.2, 1, 1, 0.01),
    /** Of the letters. */
    outline: { enum: OUTLINES, default: STANDARD.outline },
    /** Rows of text that are seen at once. */
    lines: { type: 'integer', minimum: 1, maximum: 6, default: 3, step: 1 },
    align: { enum: ['start', 'center', 'end'], default: 'start' },
  },
  bilingual: {
    /** `hover`: the translation, with the original while the pointer or a key asks for it. */
    show: { enum: ['both', 'original', 'translation', 'hover'], default: 'both' },
    order: { enum: ['original-first', 'translation-first'], default: 'original-first' },
    /** Ratio to the original's size. */
    translationSize: share(0.5, 1.5, 1, 0.05),
  },
  filters: {
    /** Whether swearwords are masked. */
    profanity: { type: 'boolean', default: false },
    replacements: { type: 'array', items: REPLACEMENT, maxItems: 200, default: [] },
  },
  /** Whether a screen reader reads captions out. */
  liveRegion: { enum: ['off', 'polite'], default: 'off' },
  // The host tells speakers apart when it is asked to. Whoever installed the model for it wants it.
  speakers: { ...fromHost('speakers'), default: true },
  diarizer: fromHost('diarizer'),
  /** Of speakers, as many are told apart at the most. */
  maxSpeakers: { ...fromHost('max_speakers'), step: 1 },
  /** As many speak. */
  numSpeakers: { ...fromHost('num_speakers'), step: 1 },
  /** Whether voices get the names that the page of a meeting shows. */
  meetingNames: { type: 'boolean', default: true },
  /** Whether captions begin with the microphone as a second channel. */
  microphone: { type: 'boolean', default: false },
  /** Whether sound and picture are delayed by what captions need. */
  inStep: { type: 'boolean', default: false },
});

/** What a site may do differently. */
export const SITE_FIELDS = /** @type {const} */ ([
  'language',
  'translateTo',
  'translator',
  'languageRules',
  'model',
  'mode',
  'speakers',
  'meetingNames',
  'appearance',
  'bilingual',
  'microphone',
  'inStep',
]);

/** Fields that hold fields of their own. */
export const GROUPS = Object.keys(SETTINGS).filter((name) => isGroup(name));

/**
 * The value of a plain type's name.
 * @template T
 * @typedef {T extends 'string' ? string : T extends 'boolean' ? boolean
 *   : T extends 'number' | 'integer' ? number : null} Plain
 */

/**
 * What a schema allows.
 * @template S
 * @typedef {S extends { enum: readonly (infer V)[] } ? V
 *   : S extends { type: 'array', items: infer I } ? Value<I>[]
 *   : S extends { type: 'object', properties: infer P } ? { -readonly [K in keyof P]: Value<P[K]> }
 *   : S extends { type: readonly (infer T)[] } ? Plain<T>
 *   : S extends { type: infer T } ? Plain<T> : never} Value
 */

/**
 * What a table of settings allows.
 * @template G
 * @typedef {{ -readonly [K in keyof G]:
 *   G[K] extends { default: unknown } ? Value<G[K]> : Values<G[K]> }} Values
 */

/**
 * What holds in a tab: the settings without their rules for sites.
 * @typedef {Values<typeof SETTINGS>} SiteSettings
 */

/** @typedef {SiteSettings['appearance']} Appearance */
/** @typedef {SiteSettings['bilingual']} Bilingual */
/** @typedef {SiteSettings['filters']} Filters */

/**
 * What one site does differently. Absent: as everywhere.
 * @typedef {Partial<Omit<Pick<SiteSettings, typeof SITE_FIELDS[number]>, 'appearance' | 'bilingual'>>
 *   & { appearance?: Partial<Appearance>, bilingual?: Partial<Bilingual> }} SiteOverrides
 */

/** @typedef {SiteSettings & { version: number, sites: Record<string, SiteOverrides> }} Settings */

/**
 * The settings that the host is asked for.
 * @typedef {{ [K in keyof SiteSettings]:
 *   typeof SETTINGS[K] extends { option: string } ? K : never }[keyof SiteSettings]} OfHost
 */

/**
 * Where the captions of a site stand: fractions of the viewport, of the middle of their lower edge.
 * @typedef {{ x: number, y: number, width: number }} Position
 */

/** @typedef {{ windowed: Position | null, fullscreen: Position | null }} SitePositions */
/** @typedef {Record<string, SitePositions>} Positions by site */

/** @type {Readonly<Settings>} */
export const DEFAULTS = deepFreeze({ version: VERSION, ...defaultsIn(SETTINGS), sites: {} });

/**
 * What holds on a site.
 * @param {Readonly<Settings>} settings
 * @param {string | null} site of `siteOf`
 * @returns {SiteSettings}
 */
export function settingsFor(settings, site) {
  const { version: _version, sites, ...common } = settings;
  const overrides = site !== null && Object.hasOwn(sites, site) ? sites[site] : undefined;
  const merged = /** @type {SiteSettings} */ (
    mergeInto(structuredClone(common), structuredClone(overrides ?? {}))
  );
  // A site's rules come first; those for other languages hold there, too.
  merged.languageRules = [...(overrides?.languageRules ?? []), ...common.languageRules];
  return merged;
}

/**
 * The settings that concern the host, as its protocol has them.
 * @param {SiteSettings} settings
 * @returns {import('./protocol.js').Options}
 */
export function hostOptions(settings) {
  const { translateTo, translator, bilingual } = settings;
  const chosen = Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([name, setting]) =>
      'option' in setting ? [[setting.option, settings[/** @type {OfHost} */ (name)]]] : [],
    ),
  );
  if (translator === BROWSER) {
    return { ...chosen, task: 'transcribe', translate_to: null, translator: null };
  }
  const isDirect = translateTo === 'en' && translator === WHISPER;
  // Nobody wants to see what is spoken: it need not be recognised then.
  if (isDirect && bilingual.show === 'translation') {
    return { ...chosen, task: 'translate', translate_to: null, translator: null };
  }
  // It knows no other target; the host then takes the best there is.
  const other = translator === WHISPER && !isDirect ? null : translator;
  return { ...chosen, task: 'transcribe', translator: other };
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
 * @param {keyof typeof FONTS} fontFamily
 * @param {number} fontWeight
 * @param {string} color
 * @param {string} background
 * @param {number} backgroundOpacity
 * @param {typeof OUTLINES[number]} outline
 */
function look(fontFamily, fontWeight, color, background, backgroundOpacity, outline) {
  return { fontFamily, fontWeight, color, background, backgroundOpacity, outline };
}

/**
 * A setting that the host is asked for.
 * @template {keyof typeof HOST_OPTIONS} Name
 * @param {Name} option
 */
function fromHost(option) {
  return { ...HOST_OPTIONS[option], option };
}

/**
 * A setting that is shown in percent.
 * @param {number} minimum
 * @param {number} maximum
 * @param {number} usual
 * @param {number} step
 */
function share(minimum, maximum, usual, step) {
  const number = /** @type {const} */ ({ type: 'number', unit: 'percent' });
  return { ...number, minimum, maximum, default: usual, step };
}

/**
 * @template {object} Record
 * @param {Record} record
 * @returns {(keyof Record)[]}
 */
function namesOf(record) {
  return /** @type {(keyof Record)[]} */ (Object.keys(record));
}

/** @param {string} name */
function isGroup(name) {
  return !('default' in SETTINGS[/** @type {keyof typeof SETTINGS} */ (name)]);
}

/**
 * @template {object} Table
 * @param {Table} table of settings
 * @returns {Values<Table>}
 */
function defaultsIn(table) {
  const defaults = Object.entries(table).map(([name, setting]) => [
    name,
    'default' in setting ? structuredClone(setting.default) : defaultsIn(setting),
  ]);
  return Object.fromEntries(defaults);
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
