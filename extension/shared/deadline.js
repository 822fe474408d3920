/** An end to what may never answer. */

/**
 * @template T, L
 * @param {Promise<T>} task
 * @param {number} afterMs
 * @param {L} late
 * @returns {Promise<T | L>} what the task comes to, or `late` when it takes longer
 */
export async function within(task, afterMs, late) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const over = new Promise((resolve) => {
    timer = setTimeout(() => resolve(late), afterMs);
  });
  try {
    return /** @type {T | L} */ (await Promise.race([task, over]));
  } finally {
    clearTimeout(timer);
  }
}
