/** The media of a page and of its frames, each of which reports its own main one. */

/** @typedef {import('../shared/messages.js').MediaReport} MediaReport */

/** Of several frames with media, the one that plays counts, and it counts until another one plays. */
export class PageMedia {
  /** @type {Map<number, MediaReport>} by frame */
  #reports = new Map();
  /** The frame that counts; 0: the page itself. */
  #frame = 0;

  /**
   * @param {number} frame
   * @param {MediaReport} report
   * @returns {Required<MediaReport>} of the whole page
   */
  note(frame, report) {
    if (saysNothing(report)) this.#reports.delete(frame);
    else this.#reports.set(frame, report);
    if (!this.#plays(this.#frame)) {
      const playing = [...this.#reports.keys()].find((each) => this.#plays(each));
      const known = this.#playheadOf(this.#frame) ? this.#frame : frame;
      this.#frame = playing ?? known;
    }
    const playhead = this.#playheadOf(this.#frame);
    return { paused: this.#paused(), playhead, picture: this.#picture() };
  }

  /** Another page comes. */
  clear() {
    this.#reports.clear();
    this.#frame = 0;
  }

  /** @param {number} frame */
  #plays(frame) {
    return (this.#playheadOf(frame)?.rate ?? 0) > 0;
  }

  /** @param {number} frame */
  #playheadOf(frame) {
    return this.#reports.get(frame)?.playhead ?? null;
  }

  #picture() {
    const own = this.#reports.get(this.#frame);
    // A live stream has a picture, and no playhead.
    const other = [...this.#reports.values()].find(({ picture = 'none' }) => picture !== 'none');
    return (own ?? other)?.picture ?? 'none';
  }

  #paused() {
    const told = [...this.#reports.values()].map(({ paused }) => paused);
    if (told.includes(false)) return false;
    return told.includes(true) ? true : null;
  }
}

/** @param {MediaReport} report */
function saysNothing({ paused, playhead, picture = 'none' }) {
  return paused === null && playhead === null && picture === 'none';
}
