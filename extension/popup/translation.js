/** The part of the controls that is about translation. */
import { languageName, homeLanguage, ownLanguages } from '../shared/languages.js';
import { isSameLanguage, mayTranslate, ruleFor } from '../shared/translation_rules.js';
import { byId, LOCALE, number, text } from '../ui/page.js';
import { TranslationChoice } from '../ui/translation_choice.js';
import { problemWords } from '../ui/translation_words.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */
/** @typedef {import('../shared/translation_rules.js').LanguageRule} LanguageRule */

/**
 * @typedef {import('../ui/translation_choice.js').ChoiceListener
 *   & { rule: (language: string, translate: LanguageRule['translate'] | null) => void }} PartListener
 */

export class TranslationPart {
  #choice;
  /** @type {CaptureState | null} */
  #capture = null;
  /** @type {SiteSettings | null} */
  #settings = null;
  #hasSite = false;
  #rule = /** @type {HTMLSelectElement} */ (byId('language-rule'));

  /** @param {PartListener} listener */
  constructor(listener) {
    this.#choice = new TranslationChoice('translate', listener);
    byId('translate-box').append(this.#choice.box.root);
    byId('translators').replaceWith(this.#choice.offers.root);
    byId('suggest-take').addEventListener('click', () => {
      this.#choice.choose(homeLanguage(navigator.languages));
      this.#choice.box.input.focus();
    });
    this.#rule.append(
      new Option(text('rule_as_chosen'), ''),
      new Option(text('rule_always'), 'always'),
      new Option(text('rule_never'), 'never'),
    );
    this.#rule.addEventListener('change', () => {
      const { value } = this.#rule;
      const language = this.#capture?.language;
      const rule = value === 'always' || value === 'never' ? value : null;
      if (language) listener.rule(language, rule);
    });
  }

  /** @returns {boolean} whether what was chosen has yet to be got */
  get lacking() {
    return !this.#choice.offers.root.hidden;
  }

  /** @param {ToExtension} message of the host's */
  receive(message) {
    this.#choice.receive(message);
  }

  /** @param {CaptureState} capture */
  showCapture(capture) {
    this.#capture = capture;
    this.#show();
  }

  /**
   * @param {SiteSettings} settings
   * @param {boolean} hasSite whether the tab shows a site of the web
   */
  showSettings(settings, hasSite) {
    this.#settings = settings;
    this.#hasSite = hasSite;
    this.#show();
  }

  #show() {
    if (!this.#settings) return;
    const { translateTo: target, translator } = this.#settings;
    const spoken = this.#capture?.language ?? null;
    const source = spoken ?? this.#settings.language;
    const model = this.#capture?.model ?? this.#settings.model;
    this.#choice.show({ target, translator, source, model });
    byId('speak-part').hidden = !mayTranslate({ target, rules: this.#settings.languageRules });
    this.#showState();
    this.#showSuggestion(spoken, target);
    this.#showRule(spoken);
  }

  #showState() {
    const words = this.#capture ? stateWords(this.#capture.translation) : { text: '', bad: false };
    // What there is to get says what is wrong as well.
    const shown = this.lacking ? '' : words.text;
    const state = byId('translation-state');
    if (state.textContent !== shown) state.textContent = shown;
    state.classList.toggle('bad', words.bad);
  }

  /**
   * Somebody speaks a language that is not the user's: one click translates it.
   * @param {string | null} spoken
   * @param {string | null} target
   */
  #showSuggestion(spoken, target) {
    const rule = this.#settings && ruleFor(this.#settings.languageRules, spoken);
    byId('suggest').hidden = target !== null || rule !== null || !isForeign(spoken);
    if (spoken === null) return;
    byId('suggest-text').textContent = text('suggest_spoken', languageName(spoken, LOCALE));
    const home = languageName(homeLanguage(navigator.languages), LOCALE);
    byId('suggest-take').textContent = text('suggest_translate', home);
  }

  /**
   * The user's own language needs no rule while nothing is translated.
   * @param {string | null} spoken
   */
  #showRule(spoken) {
    const { translateTo: target = null, languageRules: rules = [] } = this.#settings ?? {};
    const matters = isForeign(spoken) || mayTranslate({ target, rules });
    const known = spoken !== null && this.#hasSite && matters;
    for (const part of document.querySelectorAll('.of-rule')) {
      /** @type {HTMLElement} */ (part).hidden = !known;
    }
    if (!known || !this.#settings) return;
    byId('rule-label').textContent = text('rule_here', languageName(spoken, LOCALE));
    this.#rule.value = ruleFor(this.#settings.languageRules, spoken) ?? '';
  }
}

/** @param {string | null} spoken */
function isForeign(spoken) {
  const own = ownLanguages(navigator.languages);
  return spoken !== null && !own.some((code) => isSameLanguage(code, spoken));
}

/**
 * @param {CaptureState['translation']} state
 * @returns {{ text: string, bad: boolean }} what is wrong, or else how it goes
 */
function stateWords(state) {
  const problem = problemWords(state);
  if (problem !== '') return { text: problem, bad: true };
  if (state.voice === 'no_voice') return { text: text('voice_none'), bad: true };
  if (state.voice === 'failed') return { text: text('voice_failed'), bad: true };
  if (state.unread > 0) return { text: text('voice_unread', number(state.unread)), bad: false };
  if (state.by !== 'browser' || state.delayMs === null) return { text: '', bad: false };
  const delay = number(state.delayMs / 1000, { maximumFractionDigits: 1 });
  return { text: text('translated_by_browser', delay), bad: false };
}
