/** What the user should hear once of a session. Pure. */

/** @typedef {import('../shared/messages.js').News} News */
/** @typedef {import('../shared/protocol.js').Status} Status */

/**
 * @param {Status} status
 * @param {number} leftOutMs of the sound, because it crashes the host
 * @returns {News | null}
 */
export function newsOf(status, leftOutMs) {
  // What comes before the host listens would be shown for a moment only.
  if (leftOutMs > 0 && status.state !== 'loading') {
    const seconds = Math.max(1, Math.round(leftOutMs / 1000));
    return { key: 'notice_left_out', detail: String(seconds) };
  }
  return newsOfModel(status);
}

/**
 * What the user should hear of translations.
 * @param {import('../shared/messages.js').TranslationState} state
 * @returns {News | null}
 */
export function newsOfTranslation({ problem, unread, voice }) {
  if (problem) return { key: 'notice_translation', detail: problem.code };
  if (voice !== null) return { key: 'notice_translation', detail: voice };
  return unread > 0 ? { key: 'notice_unread', detail: String(unread) } : null;
}

/**
 * @param {Status} status
 * @returns {News | null}
 */
function newsOfModel({ model, device, smaller_model: smaller, model_problem: problem }) {
  if (smaller !== null) return { key: 'notice_smaller_offered', detail: smaller };
  if (problem?.code === 'model_too_slow')
    return { key: 'notice_smaller_taken', detail: model ?? '' };
  if (problem?.code.startsWith('device_')) {
    return { key: 'notice_device_left', detail: device ?? '' };
  }
  return null;
}
