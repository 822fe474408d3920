/** Short forms of caption rows for tests. */

/** @typedef {import('../../../extension/shared/captions.js').CaptionRow} CaptionRow */

/**
 * @param {number} id
 * @param {string} committed
 * @param {Partial<CaptionRow>} [changes]
 * @returns {CaptionRow}
 */
export function row(id, committed, changes = {}) {
  return {
    id,
    end: id + 100,
    committed,
    draft: '',
    final: false,
    language: 'en',
    speaker: null,
    translation: null,
    ...changes,
  };
}

/**
 * @param {string} text
 * @param {'draft' | 'final'} state
 */
export function translated(text, state = 'final') {
  return { text, language: 'pt', state };
}
