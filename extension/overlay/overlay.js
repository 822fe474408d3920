/** The overlay's shell: messages of the extension in, captions on the page. */
/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */
/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('./steps.js').OverlayEffect} OverlayEffect */
/** @typedef {import('./steps.js').OverlayEvent} OverlayEvent */
/** @typedef {import('./steps.js').TimerName} TimerName */

// A page must not be able to find out that its visitor uses captions, so these files have addresses
// that change (`use_dynamic_url`). A static import asks for the fixed address and is refused. So
// this module loads all others and hands them what they need of each other.
// https://developer.chrome.com/docs/extensions/reference/manifest/web-accessible-resources
/** @type {typeof import('./media.js')} */
const { MediaWatch } = await load('overlay/media.js');
/** @type {typeof import('./compose.js')} */
const { compose } = await load('overlay/compose.js');
/** @type {typeof import('./reducer.js')} */
const { OverlayReducer } = await load('overlay/reducer.js');
/** @type {import('./steps.js').Rules} */
const RULES = {
  announcer: await load('overlay/announcer.js'),
  bilingual: await load('overlay/bilingual.js'),
  captions: await load('shared/captions.js'),
  filters: await load('shared/text_filters.js'),
  notices: await load('overlay/notices.js'),
  settings: await load('shared/settings.js'),
  speakers: await load('shared/speakers.js'),
  steady: await load('overlay/steady.js'),
  swearwords: await load('shared/swearwords.js'),
};
/** @type {import('./compose.js').Parts} */
const PARTS = {
  flow: await load('overlay/flow.js'),
  grips: await load('overlay/grips.js'),
  look: await load('overlay/look.js'),
  meetings: await load('overlay/meetings.js'),
  pace: await load('overlay/pace.js'),
  placement: await load('overlay/placement.js'),
  player: await load('overlay/player.js'),
  speakers: RULES.speakers,
  stage: await load('overlay/stage.js'),
  style: await load('overlay/style.js'),
  view: await load('overlay/view.js'),
  words: await load('overlay/words.js'),
};

/** Performs what the reducer asks for, and tells it when a timer is due. Decides nothing. */
class Overlay {
  #reducer = new OverlayReducer(RULES, {
    you: text('speaker_you'),
    numbered: (number) => text('speaker_number', number),
  });
  #state = this.#reducer.initial();
  #seen = compose(
    PARTS,
    RULES.settings.FONTS,
    { move: text('grip_move'), left: text('grip_left'), right: text('grip_right') },
    (screen, position) => tell({ type: 'position', screen, position }),
  );
  #media = new MediaWatch((paused) => tell({ type: 'media', paused }));
  /** @type {Map<TimerName, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  constructor() {
    const positions = { windowed: null, fullscreen: null };
    this.receive({ type: 'settings', settings: this.#state.settings, positions });
  }

  /** @param {OverlayEvent} event */
  receive(event) {
    const { state, effects } = this.#reducer.reduce(this.#state, event, performance.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  /** @param {OverlayEffect} effect */
  #perform(effect) {
    const { view, flow, stage } = this.#seen;
    switch (effect.type) {
      case 'lines':
        return view.showLines(effect.lines);
      case 'jump':
        return flow.jump();
      case 'notice':
        return this.#showNotice(effect.notice);
      case 'mark':
        return view.setMicrophone(effect.microphone);
      case 'look':
        return stage.dress(effect.appearance, effect.bilingual, effect.positions);
      case 'announce':
        return view.announce(effect.text);
      case 'announced':
        return view.setAnnounced(effect.announced);
      case 'media':
        return effect.watched ? this.#media.start() : this.#media.stop();
      case 'dismiss':
        return view.dismiss();
      case 'timer':
        return this.#setTimer(effect.timer, effect.afterMs);
    }
  }

  /** @param {import('./notices.js').Notice | null} notice null ends the one that is shown */
  #showNotice(notice) {
    const { view } = this.#seen;
    if (notice) view.showNotice({ ...notice, text: text(notice.key, notice.detail) });
    else view.endNotice();
  }

  /**
   * @param {TimerName} timer
   * @param {number | null} afterMs null stops it
   */
  #setTimer(timer, afterMs) {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
    if (afterMs === null) return;
    const due = setTimeout(() => this.receive({ type: 'timer', timer }), afterMs);
    this.#timers.set(timer, due);
  }
}

/** @type {Overlay | null} */
let overlay = null;

/** Begin to listen; a second call changes nothing. */
export function listen() {
  if (overlay) return;
  const listening = new Overlay();
  overlay = listening;
  chrome.runtime.onMessage.addListener((/** @type {OverlayMessage} */ message) => {
    listening.receive(message);
  });
}

/**
 * @param {string} key
 * @param {string} [detail]
 */
function text(key, detail) {
  return chrome.i18n.getMessage(key, detail);
}

/** @param {PageMessage} message */
function tell(message) {
  void chrome.runtime.sendMessage(message);
}

/** @param {string} path */
function load(path) {
  return import(chrome.runtime.getURL(path));
}
