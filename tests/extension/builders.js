/** Short forms of protocol messages for tests. */

/** @typedef {import('../../extension/shared/protocol.js').Line} Line */
/** @typedef {import('../../extension/shared/protocol.js').Captions} Captions */
/** @typedef {import('../../extension/shared/protocol.js').Status} Status */

/**
 * @param {number} id also the start
 * @param {string} text
 * @param {Partial<Line>} [changes]
 * @returns {Line}
 */
export function line(id, text, changes = {}) {
  return {
    id,
    start: id,
    end: id + 100,
    text,
    state: 'committed',
    language: 'en',
    speaker: null,
    translation: null,
    ...changes,
  };
}

/**
 * @param {number} revision
 * @param {Line[]} lines
 * @param {Partial<Captions>} [changes]
 * @returns {Captions}
 */
export function captions(revision, lines, changes = {}) {
  return {
    type: 'captions',
    session: 's',
    revision,
    lines,
    draft: null,
    final_until: 0,
    ...changes,
  };
}

/**
 * @param {Status['state']} state
 * @param {Partial<Status>} [changes]
 * @returns {Status}
 */
export function status(state, changes = {}) {
  return {
    type: 'status',
    session: 's',
    state,
    model: 'base',
    language: 'en',
    lag_ms: 0,
    skipped_ms: 0,
    refining: true,
    translation_delay_ms: null,
    translation_problem: null,
    device: 'cpu',
    smaller_model: null,
    model_problem: null,
    ...changes,
  };
}
