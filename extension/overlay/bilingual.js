/** Which of a line's texts are shown, in which order, and how it begins. Pure. */

/** @typedef {import('../shared/captions.js').CaptionRow} CaptionRow */
/** @typedef {import('../shared/settings.js').Bilingual} Bilingual */

/**
 * @typedef {object} ShownText
 * @property {'original' | 'translation'} kind
 * @property {string | null} language
 * @property {string | null} of a translation: the language of its line
 * @property {string} committed
 * @property {string} draft follows `committed` verbatim
 */

/**
 * A line as it is shown: its texts stand directly beneath each other.
 * @typedef {object} ShownLine
 * @property {number} id
 * @property {string | null} speaker
 * @property {string} label the name that it begins with, or empty
 * @property {boolean} final whole, and with its translation where one is due
 * @property {ShownText[]} texts
 */

/** With so many lines after it, a line without a translation will not get one. */
const LINES_TO_WAIT = 2;

/**
 * What is to be shown of both languages, and which lines get a translation.
 * @typedef {Bilingual & { awaits: (language: string | null) => boolean }} Shown
 */

/**
 * What holds of the user's choice at this moment.
 * @param {Pick<import('./steps.js').OverlayState, 'settings' | 'peeked'>} state
 * @param {Pick<import('./steps.js').Rules, 'settings' | 'translations'>} rules
 * @param {string} home the user's own language
 * @returns {Shown}
 */
export function shownOf({ settings, peeked }, rules, home) {
  const { BROWSER, hostOptions } = rules.settings;
  const { mayTranslate, targetFor, wishOf } = rules.translations;
  const wish = wishOf(settings, home, BROWSER);
  const { bilingual } = settings;
  const awaits = (/** @type {string | null} */ language) => targetFor(wish, language) !== null;
  // Without a translator there is one language, whatever was chosen; Whisper alone writes English.
  const isOne = !mayTranslate(wish) || hostOptions(settings).task === 'translate';
  if (isOne) return { ...bilingual, show: 'original', awaits };
  if (bilingual.show !== 'hover') return { ...bilingual, awaits };
  return { ...bilingual, show: peeked ? 'both' : 'translation', awaits };
}

/**
 * What the captions must have room for: both languages, where either can be seen.
 * @param {import('../shared/settings.js').SiteSettings} settings
 * @param {Pick<import('./steps.js').Rules, 'settings' | 'translations'>} rules
 * @param {string} home
 * @returns {Bilingual}
 */
export function roomFor(settings, rules, home) {
  const { awaits: _, ...bilingual } = shownOf({ settings, peeked: true }, rules, home);
  return bilingual;
}

/**
 * Who speaks is named as long as several do.
 * @param {import('./steps.js').OverlayState} state
 * @param {import('./steps.js').Rules['speakers']} rules
 * @param {import('../shared/speakers.js').SpeakerWords} words
 * @returns {(speakers: (string | null)[]) => string[]}
 */
export function labelsOf({ settings, model, names, replay }, { areNamed, speakerLabels }, words) {
  const all = [...model.lines, ...(replay ?? [])].map(({ speaker }) => speaker);
  const named = settings.speakers && areNamed(all, names);
  return (speakers) => speakerLabels(speakers, named, words, names);
}

/**
 * @param {readonly CaptionRow[]} rows
 * @param {Shown} shown
 * @param {(text: string) => string} filter of the user's replacements
 * @param {(speakers: (string | null)[]) => string[]} labelsOf lines of these speakers
 * @returns {ShownLine[]}
 */
export function shownLines(rows, { show, order, awaits }, filter, labelsOf) {
  const lastTranslated = rows.findLastIndex(({ translation }) => translation !== null);
  const shown = rows.flatMap((row, index) => {
    const comes = index > lastTranslated && index >= rows.length - LINES_TO_WAIT;
    const isAwaited = row.translation === null && awaits(row.language);
    const isDue = show !== 'original' && isAwaited && comes;
    const texts = textsOf(row, show, isDue, filter);
    if (order === 'translation-first') texts.reverse();
    if (texts.length === 0) return [];
    const { id, speaker } = row;
    return [{ id, speaker, final: row.final && !isDue, texts }];
  });
  const labels = labelsOf(shown.map(({ speaker }) => speaker));
  return shown.map((line, index) => ({ ...line, label: labels[index] ?? '' }));
}

/**
 * @param {CaptionRow} row
 * @param {Bilingual['show']} show
 * @param {boolean} isDue its translation may still come
 * @param {(text: string) => string} filter
 * @returns {ShownText[]}
 */
function textsOf(row, show, isDue, filter) {
  const { translation } = row;
  if (show === 'original' || (translation === null && !isDue)) return [originalOf(row, filter)];
  const translated = translation === null ? [] : [translationOf(translation, row.language, filter)];
  return show === 'both' ? [originalOf(row, filter), ...translated] : translated;
}

/**
 * @param {CaptionRow} row
 * @param {(text: string) => string} filter
 * @returns {ShownText}
 */
function originalOf({ committed, draft, language }, filter) {
  const texts = { committed: filter(committed), draft: filter(draft) };
  return { kind: 'original', language, of: null, ...texts };
}

/**
 * @param {NonNullable<CaptionRow['translation']>} translation
 * @param {string | null} of the line's language
 * @param {(text: string) => string} filter
 * @returns {ShownText}
 */
function translationOf({ text, language, state }, of, filter) {
  const shown = filter(text);
  const [committed, draft] = state === 'final' ? [shown, ''] : ['', shown];
  return { kind: 'translation', language, of, committed, draft };
}
