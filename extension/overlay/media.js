/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */
/** @typedef {import('./main_medium.js').Medium} Medium */

/** @typedef {Extract<import('../shared/messages.js').PageMessage, { type: 'media' | 'frames' }>} MediaMessage */

/** Events that can change the answer. They do not bubble, but they are captured. */
const EVENTS = [
  'play',
  'playing',
  'pause',
  'ended',
  'emptied',
  'volumechange',
  'seeking',
  'seeked',
  'waiting',
  'ratechange',
  'durationchange',
  'encrypted',
];

/** While something plays, it is told so often where it is. */
const REPORT_EVERY_MS = 2_000;

/** A player says where it goes on before it does, so at first it is asked more often. */
const SETTLED_MS = 2_500;
const SETTLING_EVERY_MS = 400;

const SCRUBBING_EVERY_MS = 100;

/** A player in a shadow root that was made later is heard only once it was found. */
const LOOK_EVERY_MS = 5_000;

/** Elements of HTML that can have a shadow root with a player in it. */
const HOSTS = ['article', 'div', 'main', 'section', 'span'];

/** @typedef {(element: HTMLElement) => ShadowRoot | null} RootOf the shadow root, also where it is closed */

/**
 * Whether somebody has paused what could be heard. Media that have ended were not paused, and muted
 * ones say nothing about silence. Pure.
 * @param {readonly Pick<Medium, 'paused' | 'ended' | 'muted' | 'volume' | 'currentTime'>[]} media of
 *   a page
 * @returns {boolean | null} null: none of them has been played, so what is heard is something else
 */
export function arePaused(media) {
  if (media.every(({ currentTime }) => currentTime === 0)) return null;
  const audible = media.filter(({ muted, volume }) => !muted && volume > 0);
  const halted = audible.filter(({ paused, ended, currentTime }) => {
    return paused && !ended && currentTime > 0;
  });
  return halted.length > 0 && audible.every(({ paused }) => paused);
}

/**
 * Whether a medium has a picture that can be copied. One that is protected comes out black. Pure.
 * @param {(Partial<Pick<HTMLVideoElement, 'videoWidth' | 'mediaKeys'>>) | null} medium
 * @returns {import('../shared/messages.js').Picture}
 */
export function pictureOf(medium) {
  if (!medium?.videoWidth) return 'none';
  return medium.mediaKeys ? 'protected' : 'copied';
}

/**
 * Knows whether the page's media are paused, and where the main one is. It does not see media in
 * frames of other sites, nor those that a page plays outside its document.
 */
export class MediaWatch {
  #rules;
  #tell;
  #rootOf;
  /** @type {HTMLMediaElement | null} */
  #main = null;
  /** @type {WeakMap<HTMLMediaElement, { key: string, extent: import('./main_medium.js').Extent }>} */
  #known = new WeakMap();
  /** @type {AbortController | null} */
  #watching = null;
  /** @type {WeakSet<Document | ShadowRoot>} where events are heard: they do not leave these */
  #heard = new WeakSet();
  /** What was told last, without what changes by itself. */
  #told = '';
  #toldAt = 0;
  #isSeeking = false;
  #changedAt = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #looking;
  /** @type {(main: HTMLMediaElement | null) => void} told of the main medium whenever it may be another */
  follow = () => {};

  /**
   * @param {typeof import('./main_medium.js')} rules
   * @param {(message: MediaMessage) => void} tell
   * @param {RootOf} rootOf
   */
  constructor(rules, tell, rootOf) {
    this.#rules = rules;
    this.#tell = tell;
    this.#rootOf = rootOf;
  }

