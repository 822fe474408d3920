/** The overlay's shell in the page: a place for captions, which are drawn in a frame. */
/** @typedef {import('../shared/messages.js').PlaceMessage} PlaceMessage */
/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('./captioner.js').Captioner} Captioner */
/** @typedef {import('./steps.js').FromPage} FromPage */

// A page must not be able to find out that its visitor uses captions, so these files have addresses
// that change (`use_dynamic_url`). A static import asks for the fixed address and is refused. So
// this module loads all others and hands them what they need of each other.
// https://developer.chrome.com/docs/extensions/reference/manifest/web-accessible-resources
/** @type {typeof import('./compose.js')} */
const { composeCaptions, composePage } = await load('overlay/compose.js');
/** @type {typeof import('./opener.js')} */
const { openFrame } = await load('overlay/opener.js');
/** @type {typeof import('./lifeline.js')} */
const { Lifeline } = await load('overlay/lifeline.js');
/** @type {typeof import('../shared/settings.js')} */
const SETTINGS = await load('shared/settings.js');
/** @type {import('./compose.js').PageParts} */
const PAGE_PARTS = {
  grips: await load('overlay/grips.js'),
  heldKey: await load('overlay/held_key.js'),
  insistence: await load('overlay/insistence.js'),
  look: await load('overlay/look.js'),
  mainMedium: await load('overlay/main_medium.js'),
  media: await load('overlay/media.js'),
  meetingNames: await load('overlay/meeting_names.js'),
  meetings: await load('overlay/meetings.js'),
  placement: await load('overlay/placement.js'),
  placeStyle: await load('overlay/place_style.js'),
  player: await load('overlay/player.js'),
  popover: await load('overlay/popover.js'),
  stage: await load('overlay/stage.js'),
  style: await load('overlay/style.js'),
};

/** A navigation that has not ended the page after this time was cancelled, or was a download. */
const STAYS_MS = 1_000;

/** The place for captions in this page, and what draws them there. */
class Overlay {
  #page = composePage(
    PAGE_PARTS,
    SETTINGS.FONTS,
    { move: textOf('grip_move'), left: textOf('grip_left'), right: textOf('grip_right') },
    (message) => this.#tell(message),
    (message) => this.#toCaptions(message),
    (element) => chrome.dom.openOrClosedShadowRoot(element),
  );
  #lifeline = new Lifeline(
    () => chrome.runtime.connect({ name: 'place' }),
    isAlive,
    () => this.#receive({ type: 'over' }),
  );
  /** @type {(message: FromPage) => void} */
  #toCaptions = () => {};
  /** @type {Promise<Captioner> | null} draws in the page itself, where that runs no scripts */
  #captioner = null;
  /** @type {string | null} of the frame that was opened last */
  #secret = null;
  /** @type {string | null} of a frame to be opened if the page is not left after all */
  #waiting = null;
  /** The page is perhaps about to be left. */
  #leaving = false;
  /** By how much the picture of the page's film is delayed, ms; null: it is not. */
  #delayMs = /** @type {number | null} */ (null);
  /** @type {Promise<import('./picture.js').DelayedPicture> | null} */
  #picture = null;

  constructor() {
    addEventListener('beforeunload', () => this.#makeWay());
  }

  /** @param {PlaceMessage} message */
  receive(message) {
    if (!this.#leaving) this.#lifeline.hold();
    if (message.type === 'frame') this.#openFrame(message.secret);
    else if (message.type === 'no-frame') this.#captioner ??= this.#drawHere();
    else if (message.type === 'seek') this.#page.media.seek(message.media, message.at);
    else if (message.type === 'delay') this.#delayPicture(message.delayMs);
    else void this.#captioner?.then((captioner) => captioner.receive(message));
  }

  /** @param {number | null} delayMs null: it is seen as it comes */
  #delayPicture(delayMs) {
    this.#delayMs = delayMs;
    if (delayMs !== null) this.#picture ??= loadPicture();
    const { media } = this.#page;
    const show = () => this.#picture?.then((picture) => picture.show(media.main, this.#delayMs));
    media.follow = delayMs === null ? () => {} : show;
    void show();
  }

  /** @param {import('./steps.js').ToPage} message of what draws the captions */
  #receive(message) {
    if (message.type === 'media') this.#lifeline.needed = message.watched;
    const isOver = message.type === 'over' || (message.type === 'media' && !message.watched);
    if (isOver && this.#picture) this.#delayPicture(null);
    this.#page.receive(message);
  }

  /** @param {PageMessage} message to the worker */
  #tell(message) {
    if (isAlive()) void chrome.runtime.sendMessage(message);
    else this.#receive({ type: 'over' });
  }

  /** @param {string} secret the same as before until a frame has shown it to the worker */
  #openFrame(secret) {
    if (this.#leaving) {
      this.#waiting = secret;
      return;
    }
    if (secret === this.#secret && this.#page.popover.isInPage) return;
    this.#secret = secret;
    const address = `${chrome.runtime.getURL('overlay/frame.html')}#${secret}`;
    this.#toCaptions = openFrame(this.#page.popover, address, (told) => this.#receive(told));
  }

  /** No script of the page can read what is drawn in the page itself, because none runs. */
  async #drawHere() {
    const { rules, parts } = await loadCaptions();
    const { captioner, element } = composeCaptions(
      parts,
      rules,
      (told) => this.#receive(told),
      textOf,
    );
    this.#toCaptions = (message) => captioner.heed(message);
    this.#page.popover.hold(element);
    return captioner;
  }

  /**
   * With a frame of an extension in it, a page is not kept for the way back, and it is too late to
   * remove the frame when the page is left. https://web.dev/articles/bfcache
   */
  #makeWay() {
    if (this.#captioner || this.#leaving) return;
    this.#leaving = true;
    this.#lifeline.release();
    this.#page.popover.remove();
    setTimeout(() => {
      this.#leaving = false;
      if (isAlive()) this.#lifeline.hold();
      if (this.#waiting !== null) this.#openFrame(this.#waiting);
      this.#waiting = null;
    }, STAYS_MS);
  }
}

