/**
 * Who speaks in a video meeting, as its page shows it: the names on the tiles that it marks.
 *
 * No service documents its page, and each can change at any time. Where nothing is found, nothing is
 * told, and where two speak, neither is. What the selectors rest on, read in November 2026 in the
 * sources of others that read the same pages (meeting bots, and extensions that save captions):
 *
 * - Google Meet: a tile is `[data-participant-id]`, its name a `span.notranslate`. In it, the level
 *   meter `[jsname="QgSmzd"]` has another class about five times a second while that person talks,
 *   and holds still otherwise (measured in calls between June and September 2026). Which classes
 *   these are changes every few weeks, so none is named here.
 * - Zoom's web client: the tile of the speaker is `…__video-frame--active` in the bar and in the
 *   gallery; without one, the large tile of the speaker view. Its name is in the tile's footer. One
 *   that is pinned (`single-…`) says nothing of who speaks. The client can be in a frame of its own.
 * - Teams: `[data-tid="voice-level-stream-outline"]` is around each picture. `data-is-speaking` says
 *   whether it is lit; before there was that attribute, the class `vdi-frame-occlusion` did. The
 *   tile's label begins with the name, up to a comma. A tile of a shared screen names whoever shares.
 */

/** @typedef {'meet' | 'zoom' | 'teams'} Service */

/**
 * @typedef {object} Selectors
 * @property {string} tile of somebody
 * @property {readonly string[]} marked tiles of speakers, or parts of them; the first that is found
 *   counts
 * @property {string | null} meter part of a tile that changes while somebody speaks; null: `marked`
 *   says who does
 * @property {string} name part of a tile
 * @property {string} [label] attribute of a tile that begins with the name
 */

/** @type {Record<Service, Selectors>} */
export const SELECTORS = {
  meet: {
    tile: '[data-participant-id]',
    marked: [],
    meter: '[jsname="QgSmzd"]',
    name: 'span.notranslate',
  },
  zoom: {
    tile: '[class*="__video-frame"]',
    marked: [
      '.speaker-bar-container__video-frame--active, .gallery-video-container__video-frame--active',
      '.speaker-active-container__video-frame',
    ],
    meter: null,
    name: '.video-avatar__avatar-footer, .video-avatar__avatar-name',
  },
  teams: {
    tile: '[data-cid="calling-participant-stream"], [data-stream-type]',
    marked: [
      '[data-tid="voice-level-stream-outline"]:is([data-is-speaking="true"], .vdi-frame-occlusion:not([data-is-speaking]))',
    ],
    meter: null,
    name: '[data-tid*="display-name"]',
    label: 'aria-label',
  },
};

/**
 * @typedef {object} Seen
 * @property {string | null} name of the one who speaks; null: nobody, or it is not sure who
 * @property {boolean | null} found whether the page shows any names; null: nobody knows yet
 */

/** @type {Seen} */
const NOTHING = { name: null, found: null };

/** A page that has shown no name by then shows none, or was changed. */
const NONE_AFTER_MS = 20_000;

/** Tiles of what is no person. */
const NOBODY = '[data-stream-type="ScreenSharing"]';

const LOOK_EVERY_MS = 200;

/** A meter moves while somebody speaks; one change alone is of something else. */
const MOVES = { count: 2, withinMs: 1_000 };

const LONGEST_NAME = 80;

/**
 * @param {string | null} text of a page
 * @returns {string | null} the name that it is, without what is said of them: "Ana (Host)"
 */
export function nameIn(text) {
  const name = (text ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?: \([^()]*\))+$/, '');
  return /\p{L}/u.test(name) && name.length <= LONGEST_NAME ? name : null;
}

/** Tells who speaks, whenever that changes. Looks at a page only while it is wanted to. */
export class MeetingNames {
  #service;
  /** @type {Selectors | null} */
  #selectors = null;
  #tell;
  #wanted = false;
  #watching = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** What it has told last, as JSON. */
  #told = JSON.stringify(NOTHING);
  /** Whether there was ever a name on the page. */
  #seen = false;
  /** When it began to look, ms. */
  #since = 0;
  /** @type {WeakMap<Element, { look: string, moved: number[] }>} when each meter has moved last, ms */
  #meters = new WeakMap();

