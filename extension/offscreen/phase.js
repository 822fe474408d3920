/** What a session is doing, in the words of those who show it. Pure. */
import { newsOf, newsOfTranslation } from './news.js';

/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/messages.js').PhaseName} PhaseName */
/** @typedef {import('../shared/protocol.js').Status} Status */

/**
 * What a session knows of itself.
 * @typedef {object} Facts
 * @property {Status | null} status the host's last one; null before its first word
 * @property {boolean} isAttached a host has the session
 * @property {boolean} isStopping no more sound will come
 * @property {boolean} isChangingModel the host finishes with its old model
 * @property {boolean} isRestarting a host was lost, and the next one has not said anything yet
 * @property {number} silentMs sound that a host which stands still has not answered
 * @property {number} skippedMs sound left out so far
 * @property {number} leftOutMs of the sound, because it crashes the host
 */

/**
 * @param {Facts} facts
 * @returns {Phase}
 */
export function phaseOf(facts) {
  const { status, isAttached, silentMs, skippedMs } = facts;
  const toldMs = isAttached ? (status?.lag_ms ?? 0) : 0;
  const news = isAttached && status ? newsOf(status, facts.leftOutMs) : null;
  const phase = { name: nameOf(facts), lagMs: toldMs + silentMs, skippedMs };
  return news ? { ...phase, news } : phase;
}

/**
 * @param {Facts} facts
 * @returns {PhaseName}
 */
function nameOf({ status, isAttached, isStopping, isChangingModel, isRestarting, silentMs }) {
  if (isStopping) return 'ending';
  if (isChangingModel) return 'loading';
  if (isRestarting) return 'reconnecting';
  if (!isAttached) return 'connecting';
  // Between `start` and the host's first word on it the host makes ready.
  if (status === null) return 'loading';
  if (silentMs > 0) return 'lagging';
  return status.state === 'ended' ? 'ending' : status.state;
}

/**
 * @param {Phase} phase of the tab's session
 * @param {import('../shared/messages.js').TranslationState} translation
 * @param {boolean} isWaiting whether the tab's sound is to be opened again
 * @returns {Phase} as it is shown
 */
export function shownPhase(phase, translation, isWaiting) {
  const news = newsOfTranslation(translation);
  const told = phase.news || !news ? phase : { ...phase, news };
  return isWaiting ? { ...told, name: 'reconnecting' } : told;
}
