/** @typedef {import('../shared/settings.js').Appearance} Appearance */
/** @typedef {import('../shared/settings.js').Bilingual} Bilingual */
/** @typedef {import('../shared/settings.js').Position} Position */
/** @typedef {import('../shared/settings.js').SitePositions} SitePositions */
/** @typedef {import('./placement.js').Area} Area */
/** @typedef {import('./placement.js').Place} Place */

/**
 * What is on the stage: the captions' place, and how to speak to the captions in it.
 * @typedef {object} Cast
 * @property {import('./popover.js').CaptionPopover} popover
 * @property {(message: import('./steps.js').FromPage) => void} toCaptions
 */

/**
 * @typedef {object} Rules
 * @property {typeof import('./look.js').lookOf} lookOf
 * @property {typeof import('./placement.js').placeFor} placeFor
 * @property {typeof import('./placement.js').positionOf} positionOf
 * @property {typeof import('./meetings.js').lowerEdgeOf} lowerEdgeOf
 * @property {Record<string, string>} fonts
 */

/**
 * How the captions look and where they stand, in this window at this moment: from the settings, the
 * viewport, the page's player and the user's hand.
 */
export class Stage {
  /** @type {Cast | null} */
  #cast = null;
  /** @type {{ appearance: Appearance, bilingual: Bilingual } | null} */
  #costume = null;
  /** @type {SitePositions} */
  #positions = { windowed: null, fullscreen: null };
  /** @type {Area | null} */
  #video = null;
  #textScale = 1;
  /** The look that the captions know, as JSON. */
  #told = '';
  /** @type {Place} */
  #place = { left: 0, bottom: 0, width: 0 };
  #rules;
  #keep;

  /**
   * @param {Rules} rules
   * @param {(screen: keyof SitePositions, position: Position | null) => void} keep
   */
  constructor(rules, keep) {
    this.#rules = rules;
    this.#keep = keep;
  }

  /**
   * @param {Cast['popover']} popover
   * @param {Cast['toCaptions']} toCaptions
   */
  enter(popover, toCaptions) {
    this.#cast = { popover, toCaptions };
  }

  /**
   * @param {Appearance} appearance
   * @param {Bilingual} bilingual
   * @param {SitePositions} positions
   */
  dress(appearance, bilingual, positions) {
    this.#costume = { appearance, bilingual };
    this.#positions = positions;
    this.#told = '';
    this.arrange();
  }

  /** @param {Area | null} video where the page's player is now */
  keepOff(video) {
    this.#video = video;
    this.arrange();
  }

  /** @param {number} textScale as the user has the browser and the system show text */
  scaleText(textScale) {
    if (textScale === this.#textScale) return;
    this.#textScale = textScale;
    this.arrange();
  }

  /** Everything anew: the window, or what fills it, has changed. */
  arrange() {
    if (!this.#cast || !this.#costume) return;
    const { popover } = this.#cast;
    const { appearance, bilingual } = this.#costume;
    const { fonts, lookOf } = this.#rules;
    const fullscreen = this.#screen() === 'fullscreen';
    const surroundings = { viewport: viewport(), fullscreen, textScale: this.#textScale };
    const look = lookOf(appearance, bilingual, surroundings, fonts);
    popover.setProperties({
      ...look.properties,
      '--text-padding': `${look.box.height - look.capacity}px`,
    });
    this.#tellLook(look);
    this.#stand(look.box, this.#positions[this.#screen()]);
  }

  // -- the user's hand: see Mover in grips.js --------------------------------------------------

  begin() {
    this.#hold(true);
    return this.#place;
  }

  /** @param {Place} place */
  move(place) {
    this.#positions = {
      ...this.#positions,
      [this.#screen()]: this.#rules.positionOf(place, viewport()),
    };
    this.arrange();
  }

  end() {
    this.#hold(false);
    // Kept is where they came to stand, not how far beyond the edge they were dragged.
    const position = this.#rules.positionOf(this.#place, viewport());
    this.#positions = { ...this.#positions, [this.#screen()]: position };
    this.#keep(this.#screen(), position);
  }

  reset() {
    this.#hold(false);
    this.#positions = { ...this.#positions, [this.#screen()]: null };
    this.arrange();
    this.#keep(this.#screen(), null);
  }

  /** @param {boolean} held */
  #hold(held) {
    this.#cast?.popover.setHeld(held);
    this.#cast?.toCaptions({ type: 'held', held });
  }

  /** @param {import('./look.js').Look} look it stays the same while captions are moved */
  #tellLook(look) {
    const told = JSON.stringify(look);
    if (told === this.#told) return;
    this.#told = told;
    this.#cast?.toCaptions({ type: 'look', look });
  }

  /**
   * @param {import('./placement.js').Size} box
   * @param {Position | null} position
   */
  #stand(box, position) {
    const { placeFor, lowerEdgeOf } = this.#rules;
    this.#place = placeFor(position, viewport(), box, this.#video, lowerEdgeOf(location));
    this.#cast?.popover.place(this.#place, box.height, viewport());
  }

  /** @returns {keyof SitePositions} */
  #screen() {
    return document.fullscreenElement ? 'fullscreen' : 'windowed';
  }
}

function viewport() {
  return { width: innerWidth, height: innerHeight };
}
