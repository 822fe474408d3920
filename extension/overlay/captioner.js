/** @typedef {import('./steps.js').FromPage} FromPage */
/** @typedef {import('./steps.js').OverlayEffect} OverlayEffect */
/** @typedef {import('./steps.js').OverlayEvent} OverlayEvent */
/** @typedef {import('./steps.js').TimerName} TimerName */
/** @typedef {import('./steps.js').ToPage} ToPage */

/**
 * Performs what the reducer asks for, and tells it when a timer is due. Decides nothing. It knows
 * what is said; the page around it is told only what it needs (`ToPage`).
 */
export class Captioner {
  #reducer;
  #state;
  #view;
  #flow;
  #toPage;
  #textOf;
  /** @type {Map<TimerName, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  #pointed = false;
  #reached = false;

  /**
   * @param {import('./reducer.js').OverlayReducer} reducer
   * @param {import('./view.js').CaptionView} view
   * @param {import('./flow.js').CaptionFlow} flow
   * @param {(message: ToPage) => void} toPage
   * @param {(key: string, detail?: string) => string} textOf in the user's language
   */
  constructor(reducer, view, flow, toPage, textOf) {
    this.#reducer = reducer;
    this.#state = reducer.initial();
    this.#view = view;
    this.#flow = flow;
    this.#toPage = toPage;
    this.#textOf = textOf;
  }

  /** @param {OverlayEvent} event */
  receive(event) {
    const { state, effects } = this.#reducer.reduce(this.#state, event, performance.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  /** @param {FromPage} message */
  heed(message) {
    switch (message.type) {
      case 'look':
        this.#view.setProperties(message.look.properties);
        return this.#flow.setLook(message.look);
      case 'held':
        return this.#view.setHeld(message.held);
      case 'pointed':
        this.#pointed = message.pointed;
        return this.#peek();
      case 'reached':
        this.#reached = message.reached;
        this.#view.setReached(message.reached);
        return this.#peek();
    }
  }

  /** The pointer and the key ask for the same. */
  #peek() {
    this.receive({ type: 'peek', peeked: this.#pointed || this.#reached });
  }

  /** @param {OverlayEffect} effect */
  #perform(effect) {
    const view = this.#view;
    switch (effect.type) {
      case 'lines':
        return view.showLines(effect.lines);
      case 'jump':
        return this.#flow.jump();
      case 'clear':
        return this.#flow.clear();
      case 'notice':
        return this.#showNotice(effect.notice);
      case 'mark':
        return view.mark(effect);
      case 'look':
      case 'media':
        return this.#toPage(effect);
      case 'announce':
        return view.announce(effect.text);
      case 'announced':
        return view.setAnnounced(effect.announced);
      case 'dismiss':
        return view.dismiss();
      case 'timer':
        return this.#setTimer(effect.timer, effect.afterMs);
    }
  }

  /** @param {import('./notices.js').Notice | null} notice null ends the one that is shown */
  #showNotice(notice) {
    const view = this.#view;
    if (notice) view.showNotice({ ...notice, text: this.#textOf(notice.key, notice.detail) });
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