  /**
   * @param {() => Service | null} service whose page it is; null: none that is known
   * @param {(seen: Seen) => void} tell
   */
  constructor(service, tell) {
    this.#service = service;
    this.#tell = tell;
  }

  /** @param {boolean} wanted whether the user wants names from meetings */
  setWanted(wanted) {
    this.#wanted = wanted;
    this.#settle();
  }

  /** @param {boolean} watching whether there are captions */
  setWatching(watching) {
    this.#watching = watching;
    this.#settle();
  }

  #settle() {
    const service = this.#service();
    this.#selectors = service && SELECTORS[service];
    const isOn = this.#wanted && this.#watching && this.#selectors !== null;
    if (isOn === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#since = performance.now();
    this.#seen = false;
    this.#timer = isOn ? setInterval(() => this.#look(), LOOK_EVERY_MS) : undefined;
    if (!isOn) this.#note(NOTHING);
  }

  #look() {
    const names = new Set(this.#speakers().map((tile) => this.#nameOf(tile)));
    const [only = null] = names;
    this.#note({ name: names.size === 1 ? only : null, found: this.#found() });
  }

  /** @returns {boolean | null} whether the page shows names; null: they may be yet to come */
  #found() {
    const { tile } = /** @type {Selectors} */ (this.#selectors);
    this.#seen ||= elements(documents(), tile).some((each) => this.#nameOf(each) !== null);
    if (this.#seen) return true;
    return performance.now() - this.#since < NONE_AFTER_MS ? null : false;
  }

  /** @param {Seen} seen */
  #note(seen) {
    const told = JSON.stringify(seen);
    if (told === this.#told) return;
    this.#told = told;
    this.#tell(seen);
  }

  /** @returns {Element[]} tiles of those who speak */
  #speakers() {
    const { tile, marked, meter } = /** @type {Selectors} */ (this.#selectors);
    const pages = documents();
    if (meter !== null) {
      const moving = elements(pages, meter).filter((each) => this.#isMoving(each));
      return tilesOf(moving, tile);
    }
    const all = marked.map((selector) => elements(pages, selector));
    return tilesOf(all.find(({ length }) => length > 0) ?? [], tile);
  }

  /** @param {Element} meter */
  #isMoving(meter) {
    const now = performance.now();
    const look = [meter, ...meter.children].map(({ className }) => className).join();
    const before = this.#meters.get(meter) ?? { look, moved: [] };
    const recent = before.moved.filter((at) => now - at < MOVES.withinMs);
    const moved = look === before.look ? recent : [...recent, now];
    this.#meters.set(meter, { look, moved });
    return moved.length >= MOVES.count;
  }

  /** @param {Element} tile */
  #nameOf(tile) {
    const { name, label } = /** @type {Selectors} */ (this.#selectors);
    const written = nameIn(tile.querySelector(name)?.textContent ?? null);
    if (written !== null || label === undefined) return written;
    return nameIn(tile.getAttribute(label)?.split(',')[0] ?? null);
  }
}

/**
 * @param {Element[]} parts of tiles, or tiles
 * @param {string} tile
 * @returns {Element[]} the tiles of people
 */
function tilesOf(parts, tile) {
  const tiles = new Set(parts.map((part) => part.closest(tile)));
  return [...tiles].filter((each) => each !== null).filter((each) => !each.matches(NOBODY));
}

/**
 * @param {Document[]} pages
 * @param {string} selector
 * @returns {Element[]}
 */
function elements(pages, selector) {
  return pages.flatMap((page) => [...page.querySelectorAll(selector)]);
}

/** @returns {Document[]} the page, and frames of its own site */
function documents() {
  const frames = [...document.querySelectorAll('iframe')].flatMap(
    ({ contentDocument }) => contentDocument ?? [],
  );
  return [document, ...frames];
}
