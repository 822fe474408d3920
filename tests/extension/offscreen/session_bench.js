/** A caption session for tests, with somebody in place of the host. */
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { CaptionSession } from '../../../extension/offscreen/session.js';

/** A session and everything it said. */
/** @param {Partial<import('../../../extension/offscreen/session.js').SessionOutlets>} [outlets] */
export function bench(outlets = {}) {
  /** @type {any[]} */
  const toHost = [];
  let changes = 0;
  const session = new CaptionSession(
    { id: 's', options: { language: 'en' }, visible: true },
    {
      toHost: (message) => toHost.push(message),
      captionsChanged: () => changes++,
      phaseChanged: () => {},
      ...outlets,
    },
  );
  return {
    session,
    /** @returns {number} how often its captions have changed */
    changes: () => changes,
    /** @returns {any[]} what it has told the host since the last call */
    takeToHost: () => toHost.splice(0),
    /** @param {number} seconds */
    hear: (seconds) => {
      for (let i = 0; i < seconds * 10; i++) session.push(new Int16Array(FRAME_SAMPLES));
    },
  };
}
