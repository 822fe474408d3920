/** Finished lines that are shown again, in step with the picture. Pure. */

/** @typedef {import('../shared/captions.js').CaptionRow} CaptionRow */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('./steps.js').OverlayEffect} OverlayEffect */
/** @typedef {import('./steps.js').OverlayState} OverlayState */

/**
 * Show lines of the place that the media have gone back to, or what is said again. Lines of the two
 * have nothing to do with each other, so none moves up into the other's place.
 * @param {OverlayState} state
 * @param {Line[] | null} lines null: what is said
 * @param {number} since what ends before this sample was said elsewhere
 * @returns {import('./steps.js').Step}
 */
export function replay(state, lines, since) {
  const before = new Set(state.replay?.map(({ id }) => id));
  const goesOn = lines?.some(({ id }) => before.has(id));
  const fadedUntil = Math.max(state.fadedUntil, since);
  /** @type {OverlayEffect[]} */
  const effects = [{ type: 'timer', timer: 'fade', afterMs: null }];
  if (!goesOn) effects.push({ type: 'clear' });
  return { state: { ...state, replay: lines, fadedUntil, announced: new Set() }, effects };
}

/**
 * @param {Line[]} lines
 * @returns {CaptionRow[]}
 */
export function replayedRows(lines) {
  return lines.map(({ id, end, text, language, speaker, translation }) => ({
    id,
    end,
    committed: text,
    draft: '',
    final: true,
    language,
    speaker,
    translation,
  }));
}