  /** Report how it is now, and each change until `stop`. */
  start() {
    this.#watching ??= new AbortController();
    clearInterval(this.#looking);
    this.#looking = setInterval(() => this.#main ?? this.#look(false), LOOK_EVERY_MS);
    this.#look(true);
  }

  stop() {
    clearInterval(this.#looking);
    this.#watching?.abort();
    this.#watching = null;
    this.#heard = new WeakSet();
    this.#main = null;
    this.follow(null);
  }

  /** The main medium. */
  get main() {
    return this.#main;
  }

  /**
   * Have the main medium go to a place.
   * @param {string} key if it is that one
   * @param {number} at seconds
   */
  seek(key, at) {
    const main = this.#main;
    if (main && this.#playheadOf(main)?.key === key) main.currentTime = at;
  }

  /** @param {boolean} anyway whether to tell what is known already */
  #look(anyway) {
    const roots = documentsIn(document).flatMap((found) => {
      return [found, ...shadowRoots(found, this.#rootOf)];
    });
    for (const root of roots) this.#hear(root);
    const media = /** @type {HTMLMediaElement[]} */ (
      roots.flatMap((root) => [...root.querySelectorAll('video, audio')])
    );
    this.#main = this.#rules.mainMedium(media, this.#main, areaOf);
    this.follow(this.#main);
    this.#report(arePaused(media), anyway);
  }

  /**
   * @param {boolean | null} paused
   * @param {boolean} anyway
   */
  #report(paused, anyway) {
    const playhead = this.#main && this.#playheadOf(this.#main);
    const { key, duration, rate, seeking, title } = playhead ?? {};
    // A pause and a seek are places, too.
    const at = playhead?.rate === 0 ? playhead.at : null;
    const picture = pictureOf(this.#main);
    const news = JSON.stringify([paused, key, duration, rate, seeking, title, at, picture]);
    if (news === this.#told && !anyway) return;
    const now = performance.now();
    // Somebody drags the handle: where it is let go is told with `seeked`.
    if (seeking && this.#isSeeking && now - this.#toldAt < SCRUBBING_EVERY_MS) return;
    if (news !== this.#told) this.#changedAt = now;
    this.#told = news;
    this.#toldAt = now;
    this.#isSeeking = seeking === true;
    this.#tell({ type: 'media', paused, playhead, picture });
  }

  /**
   * @param {HTMLMediaElement} medium
   * @returns {Playhead | null} null: a live stream, or nothing is known of it yet
   */
  #playheadOf(medium) {
    const { currentTime: at, duration, seeking } = medium;
    if (!Number.isFinite(duration)) return null;
    const wall = Date.now();
    const key = this.#keyOf(medium, duration);
    if (key === null) return null;
    const title = document.title;
    return { key, title, duration, at, rate: this.#rules.rateOf(medium), wall, seeking };
  }

  /**
   * @param {HTMLMediaElement} medium
   * @param {number} duration
   * @returns {string | null} null: a live stream
   */
  #keyOf(medium, duration) {
    const { extentWith, isLive, mediumKey } = this.#rules;
    const known = this.#known.get(medium);
    const same = extentWith(known?.extent ?? null, duration);
    const extent = same ?? { duration, pieces: 0 };
    const key = known && same ? known.key : mediumKey(location.href, duration);
    this.#known.set(medium, { key, extent });
    return isLive(extent) ? null : key;
  }

  /** @param {Document | ShadowRoot} root */
  #hear(root) {
    if (this.#heard.has(root) || !this.#watching) return;
    this.#heard.add(root);
    const options = { signal: this.#watching.signal, passive: true, capture: true };
    const onEvent = (/** @type {Event} */ { target, type }) => {
      // What it plays next may be about as long.
      if (type === 'emptied') this.#known.delete(/** @type {HTMLMediaElement} */ (target));
      // A seek is told even where it ends at once.
      this.#look(type === 'seeking' && target === this.#main);
    };
    for (const type of EVENTS) root.addEventListener(type, onEvent, options);
    const onProgress = (/** @type {Event} */ { target }) => {
      if (target === this.#main && this.#isDue()) this.#look(true);
    };
    root.addEventListener('timeupdate', onProgress, options);
    const onLoad = (/** @type {Event} */ { target }) => {
      if (!(target instanceof HTMLIFrameElement)) return;
      if (target.contentDocument) this.#look(false);
      else this.#tell({ type: 'frames' });
    };
    root.addEventListener('load', onLoad, options);
  }

  #isDue() {
    if (!this.#main || this.#rules.rateOf(this.#main) === 0) return false;
    const now = performance.now();
    const settles = now - this.#changedAt < SETTLED_MS;
    return now - this.#toldAt >= (settles ? SETTLING_EVERY_MS : REPORT_EVERY_MS);
  }
}

/** @param {HTMLMediaElement} medium @returns {number} pixels that it has in the page */
function areaOf(medium) {
  const { width, height } = medium.getBoundingClientRect();
  return width * height;
}

/**
 * @param {Document} top
 * @returns {Document[]} it and those of its frames that are of the same site
 */
function documentsIn(top) {
  const frames = [...top.querySelectorAll('iframe')];
  const inner = frames.flatMap(({ contentDocument }) => contentDocument ?? []);
  return [top, ...inner.flatMap(documentsIn)];
}

/**
 * @param {Document | ShadowRoot} root
 * @param {RootOf} rootOf
 * @returns {ShadowRoot[]} with media in them; looked for where there are none outside
 */
function shadowRoots(root, rootOf) {
  if (root.querySelector('video, audio')) return [];
  return [...root.querySelectorAll('*')].flatMap((element) => {
    const inner = openRoot(element) ?? (mayBeClosed(element) ? rootOf(element) : null);
    if (!inner) return [];
    return inner.querySelector('video, audio') ? [inner] : shadowRoots(inner, rootOf);
  });
}

/**
 * @param {Element} element
 * @returns {ShadowRoot | null}
 */
function openRoot({ shadowRoot }) {
  // `shadowRoot` of a form is its field of that name, if it has one.
  return shadowRoot instanceof ShadowRoot ? shadowRoot : null;
}

/**
 * Whether to ask for a shadow root that is closed. A page has thousands of elements, so those are passed
 * over that show children of theirs.
 * @param {Element} element
 * @returns {element is HTMLElement}
 */
function mayBeClosed(element) {
  if (!(element instanceof HTMLElement)) return false;
  const { childElementCount, localName } = element;
  return localName.includes('-') || (childElementCount === 0 && HOSTS.includes(localName));
}
