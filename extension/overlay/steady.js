/**
 * Reading mode: words are held back until their clause is whole, so that nothing moves under the
 * eye. Pure.
 */

/** @typedef {import('../shared/captions.js').CaptionRow} CaptionRow */

/**
 * What is shown of each line.
 * @typedef {ReadonlyMap<number, { length: number, since: number | null }>} Held `length` of its text,
 *   and since when (ms) there is more of it; null: there is not
 */

/**
 * @typedef {object} SteadyRows
 * @property {Held} held
 * @property {CaptionRow[]} rows without drafts
 * @property {number | null} dueAt when (ms) words that are held now have waited long enough
 */

/** A slow speaker's half clause is shown after this time. */
export const HOLD_MS = 1_500;

/** Through the last sign that ends a clause. "3.5" and "10:30" are none. */
const CLAUSE = /^[^]*(?:[.,;:!?…](?=["'”’»)\]]*(?:\s|$))|[。，、；：！？؟،؛۔])["'”’»」』）)\]]*/u;

/**
 * What is to be seen of rows that grow word by word.
 * @param {Held} held of the moment before
 * @param {readonly CaptionRow[]} rows
 * @param {number} now ms
 * @returns {SteadyRows}
 */
export function steadyRows(held, rows, now) {
  const next = new Map();
  const newest = rows.at(-1);
  for (const row of rows) {
    const whole = row.final || row !== newest;
    next.set(row.id, hold(held.get(row.id), row.committed, whole, now));
  }
  const shown = rows.map((row) => ({
    ...row,
    committed: row.committed.slice(0, next.get(row.id).length),
    draft: '',
    translation: row.translation?.state === 'final' ? row.translation : null,
  }));
  const since = newest && next.get(newest.id).since;
  const dueAt = since === null || since === undefined ? null : since + HOLD_MS;
  return { held: next, rows: shown.filter(({ committed }) => committed !== ''), dueAt };
}

/**
 * The beginning of reading mode: what can be read already is not taken away.
 * @param {readonly CaptionRow[]} rows
 * @returns {Held}
 */
export function holdNothingBack(rows) {
  return new Map(rows.map(({ id, committed }) => [id, { length: committed.length, since: null }]));
}

/**
 * @param {{ length: number, since: number | null } | undefined} before
 * @param {string} text
 * @param {boolean} whole nothing more will follow it
 * @param {number} now
 */
function hold(before, text, whole, now) {
  const shown = Math.min(before?.length ?? 0, text.length);
  const length = whole ? text.length : Math.max(shown, CLAUSE.exec(text)?.[0].length ?? 0);
  if (length === text.length) return { length, since: null };
  const since = (length === before?.length ? before.since : null) ?? now;
  return now - since >= HOLD_MS ? { length: text.length, since: null } : { length, since };
}
