/** What each message and each timer changes in what the overlay shows. Pure. */

/** @typedef {import('../shared/captions.js').CaptionRow} CaptionRow */
/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('./bilingual.js').ShownLine} ShownLine */
/** @typedef {import('./notices.js').Notice} Notice */
/** @typedef {import('./steps.js').OverlayEffect} OverlayEffect */
/** @typedef {import('./steps.js').OverlayEvent} OverlayEvent */
/** @typedef {import('./steps.js').OverlayState} OverlayState */
/** @typedef {import('./steps.js').Step} Step */
/** @typedef {import('./steps.js').TimerName} TimerName */

/** Lines that can wait for their turn. Those that were read leave the page. */
const LINES_HELD = 40;

/** Silence after which captions fade. */
const LINGER_MS = 6_000;

/** A line that has faded can still be revised and then end a little later: that is no new speech. */
const REVISED_END_SAMPLES = 16_000;

/** How long the last words stay when captions were switched off. */
const LAST_WORDS_MS = 2_500;

const MODE_NOTICES = { fast: 'choice_mode_fast', reading: 'choice_mode_reading' };

/** How each session begins. */
const NEW_SESSION = {
  phase: null,
  microphone: /** @type {MicrophoneState} */ ('off'),
  microphoneNews: null,
  replay: /** @type {Line[] | null} */ (null),
  names: /** @type {Record<string, string>} */ ({}),
  held: new Map(),
  announced: new Set(),
  fadedUntil: 0,
  shownText: '',
  hidden: false,
  peeked: false,
};

/** From the overlay's state and an event to the next state and what is to be done. */
export class OverlayReducer {
  #rules;
  #words;
  #home;

  /**
   * @param {import('./steps.js').Rules} rules
   * @param {import('../shared/speakers.js').SpeakerWords} words in the user's language
   * @param {string} home that language
   */
  constructor(rules, words, home) {
    this.#rules = rules;
    this.#words = words;
    this.#home = home;
  }

  /** @returns {OverlayState} before anything was received */
  initial() {
    const { captions, filters, settings, swearwords } = this.#rules;
    const usual = settings.settingsFor(settings.DEFAULTS, null);
    return {
      ...NEW_SESSION,
      session: null,
      model: captions.EMPTY_MODEL,
      laterNotice: null,
      settings: usual,
      filter: filters.makeFilter(usual.filters, swearwords.SWEARWORDS),
      fadesUntil: 0,
    };
  }

  /**
   * @param {OverlayState} state
   * @param {OverlayEvent} event
   * @param {number} now ms
   * @returns {Step}
   */
  reduce(state, event, now) {
    switch (event.type) {
      case 'snapshot':
        return this.#follow(state, event, now);
      case 'settings':
        return this.#applySettings(state, event, now);
      case 'hide':
        return this.#hide(state, now);
      case 'timer':
        return this.#timeOut(state, event.timer, now);
      case 'peek':
        return this.#peek(state, event.peeked, now);
    }
    return event.session === state.session ? this.#update(state, event, now) : step(state);
  }

