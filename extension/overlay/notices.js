/** What the overlay says about itself, and for how long. Pure. */

/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/messages.js').News} News */
/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/messages.js').PhaseName} PhaseName */

/**
 * @typedef {object} Notice
 * @property {string} key of the user's text
 * @property {string} [detail] for the text's placeholder
 * @property {boolean} busy something is under way
 * @property {number | null} forMs null: until the next notice
 */

/**
 * A change of what is said, made after a while unless another one comes.
 * @typedef {object} Change
 * @property {Notice | null} notice null: nothing is said
 * @property {number} afterMs
 */

/** Long enough to be read, short enough not to be in the way. */
const BRIEF_MS = 2_500;
const LONG_MS = 5_000;
const NEWS_MS = 8_000;

/** A busy machine lags for a moment again and again. Only what lasts is worth a word. */
const LAGS_MS = 2_000;
const CAUGHT_UP_MS = 3_000;

/** @type {Record<Exclude<PhaseName, 'lagging'>, Notice>} */
const NOTICES = {
  connecting: { key: 'notice_connecting', busy: true, forMs: null },
  loading: { key: 'notice_loading', busy: true, forMs: null },
  listening: { key: 'notice_listening', busy: false, forMs: BRIEF_MS },
  reconnecting: { key: 'notice_reconnecting', busy: true, forMs: null },
  ending: { key: 'notice_ending', busy: false, forMs: BRIEF_MS },
};

/**
 * The change due when one phase follows another.
 * @param {Phase | null} before null at the beginning
 * @param {Phase} phase
 * @returns {Change | null} null when there is no news
 */
export function changeFor(before, phase) {
  const skippedMs = phase.skippedMs - (before?.skippedMs ?? 0);
  if (skippedMs > 0) return { notice: skipped(skippedMs), afterMs: 0 };
  return newsFor(before, phase) ?? phaseFor(before, phase);
}

/**
 * @param {Phase | null} before
 * @param {Phase} phase
 * @returns {Change | null}
 */
function newsFor(before, { news }) {
  if (!news || isSaid(news, before?.news)) return null;
  return { notice: { ...news, busy: false, forMs: NEWS_MS }, afterMs: 0 };
}

/**
 * @param {Phase | null} before
 * @param {Phase} phase
 * @returns {Change | null}
 */
function phaseFor(before, phase) {
  if (before?.name === phase.name) return null;
  if (phase.name === 'lagging') {
    return { notice: { key: 'notice_lagging', busy: true, forMs: null }, afterMs: LAGS_MS };
  }
  if (before?.name === 'lagging' && phase.name === 'listening') {
    return { notice: null, afterMs: CAUGHT_UP_MS };
  }
  // That it had stopped was said, and captions come.
  if (before?.name === 'reconnecting' && phase.name === 'listening') {
    return { notice: null, afterMs: 0 };
  }
  return { notice: NOTICES[phase.name], afterMs: 0 };
}

/**
 * What is said of the microphone. While it is on, the captions carry a mark.
 * @param {MicrophoneState} before
 * @param {MicrophoneState} state
 * @returns {Notice | null} null when there is no news
 */
export function microphoneNotice(before, state) {
  if (state === before || state === 'starting') return null;
  if (state === 'on') return { key: 'notice_microphone_on', busy: false, forMs: LONG_MS };
  if (state === 'off') return before === 'on' ? reply('notice_microphone_off') : null;
  return { key: 'notice_microphone_fault', busy: true, forMs: LONG_MS };
}

/** What keeps sound and picture from waiting for the captions. */
const NOT_IN_STEP = {
  meeting: 'notice_step_meeting',
  microphone: 'notice_step_microphone',
  protected: 'notice_step_protected',
};

/**
 * What is said of sound and picture that wait for the captions, or should.
 * @param {import('../shared/messages.js').StepState | null} state
 * @returns {Notice}
 */
export function stepNotice(state) {
  if (!state) return reply('notice_step_off');
  const { name, seconds, picture } = state;
  if (name !== 'on') return { key: NOT_IN_STEP[name], busy: false, forMs: LONG_MS };
  const detail = seconds.toLocaleString(undefined, { minimumFractionDigits: 1 });
  const key = picture ? 'notice_step' : 'notice_step_sound';
  return { key, detail, busy: false, forMs: LONG_MS };
}

/**
 * Until captions run, a notice says that they do not run yet.
 * @param {import('./steps.js').OverlayState} state
 * @returns {import('./steps.js').Step}
 */
export function showMicrophoneNews(state) {
  const { phase, microphoneNews } = state;
  if (phase?.name !== 'listening' || !microphoneNews) return { state, effects: [] };
  const effects = [/** @type {const} */ ({ type: 'notice', notice: microphoneNews })];
  return { state: { ...state, microphoneNews: null }, effects };
}

/** What is in the way of a word's meaning: what is said of it, by its code. @type {Record<string, string>} */
const NO_MEANING = {
  // By the host.
  translator_missing: 'notice_word_no_translator',
  translation_unsupported: 'notice_word_no_translator',
  translator_unknown: 'notice_word_no_translator',
  whisper_translates_no_words: 'notice_word_not_by_whisper',
  captioned_elsewhere: 'notice_word_elsewhere',
  translator_loading: 'notice_word_later',
  look_ups_too_many: 'notice_word_later',
  captions_not_running: 'notice_word_later',
  look_up_late: 'notice_word_unanswered',
  look_up_unanswered: 'notice_word_unanswered',
  translator_died: 'notice_word_unanswered',
  translator_hung: 'notice_word_unanswered',
  // By the browser.
  translation_missing: 'notice_word_no_translator',
  translation_pair: 'notice_word_no_translator',
  translation_click: 'notice_word_no_translator',
  translation_download: 'notice_word_no_translator',
  translation_cancelled: 'notice_word_no_translator',
  translation_downloading: 'notice_word_later',
  translation_silent: 'notice_word_unanswered',
};

/**
 * @param {{ word: string } & import('../shared/messages.js').Meaning} lookedUp a word of the captions
 * @returns {Notice}
 */
export function meaningNotice({ word, meaning, why }) {
  if (meaning === null) {
    const key = NO_MEANING[why ?? ''] ?? 'notice_no_meaning';
    return { key, detail: word, busy: false, forMs: LONG_MS };
  }
  return { key: 'notice_meaning', detail: `${word} → ${meaning}`, busy: false, forMs: LONG_MS };
}

/**
 * An answer to what the user has just done.
 * @param {string} key
 * @returns {Notice}
 */
export function reply(key) {
  return { key, busy: false, forMs: BRIEF_MS };
}

/** @param {number} ms */
function skipped(ms) {
  const detail = String(Math.max(1, Math.round(ms / 1000)));
  return { key: 'notice_skipped', detail, busy: false, forMs: LONG_MS };
}

/**
 * @param {News} news
 * @param {News | undefined} before
 */
function isSaid({ key, detail }, before) {
  return key === before?.key && detail === before.detail;
}
