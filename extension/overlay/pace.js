/**
 * How fast rows of text come out when many arrive at once. Pure.
 *
 * Rows that fit in come out at once. A row that pushes another one out waits until the last step is
 * `DWELL_MS` ago; the more rows wait, the shorter the steps, so that none waits longer than
 * `MAX_DELAY_MS` and none is passed over.
 */

/**
 * A line of captions as it is laid out.
 * @typedef {object} Block
 * @property {number} id
 * @property {readonly number[]} rows heights in pixels, from the top
 */

/**
 * @typedef {object} Pace
 * @property {readonly number[]} ids of the blocks that are out, the last one perhaps in part
 * @property {number} rows of the last one that are out
 * @property {readonly number[]} arrivals of the rows that wait, in ms
 * @property {number} steppedAt when (ms) the last row came out
 */

/** Between two steps, when there is time. */
export const DWELL_MS = 700;

/** No row waits longer. */
export const MAX_DELAY_MS = 2_500;

/** @type {Pace} */
export const AT_REST = Object.freeze({ ids: [], rows: 0, arrivals: [], steppedAt: -Infinity });

/**
 * Let out what is due.
 * @param {Pace} pace
 * @param {readonly Block[]} blocks as they are laid out now
 * @param {number} capacity pixels that are seen at once
 * @param {number} now ms
 * @returns {Pace}
 */
export function advance(pace, blocks, capacity, now) {
  const heights = blocks.flatMap(({ rows }) => rows);
  let out = rowsOut(pace, blocks);
  let { steppedAt } = pace;
  const arrivals = heights.slice(out).map((_, index) => pace.arrivals[index] ?? now);
  while (arrivals.length > 0) {
    const fits = sum(heights.slice(0, out + 1)) <= capacity;
    if (!fits && stepDueAt(arrivals, steppedAt, now) > now) break;
    out += 1;
    arrivals.shift();
    steppedAt = now;
  }
  return { ...placeAfter(out, blocks, pace), arrivals, steppedAt };
}

/**
 * @param {Pace} pace
 * @param {number} now
 * @returns {number | null} when (ms) to advance again; null: nothing waits
 */
export function dueAt({ arrivals, steppedAt }, now) {
  return arrivals.length === 0 ? null : stepDueAt(arrivals, steppedAt, now);
}

/**
 * @param {Pace} pace
 * @param {readonly Block[]} blocks
 * @returns {number} pixels of text that wait below what is seen
 */
export function heightWaiting(pace, blocks) {
  return sum(blocks.flatMap(({ rows }) => rows).slice(rowsOut(pace, blocks)));
}

/**
 * @param {Pace} pace
 * @param {readonly Block[]} blocks
 */
function rowsOut({ ids, rows }, blocks) {
  const last = blocks.findLastIndex(({ id }) => ids.includes(id));
  const block = blocks[last];
  if (!block) return 0;
  const before = sum(blocks.slice(0, last).map((earlier) => earlier.rows.length));
  // A line that came after it is gone: this one has been read.
  return before + (block.id === ids.at(-1) ? Math.min(rows, block.rows.length) : block.rows.length);
}

/**
 * @param {number} out
 * @param {readonly Block[]} blocks
 * @param {Pace} before
 */
function placeAfter(out, blocks, before) {
  /** @type {number[]} */
  const ids = [];
  let rows = 0;
  let left = out;
  for (const block of blocks) {
    if (left <= 0) break;
    ids.push(block.id);
    rows = Math.min(left, block.rows.length);
    left -= block.rows.length;
  }
  // A draft that wraps, unwraps and wraps again has been let out once and for all.
  if (ids.length > 0 && ids.at(-1) === before.ids.at(-1)) rows = Math.max(rows, before.rows);
  return { ids, rows };
}

/**
 * @param {readonly number[]} arrivals
 * @param {number} steppedAt
 * @param {number} now
 */
function stepDueAt(arrivals, steppedAt, now) {
  const base = Math.max(steppedAt, now - DWELL_MS);
  const intervals = arrivals.map((at, index) => (at + MAX_DELAY_MS - base) / (index + 1));
  return base + Math.min(DWELL_MS, ...intervals);
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
