/** Which of a transcript's lines is said at a place of its media. Pure. */

/** @typedef {import('./rows.js').LineRow} LineRow */

/** A line stays marked for so long after it was said, unless another one begins, seconds. */
const LINGER_SECONDS = 4;

/** Players stop a little before where they were sent. */
const EARLY_SECONDS = 0.15;

/**
 * @param {readonly LineRow[]} lines
 * @param {string} media
 * @param {number} at seconds
 * @returns {{ line: LineRow | null, until: number | null }} what is said there, and where something
 *   else is; null: nothing comes after it
 */
export function lineAt(lines, media, at) {
  const first = lines.findIndex(({ entry }) => entry.media === media);
  const end = lines.findLastIndex(({ entry }) => entry.media === media) + 1;
  const own = first < 0 ? [] : lines.slice(first, end);
  const index = begunBy(own, at + EARLY_SECONDS) - 1;
  const line = own[index] ?? null;
  const next = own[index + 1]?.entry.start ?? null;
  const over = line ? line.entry.end + LINGER_SECONDS : -Infinity;
  if (at >= over) return { line: null, until: next };
  return { line, until: next === null ? over : Math.min(next, over) };
}

/**
 * @param {readonly LineRow[]} lines of one medium, in order
 * @param {number} at seconds
 * @returns {number} how many of them have begun by then
 */
function begunBy(lines, at) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.entry.start ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
