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
  if (first < 0) return { line: null, until: null };
  const end = lines.findLastIndex(({ entry }) => entry.media === media) + 1;
  let [low, high] = [first, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.entry.start ?? 0) <= at + EARLY_SECONDS) low = middle + 1;
    else high = middle;
  }
  const line = low > first ? lines[low - 1] : undefined;
  const next = low < end ? (lines[low]?.entry.start ?? null) : null;
  const isOver = !line || at >= line.entry.end + LINGER_SECONDS;
  if (isOver) return { line: null, until: next };
  const over = line.entry.end + LINGER_SECONDS;
  return { line, until: next === null ? over : Math.min(next, over) };
}