/** @type {Overlay | null} */
let overlay = null;

/** Begin to listen; a second call changes nothing. */
export function listen() {
  if (overlay) return;
  const listening = new Overlay();
  overlay = listening;
  chrome.runtime.onMessage.addListener((/** @type {PlaceMessage} */ message) => {
    listening.receive(message);
  });
}

/** @returns {Promise<{ rules: import('./steps.js').Rules, parts: import('./compose.js').CaptionParts }>} */
async function loadCaptions() {
  return {
    rules: {
      announcer: await load('overlay/announcer.js'),
      bilingual: await load('overlay/bilingual.js'),
      captions: await load('shared/captions.js'),
      filters: await load('shared/text_filters.js'),
      notices: await load('overlay/notices.js'),
      replay: await load('overlay/replay.js'),
      settings: SETTINGS,
      speakers: await load('shared/speakers.js'),
      steady: await load('overlay/steady.js'),
      swearwords: await load('shared/swearwords.js'),
      translations: await load('shared/translation_rules.js'),
    },
    parts: {
      captioner: await load('overlay/captioner.js'),
      flow: await load('overlay/flow.js'),
      pace: await load('overlay/pace.js'),
      reducer: await load('overlay/reducer.js'),
      view: await load('overlay/view.js'),
      words: await load('overlay/words.js'),
    },
  };
}

async function loadPicture() {
  /** @type {typeof import('./picture.js')} */
  const { DelayedPicture } = await load('overlay/picture.js');
  return new DelayedPicture(await load('overlay/frame_queue.js'));
}

/**
 * @param {string} key
 * @param {string} [detail]
 */
function textOf(key, detail) {
  return chrome.i18n.getMessage(key, detail);
}

/** Whether the extension that this script is of is still there: it can be reloaded, or removed. */
function isAlive() {
  return chrome.runtime?.id !== undefined;
}

/** @param {string} path */
function load(path) {
  return import(chrome.runtime.getURL(path));
}
