/** Everything about translations in one conversation: by the browser, by rules, and read out. */
import { NO_WISH, ruleFor } from '../shared/translation_rules.js';
import { TranslatedLines } from './lines.js';
import { LookUps } from './look_ups.js';
import { TranslationPump } from './pump.js';
import { Voice } from './voice.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/messages.js').TranslationState} TranslationState */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../shared/protocol.js').Options} Options */
/** @typedef {import('../shared/translation_rules.js').Wish} Wish */

/**
 * What the browser, and the host for single words, do for translations.
 * @typedef {import('./pump.js').PumpEdges & import('./voice.js').VoiceEdges
 *   & import('./look_ups.js').LookUpEdges} TranslationEdges
 */

/**
 * @typedef {object} TranslationListener
 * @property {(line: Line) => void} translated a line has got its translation
 * @property {() => void} stateChanged
 */

/** What the host says of its own translations. @typedef {Pick<TranslationState, 'problem' | 'delayMs'>} HostSays */

export class ConversationTranslation {
  #wish = NO_WISH;
  #lines = new TranslatedLines();
  #pump;
  #voice;
  #lookUps;
  #edges;

  /**
   * @param {TranslationEdges} edges
   * @param {TranslationListener} listener
   */
  constructor(edges, { translated, stateChanged }) {
    this.#edges = edges;
    this.#lookUps = new LookUps(edges);
    this.#pump = new TranslationPump(this.#lines, edges, { translated, changed: stateChanged });
    this.#voice = new Voice(edges, stateChanged);
  }

  /** @returns {boolean} whether lines are still in another language than the one that is wanted now */
  get stale() {
    return this.#lines.stale;
  }

  /** @returns {boolean} whether it is the browser that translates, and not the host */
  get isByBrowser() {
    return this.#wish.by === 'browser';
  }

  /**
   * @param {Wish} wish
   * @param {readonly Line[]} lines that stand
   */
  setWish(wish, lines) {
    if (JSON.stringify(wish) === JSON.stringify(this.#wish)) return;
    this.#wish = wish;
    this.#lines.setWish(wish);
    this.#voice.setOn(wish.aloud, lines);
    this.#pump.restart();
  }

  /**
   * The host's options while a language is spoken: it knows no rules for languages.
   * @param {Options} options
   * @param {string | null} language
   * @returns {Options}
   */
  optionsFor(options, language) {
    const { by, home, rules } = this.#wish;
    if (by === 'browser' || options.task === 'translate') return options;
    const rule = ruleFor(rules, language);
    if (rule === 'never') return { ...options, translate_to: null };
    if (rule === 'always') return { ...options, translate_to: options.translate_to ?? home };
    return options;
  }

  /**
   * @param {readonly Line[]} lines all that stand
   * @returns {Line[]} with their translations
   */
  over(lines) {
    return this.#lines.take(lines, this.#edges.now());
  }

  /**
   * @param {readonly Line[]} lines of those, as much as has been heard
   * @returns {Line[]} with their translations
   */
  of(lines) {
    return this.#lines.of(lines);
  }

  /**
   * What is shown has changed.
   * @param {readonly Line[]} lines that changed
   * @param {boolean} visible whether the user looks at the tab: two voices at once help nobody
   */
  shown(lines, visible) {
    if (visible) this.#voice.hear(lines);
  }

  /** There may be something to translate. */
  kick() {
    this.#pump.kick();
  }

  /** Have all lines translated into the language of now. */
  retranslate() {
    this.#lines.retranslate();
    this.#pump.restart();
  }

  /**
   * @param {import('../shared/messages.js').LookedUp} asked
   * @param {import('./look_ups.js').Said} said
   */
  lookUp(asked, said) {
    return this.#lookUps.meaningOf(asked, this.#wish, said);
  }

  /** @param {import('../shared/protocol.js').Translated} answer of the host */
  takeMeaning(answer) {
    this.#lookUps.take(answer);
  }

  /** @returns {Promise<void> | null} when every final line is translated; null: none waits */
  finished() {
    return this.#pump.finished();
  }

  close() {
    this.#voice.setOn(false, []);
    this.#pump.close();
    this.#lookUps.close();
  }

  /**
   * @param {HostSays} host
   * @returns {TranslationState}
   */
  state(host) {
    const { target, by } = this.#wish;
    const { fault, pair, delayMs } = this.#pump;
    const voice = { unread: this.#voice.skipped, voice: this.#voice.problem };
    if (by === 'host') return { target, by, pair: null, ...host, ...voice };
    if (!fault) return { target, by, problem: null, pair: null, delayMs, ...voice };
    const problem = { code: `translation_${fault.kind}`, message: '', hint: '' };
    return { target, by, problem, pair, delayMs, ...voice };
  }
}
