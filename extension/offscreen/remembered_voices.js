/** Asks the host to remember a voice of a conversation. */
import { voiceOf } from '../transcript/names.js';

/** The host takes no more at once. */
const MOST_VOICES = 12;

/**
 * @param {Pick<import('./session.js').CaptionSession, 'attached' | 'id' | 'voices'>} session
 * @param {import('../transcript/transcript.js').Transcript} transcript of it
 * @param {{ speaker: string, name: string }} voice of the transcript
 * @returns {import('../shared/protocol.js').Remember | null} null: no host has heard that voice
 */
export function requestToRemember({ attached, id, voices }, transcript, { speaker, name }) {
  if (!attached) return null;
  // Voices that were found to be one are this one, too.
  const heard = voices.asHeard(
    (voice) => voiceOf(transcript, { id: '', speaker: voice }) === speaker,
  );
  if (heard.length === 0) return null;
  return { type: 'remember', session: id, voices: heard.slice(0, MOST_VOICES), name };
}
