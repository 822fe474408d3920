/** What a screen reader is told. Pure. */

/** @typedef {import('./bilingual.js').ShownLine} ShownLine */

/**
 * The lines that are whole and have not been read out yet, in the order they were spoken.
 * @param {readonly ShownLine[]} lines
 * @param {ReadonlySet<number>} announced ids
 * @returns {{ text: string, announced: Set<number> }} `announced` with those of `lines` only
 */
export function announcement(lines, announced) {
  const whole = lines.filter(({ final, texts }) => final && texts[0]?.draft === '');
  const fresh = whole.filter(({ id }) => !announced.has(id));
  // Of two languages, the one that the user has put first.
  const text = fresh.map(({ label, texts }) => `${label} ${texts[0]?.committed}`.trim()).join(' ');
  return { text, announced: new Set(whole.map(({ id }) => id)) };
}

/**
 * @param {import('./steps.js').OverlayState} state
 * @param {readonly ShownLine[]} lines that are shown
 * @returns {import('./steps.js').Step}
 */
export function announce(state, lines) {
  const { text, announced } = announcement(lines, state.announced);
  const effects = text === '' ? [] : [/** @type {const} */ ({ type: 'announce', text })];
  return { state: { ...state, announced }, effects };
}
