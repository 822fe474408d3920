/**
 * Which translations are read out by a voice, and when. A voice that is slower than speech never lags
 * by more than two lines: older ones are skipped, and that is told. Pure.
 */

/** @typedef {import('../shared/protocol.js').Line} Line */

/**
 * @typedef {object} Utterance
 * @property {number} line its id
 * @property {string} text
 * @property {string} language
 */

/**
 * @typedef {object} Reading
 * @property {readonly Utterance[]} waiting in the order in which they were spoken
 * @property {ReadonlySet<number>} known ids of the lines that were read, skipped, or wait
 * @property {number} skipped lines so far
 */

/** Lines that may wait while another one is read. */
const MOST_BEHIND = 2;

/** So many ids are remembered; lines that are older do not come back. */
const KNOWN = 400;

/** @type {Reading} */
export const SILENT = Object.freeze({ waiting: [], known: new Set(), skipped: 0 });

/**
 * @param {readonly Line[]} lines that stand when reading is switched on: they are not read
 * @returns {Reading}
 */
export function begin(lines) {
  return { ...SILENT, known: new Set(lines.map(({ id }) => id)) };
}

/**
 * @param {Reading} reading
 * @param {readonly Line[]} lines that have changed; only final translations are read
 * @returns {Reading}
 */
export function hear(reading, lines) {
  const fresh = lines.filter(
    ({ id, text, translation }) =>
      text !== '' && translation?.state === 'final' && !reading.known.has(id),
  );
  if (fresh.length === 0) return reading;
  const added = fresh.flatMap(({ id, translation }) =>
    translation ? [{ line: id, text: translation.text, language: translation.language }] : [],
  );
  const all = [...reading.waiting, ...added].filter(({ text }) => text.trim() !== '');
  const waiting = all.slice(-MOST_BEHIND);
  const known = new Set([...reading.known, ...fresh.map(({ id }) => id)].slice(-KNOWN));
  return { waiting, known, skipped: reading.skipped + all.length - waiting.length };
}

/**
 * @param {Reading} reading
 * @returns {{ reading: Reading, utterance: Utterance | null }} the one that is read next
 */
export function next(reading) {
  const [utterance = null, ...waiting] = reading.waiting;
  return { reading: { ...reading, waiting }, utterance };
}
