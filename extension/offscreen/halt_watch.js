import { SAMPLE_RATE } from '../audio/framing.js';
import { PageMedia } from './page_media.js';

/** @typedef {import('../shared/messages.js').Halt} Halt */
/** @typedef {import('../shared/messages.js').MediaReport} MediaReport */

/** A page that is left is heard until the next one is there. */
const LEAVING_SAMPLES = SAMPLE_RATE;

/** Whether a page has fallen silent, and where its media are. */
export class HaltWatch {
  #media = new PageMedia();
  /** @type {boolean | null} */
  #paused = null;
  #audible = false;
  /** The tab's sample at which its page came; what it played before was another's. */
  #pageSince = -Infinity;

  /**
   * @param {number} frame of the page
   * @param {MediaReport} media
   * @returns {Required<MediaReport>} of the whole page
   */
  note(frame, media) {
    const page = this.#media.note(frame, media);
    this.#paused = page.paused;
    return page;
  }

  /** @param {boolean} audible whether the browser hears the page; false a while after its last sound */
  setAudible(audible) {
    this.#audible = audible;
  }

  /** @param {number} at the tab's sample at which another page comes */
  leavePage(at) {
    this.#pageSince = at + LEAVING_SAMPLES;
    this.#media.clear();
  }

  /**
   * Media that nobody sees are silent when they could be heard and are not any more. Paused or muted
   * in their player are one to the browser. A muted tab stays audible: it is captured all the same.
   * @param {number} heardUntil the tab's newest sample that was audible
   * @returns {Halt | null}
   */
  haltAt(heardUntil) {
    const hasSounded = heardUntil > this.#pageSince;
    const silenced = this.#paused === null && hasSounded && !this.#audible;
    return this.#paused ? 'paused' : silenced ? 'silenced' : null;
  }
}
