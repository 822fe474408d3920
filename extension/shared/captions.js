/**
 * The captions of one session as a value, and the pure functions that move it on.
 *
 * A model is plain JSON, so it can be sent between the extension's contexts as it is.
 */

/** @typedef {import('./protocol.js').Line} Line */
/** @typedef {import('./protocol.js').Draft} Draft */
/** @typedef {import('./protocol.js').Captions} CaptionUpdate */

/**
 * @typedef {object} CaptionModel
 * @property {number} revision of the last update applied; 0 before the first
 * @property {readonly Line[]} lines in the order they were spoken
 * @property {Draft} draft
 */

/**
 * One line as it is shown.
 * @typedef {object} CaptionRow
 * @property {number} id
 * @property {number} end sample up to which it has been heard
 * @property {string} committed
 * @property {string} draft follows `committed` verbatim
 * @property {boolean} final
 * @property {string | null} language
 * @property {string | null} speaker YOU, a voice's number, a name, or null: not told apart
 * @property {Line['translation']} translation
 */

/** Lines a model holds on to. Hours of captions must leave memory flat. */
export const LINES_KEPT = 200;

/** @type {CaptionModel} */
export const EMPTY_MODEL = Object.freeze({ revision: 0, lines: [], draft: null });

/**
 * Apply one update. Pure; a replayed update changes nothing.
 * @param {CaptionModel} model
 * @param {CaptionUpdate} update
 * @returns {CaptionModel}
 */
export function applyUpdate(model, update) {
  if (update.revision <= model.revision) return model;
  const lines = new Map(model.lines.map((line) => [line.id, line]));
  for (const line of update.lines) {
    if (line.text === '') lines.delete(line.id);
    else lines.set(line.id, line);
  }
  return {
    revision: update.revision,
    lines: [...lines.values()].sort(inSpokenOrder).slice(-LINES_KEPT),
    draft: update.draft,
  };
}

/**
 * The model from which a session goes on at sample `from`: what will be captioned anew is dropped,
 * what was said before is final, for nobody hears it again, and revisions count from the start, as the
 * new host counts them.
 * @param {CaptionModel} model
 * @param {number} from
 * @returns {CaptionModel}
 */
export function resumeAt(model, from) {
  const before = model.lines.filter((line) => line.start < from);
  const lines = before.map((line) =>
    line.state === 'final' ? line : { ...line, state: /** @type {const} */ ('final') },
  );
  return { revision: 0, lines, draft: null };
}

/**
 * What is captioned from sample `from` on, which is about to be captioned anew.
 * @param {CaptionModel} model
 * @param {number} from
 * @returns {CaptionModel}
 */
export function aheadOf(model, from) {
  const { revision, lines, draft } = model;
  const isAhead = draft !== null && draft.start >= from;
  return {
    revision,
    lines: lines.filter((line) => line.start >= from),
    draft: isAhead ? draft : null,
  };
}

/**
 * The sample after the last word.
 * @param {CaptionModel} model
 * @returns {number}
 */
export function wordsEnd({ lines, draft }) {
  return Math.max(0, draft?.end ?? 0, ...lines.map((line) => line.end));
}

/**
 * The model with the words of its draft in a line: nobody will hear them again.
 * @param {CaptionModel} model
 * @returns {CaptionModel}
 */
export function settled(model) {
  const { revision, lines, draft } = model;
  if (draft === null) return model;
  const { line: id, text, start, end } = draft;
  const line = lines.find((candidate) => candidate.id === id);
  const rest = { state: /** @type {const} */ ('committed'), speaker: null, translation: null };
  const language = lines.at(-1)?.language ?? null;
  const whole = line
    ? { ...line, text: line.text + text, end }
    : { id, start, end, text: text.trim(), language, ...rest };
  const others = lines.filter((candidate) => candidate.id !== id);
  return { revision, lines: [...others, whole].sort(inSpokenOrder), draft: null };
}

/**
 * A model and what stood behind it before, which it has not come to yet.
 * @param {CaptionModel} model
 * @param {CaptionModel} ahead
 * @returns {CaptionModel}
 */
export function continued(model, ahead) {
  if (ahead.lines.length === 0 && ahead.draft === null) return model;
  const { revision, draft } = model;
  const lines = [...model.lines, ...ahead.lines].slice(-LINES_KEPT);
  return { revision, lines, draft: draft ?? ahead.draft };
}

/**
 * The first sample to caption again when audio is kept from `kept` on. A line begun before it
 * cannot be made anew, so it stays and captioning goes on after its last word.
 * @param {CaptionModel} model
 * @param {number} kept
 * @returns {number}
 */
export function resumeSample(model, kept) {
  const begunBefore = model.lines.filter((line) => line.start < kept);
  return Math.max(kept, ...begunBefore.map((line) => line.end));
}

/**
 * The text spoken before sample `until`, as context for the recogniser: whole words, the newest.
 * @param {CaptionModel} model
 * @param {number} until
 * @param {number} maxLength
 * @returns {string}
 */
export function contextBefore(model, until, maxLength) {
  const spoken = model.lines.filter((line) => line.start < until);
  const text = spoken.map((line) => line.text.trim()).join(' ');
  if (text.length <= maxLength) return text;
  const tail = text.slice(-maxLength);
  return tail.slice(tail.indexOf(' ') + 1);
}

/**
 * Whether lines up to one of them stand without a translation into a language, or with one into
 * another, though they are not in that language themselves.
 * @param {CaptionModel} model
 * @param {number} until id of the last line that counts
 * @param {string} target
 * @returns {boolean}
 */
export function someUntranslated(model, until, target) {
  return model.lines.some(
    ({ id, language, translation }) =>
      id <= until &&
      translation?.language !== target &&
      // What is unknown was recognised as English.
      baseLanguage(language ?? 'en') !== baseLanguage(target),
  );
}

/** @param {string} code BCP 47 */
function baseLanguage(code) {
  return code.split('-')[0];
}

/**
 * The newest lines as rows, the draft appended to its line or opening it.
 * @param {CaptionModel} model
 * @param {number} since only lines that end after this sample
 * @param {number} count
 * @returns {CaptionRow[]}
 */
export function captionRows(model, since, count) {
  const { lines, draft } = model;
  /** @type {CaptionRow[]} */
  const rows = lines.map(({ id, end, text, state, language, speaker, translation }) => ({
    id,
    end,
    committed: text,
    draft: '',
    final: state === 'final',
    language,
    speaker,
    translation,
  }));
  if (draft !== null && draft.text !== '') {
    const row = rows.find(({ id }) => id === draft.line);
    if (row) {
      row.draft = draft.text;
      row.end = Math.max(row.end, draft.end);
    } else {
      const before = lines.filter((line) => line.start <= draft.start).length;
      rows.splice(before, 0, {
        id: draft.line,
        end: draft.end,
        committed: '',
        draft: draft.text,
        final: false,
        // Nobody has said so, but who speaks goes on in the same language.
        language: lines[before - 1]?.language ?? null,
        speaker: null,
        translation: null,
      });
    }
  }
  return rows.filter((row) => row.end > since).slice(-count);
}

/**
 * @param {Line} a
 * @param {Line} b
 */
function inSpokenOrder(a, b) {
  return a.start - b.start || a.id - b.id;
}
