/** Why there is no sound from a microphone. */

/** @typedef {import('./messages.js').MicrophoneState} MicrophoneState */

/**
 * By the names of getUserMedia's errors (Media Capture and Streams, "getUserMedia").
 * @type {Record<string, MicrophoneState>}
 */
const FAULTS = {
  NotAllowedError: 'not_allowed',
  SecurityError: 'not_allowed',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/**
 * What the loudspeaker plays, tabs included, is taken out of the sound by the browser. Automatic
 * gain would raise what is left of it whenever the user is silent.
 */
export const MICROPHONE = Object.freeze({
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: false,
});

/**
 * @param {DOMException} error of getUserMedia
 * @returns {MicrophoneState}
 */
export function faultOf({ name }) {
  return FAULTS[name] ?? 'failed';
}

/**
 * @param {MicrophoneState} state
 * @returns {boolean} whether the user has to do something before the microphone can be had
 */
export function isFault(state) {
  return state !== 'off' && state !== 'starting' && state !== 'on';
}