  /**
   * @param {OverlayState} state
   * @param {Exclude<import('../shared/messages.js').SessionMessage, { type: 'snapshot' }>} message
   *   of the session that is shown
   * @param {number} now
   * @returns {Step}
   */
  #update(state, message, now) {
    switch (message.type) {
      case 'captions': {
        const model = this.#rules.captions.applyUpdate(state.model, message);
        return this.#showCaptions({ ...state, model }, now);
      }
      case 'phase':
        return this.#showPhase(state, message.phase);
      case 'microphone':
        return this.#showMicrophone(state, message.microphone);
      case 'replay':
        return chain(this.#rules.replay.replay(state, message.lines, message.since), (current) =>
          this.#showCaptions(current, now),
        );
      case 'names':
        return this.#showCaptions({ ...state, names: message.names }, now);
      case 'meaning':
        return step(state, notice(this.#rules.notices.meaningNotice(message)));
      case 'remote':
        return step(state, { type: 'mark', server: serverOf(message.remote) });
      case 'copied':
        return step(state, notice(this.#rules.notices.reply('notice_copied')));
      case 'step':
        return step(state, notice(this.#rules.notices.stepNotice(message.step)));
      case 'end':
        return end(state);
    }
  }

  /**
   * @param {OverlayState} state
   * @param {Extract<OverlayMessage, { type: 'snapshot' }>} snapshot
   * @param {number} now
   * @returns {Step}
   */
  #follow(state, { session, model, phase, microphone }, now) {
    const isNew = session !== state.session;
    const begun = isNew ? { ...state, ...NEW_SESSION, session } : state;
    return chain(
      isNew ? step(begun, stop('fade'), stop('dismiss'), { type: 'jump' }) : step(begun),
      (current) => this.#showCaptions({ ...current, model }, now),
      (current) => this.#showPhase(current, phase),
      (current) => this.#showMicrophone(current, microphone),
      (current) => step(current, { type: 'media', watched: true }),
    );
  }

  /**
   * @param {OverlayState} state
   * @param {Extract<OverlayMessage, { type: 'settings' }>} message
   * @param {number} now
   * @returns {Step}
   */
  #applySettings(state, { settings, positions }, now) {
    const { filters, swearwords } = this.#rules;
    const filter = filters.makeFilter(settings.filters, swearwords.SWEARWORDS);
    const next = { ...state, settings, filter };
    const { appearance, meetingNames } = settings;
    const room = this.#rules.bilingual.roomFor(settings, this.#rules, this.#home);
    const applied = step(
      next,
      { type: 'look', appearance, bilingual: room, positions, meetingNames },
      { type: 'announced', announced: settings.liveRegion === 'polite' },
    );
    if (state.session === null) return applied;
    const switched = settings.mode !== state.settings.mode;
    return chain(
      applied,
      (current) => (switched ? this.#switchMode(current) : step(current)),
      (current) => this.#showCaptions(current, now),
    );
  }

  /**
   * @param {OverlayState} state
   * @returns {Step}
   */
  #switchMode(state) {
    const { notices, steady } = this.#rules;
    const held = steady.holdNothingBack(this.#spoken(state));
    const { mode } = state.settings;
    return step({ ...state, held }, notice(notices.reply(MODE_NOTICES[mode])));
  }

  /**
   * Hide the captions for now, or show them again.
   * @param {OverlayState} state
   * @param {number} now
   * @returns {Step}
   */
  #hide(state, now) {
    if (state.session === null) return step(state);
    const hidden = !state.hidden;
    const said = hidden ? this.#rules.notices.reply('notice_hidden') : null;
    const jumped = step({ ...state, hidden }, { type: 'jump' }, notice(said));
    return chain(jumped, (current) => this.#showCaptions(current, now));
  }

  /**
   * @param {OverlayState} state
   * @param {boolean} peeked
   * @param {number} now
   * @returns {Step}
   */
  #peek(state, peeked, now) {
    const next = { ...state, peeked };
    if (peeked === state.peeked || state.settings.bilingual.show !== 'hover') return step(next);
    return chain(step(next, { type: 'jump' }), (current) => this.#showCaptions(current, now));
  }

  /**
   * @param {OverlayState} state
   * @param {TimerName} timer
   * @param {number} now
   * @returns {Step}
   */
  #timeOut(state, timer, now) {
    switch (timer) {
      case 'fade': {
        const fadedUntil = Math.max(state.fadedUntil, state.fadesUntil);
        return this.#showCaptions({ ...state, fadedUntil }, now);
      }
      case 'clause':
        return this.#showCaptions(state, now);
      case 'notice':
        return step(state, notice(state.laterNotice));
      case 'dismiss':
        return step(state, { type: 'dismiss' });
    }
  }

  /**
   * @param {OverlayState} state
   * @param {number} now
   * @returns {Step}
   */
  #showCaptions(state, now) {
    const spoken = this.#spoken(state);
    if (state.replay) return this.#showLines(state, spoken);
    return chain(
      step(state),
      (current) => this.#showRows(current, spoken, now),
      (current) => lingerWith(current, spoken, state.shownText),
    );
  }

  /**
   * @param {OverlayState} state
   * @param {CaptionRow[]} spoken
   * @param {number} now
   * @returns {Step}
   */
  #showRows(state, spoken, now) {
    if (state.settings.mode !== 'reading') return this.#showLines(state, spoken);
    const { held, rows, dueAt } = this.#rules.steady.steadyRows(state.held, spoken, now);
    const afterMs = dueAt === null ? null : dueAt - now;
    return chain(step({ ...state, held }, { type: 'timer', timer: 'clause', afterMs }), (current) =>
      this.#showLines(current, rows),
    );
  }

  /**
   * @param {OverlayState} state
   * @param {CaptionRow[]} rows
   * @returns {Step}
   */
  #showLines(state, rows) {
    const { filter, settings } = state;
    const { labelsOf, shownLines, shownOf } = this.#rules.bilingual;
    const seen = state.hidden ? [] : rows;
    const shown = shownOf(state, this.#rules, this.#home);
    const labels = labelsOf(state, this.#rules.speakers, this.#words);
    const lines = shownLines(seen, shown, filter, labels);
    const texts = lines.flatMap((line) => line.texts);
    const shownText = texts.map(({ committed, draft }) => committed + draft).join('\n');
    const next = step({ ...state, shownText }, { type: 'lines', lines });
    if (settings.liveRegion !== 'polite') return next;
    return chain(next, (current) => this.#rules.announcer.announce(current, lines));
  }

  /**
   * @param {OverlayState} state
   * @param {import('../shared/messages.js').Phase} phase
   * @returns {Step}
   */
  #showPhase(state, phase) {
    const change = this.#rules.notices.changeFor(state.phase, phase);
    const next = { ...state, phase };
    if (!change) return step(next);
    const { afterMs } = change;
    if (afterMs > 0) {
      const later = { ...next, laterNotice: change.notice };
      return chain(
        step(later, { type: 'timer', timer: 'notice', afterMs }),
        this.#rules.notices.showMicrophoneNews,
      );
    }
    const hasNews = phase.name === 'listening' && state.microphoneNews !== null;
    const said = hasNews ? [] : [notice(change.notice)];
    return chain(step(next, stop('notice'), ...said), this.#rules.notices.showMicrophoneNews);
  }

  /**
   * @param {OverlayState} state
   * @param {MicrophoneState} microphone
   * @returns {Step}
   */
  #showMicrophone(state, microphone) {
    const news = this.#rules.notices.microphoneNotice(state.microphone, microphone);
    const microphoneNews = news ?? state.microphoneNews;
    const marked = step(
      { ...state, microphone, microphoneNews },
      { type: 'mark', microphone: microphone === 'on' },
    );
    return chain(marked, this.#rules.notices.showMicrophoneNews);
  }

  /** @param {OverlayState} state */
  #spoken({ model, fadedUntil, replay }) {
    if (replay) return this.#rules.replay.replayedRows(replay.slice(-LINES_HELD));
    return this.#rules.captions.captionRows(model, fadedUntil, LINES_HELD);
  }
}

/** @param {import('../shared/messages.js').RemoteState | null} remote */
function serverOf(remote) {
  return remote?.name === 'on' ? remote.server : null;
}

/**
 * @param {OverlayState} state
 * @returns {Step}
 */
function end(state) {
  return step(
    { ...state, session: null },
    { type: 'media', watched: false },
    stop('fade'),
    stop('clause'),
    stop('notice'),
    { type: 'timer', timer: 'dismiss', afterMs: state.shownText === '' ? 0 : LAST_WORDS_MS },
  );
}

/**
 * Keep the captions on the page for a while, if they have changed. Words that turn from draft to
 * committed are no change.
 * @param {OverlayState} state
 * @param {CaptionRow[]} spoken
 * @param {string} before the text that was shown
 * @returns {Step}
 */
function lingerWith(state, spoken, before) {
  if (state.shownText === before) return step(state);
  const fadesUntil = Math.max(0, ...spoken.map(({ end: last }) => last + REVISED_END_SAMPLES));
  const fade = /** @type {const} */ ({ type: 'timer', timer: 'fade', afterMs: LINGER_MS });
  return step({ ...state, fadesUntil }, fade);
}

/**
 * @param {Notice | null} said
 * @returns {OverlayEffect}
 */
function notice(said) {
  return { type: 'notice', notice: said };
}

/**
 * @param {TimerName} timer
 * @returns {OverlayEffect}
 */
function stop(timer) {
  return { type: 'timer', timer, afterMs: null };
}

/**
 * @param {OverlayState} state
 * @param {...OverlayEffect} effects
 * @returns {Step}
 */
function step(state, ...effects) {
  return { state, effects };
}

/**
 * @param {Step} first
 * @param {...(state: OverlayState) => Step} moves each goes on from the state that the one before left
 * @returns {Step} with the effects of all
 */
function chain(first, ...moves) {
  return moves.reduce((before, move) => {
    const { state, effects } = move(before.state);
    return { state, effects: [...before.effects, ...effects] };
  }, first);
}
