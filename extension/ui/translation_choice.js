/**
 * The choice of a language to translate into, with all that serves it: what is installed, the
 * browser, and what there is to get. The same in the controls and in the options.
 */
import { BROWSER } from '../shared/settings.js';
import { offersFor, reachable, servedBy, writesEnglish } from '../shared/translators.js';
import { languageName } from '../shared/languages.js';
import { browserReach } from '../translation/browser_languages.js';
import { BrowserTranslator, TranslationFault } from '../translation/browser_translator.js';
import { LanguageBox } from './language_box.js';
import { languageChoices } from './language_list.js';
import { LOCALE, text } from './page.js';
import { faultWords, megabytes } from './translation_words.js';
import { TranslatorOffers } from './translator_offers.js';

/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */
/** @typedef {import('../shared/settings.js').SiteOverrides} SiteOverrides */
/** @typedef {import('../shared/translators.js').Offer} Offer */

/**
 * What is known of the tab, or of the settings alone.
 * @typedef {object} Situation
 * @property {string | null} target that is chosen
 * @property {string | null} translator that is named
 * @property {string | null} source language spoken, as far as it is known
 * @property {string | null} model that recognises
 */

/**
 * @typedef {object} ChoiceListener
 * @property {(changes: SiteOverrides) => void} change
 * @property {(message: ToHost) => void} tellHost
 */

export class TranslationChoice {
  #listener;
  #browser = new BrowserTranslator();
  /** @type {import('../shared/translators.js').Engines} */
  #engines = { installed: [], catalogue: [], browser: new Map(), whisper: true };
  /** @type {Situation} */
  #situation = { target: null, translator: null, source: null, model: null };
  /** @type {Offer[]} */
  #offers = [];
  /** @type {AbortController | null} ends the browser's download */
  #download = null;
  /** @type {import('./translator_offers.js').BrowserDownload} */
  #browserDownload = { share: null, fault: '' };
  #probed = '';
  /** @type {readonly unknown[]} what the list was made of */
  #listed = [];
  /** Whether the host has said what is installed. */
  #greeted = false;
  #asked = false;

  /**
   * @param {string} id of the field
   * @param {ChoiceListener} listener
   */
  constructor(id, listener) {
    this.#listener = listener;
    this.box = new LanguageBox(id, text('field_translateTo'), text('languages_none'), {
      choose: (code) => this.choose(code),
      opened: () => {
        this.#askForCatalogue();
        void this.#probe();
      },
    });
    this.offers = new TranslatorOffers(text('translators_offered'), {
      get: (offer) => void this.#get(offer),
      cancel: (offer) => this.#cancel(offer),
    });
    void this.#probe();
  }

  /** @returns {boolean} whether this browser has a translator */
  get browserTranslates() {
    return this.#browser.exists;
  }

  /** @param {Situation} situation */
  show(situation) {
    const before = this.#situation;
    this.#situation = situation;
    if (situation.source !== before.source) void this.#probe();
    this.#show();
  }

  /** @param {ToExtension} message of the host's */
  receive(message) {
    if (message.type === 'hello') {
      this.#greeted = true;
      this.#engines = { ...this.#engines, installed: message.translators };
    } else if (message.type === 'models') {
      this.#engines = { ...this.#engines, catalogue: message.models };
    } else if (message.type === 'progress') {
      return this.offers.showProgress(message, this.#offers);
    } else return;
    this.#show();
  }

  /** @param {string | null} target */
  choose(target) {
    const { source } = this.#situation;
    const by = target === null ? null : servedBy(target, source, this.#engines);
    this.#browserDownload = { share: null, fault: '' };
    // Which translator of the host knows the language spoken is for the host to find out.
    const translator = by === 'browser' ? BROWSER : null;
    this.#listener.change({ translateTo: target, translator });
  }

  #show() {
    const { target, translator, source, model } = this.#situation;
    const whisper = writesEnglish(model, this.#engines.catalogue);
    if (whisper !== this.#engines.whisper) this.#engines = { ...this.#engines, whisper };
    this.#list();
    const served = target === null || this.#serves(target, translator, source);
    if (!served && this.#greeted) this.#askForCatalogue();
    this.#offers = served || target === null ? [] : offersFor(target, source, this.#engines);
    this.offers.show(served ? '' : this.#why(target), this.#offers, this.#browserDownload);
  }

  /**
   * @param {string} target
   * @param {string | null} translator
   * @param {string | null} source
   */
  #serves(target, translator, source) {
    if (this.#browserDownload.share !== null || this.#browserDownload.fault !== '') return false;
    if (translator === BROWSER) return this.#engines.browser.get(target) === 'available';
    if (translator !== null) return true;
    const by = servedBy(target, source, this.#engines);
    // The browser serves nobody who has not chosen it.
    return by === 'host' || by === 'whisper';
  }

  /** Once, and only where somebody wants to know: to answer, the host looks for more than this. */
  #askForCatalogue() {
    if (this.#asked) return;
    this.#asked = true;
    this.#listener.tellHost({ type: 'models' });
  }

  /** @param {string | null} target */
  #why(target) {
    const { source, translator } = this.#situation;
    const name = languageName(target ?? '', LOCALE);
    if (this.#offers.length === 0) return text('translators_nothing', name);
    if (translator === BROWSER) return text('translators_browser_first', name);
    const spoken = source && languageName(source, LOCALE);
    return spoken ? text('translators_none_pair', spoken, name) : text('translators_none', name);
  }

  /** News of the tab come several times a second: a list that changes nothing stays as it is. */
  #list() {
    const { target, source } = this.#situation;
    const basis = [this.#engines, target, source];
    if (basis.every((part, at) => part === this.#listed[at])) return;
    this.#listed = basis;
    this.box.show(this.#groups(target), target);
  }

  /** @param {string | null} target kept in the list also where nothing reaches it */
  #groups(target) {
    const codes = reachable(this.#engines);
    if (target !== null && !codes.includes(target)) codes.push(target);
    const { own, others } = languageChoices(codes, navigator.languages, LOCALE, (code) =>
      this.#note(code),
    );
    const off = { code: null, name: text('translate_off'), note: '', words: '' };
    return [
      { label: '', choices: [off] },
      { label: text('languages_own'), choices: own },
      { label: text('languages_others'), choices: others },
    ];
  }

  /** @param {string} code */
  #note(code) {
    const { source } = this.#situation;
    const by = servedBy(code, source, this.#engines);
    if (by === 'host' || by === 'whisper') return '';
    if (by === 'browser') return text('language_by_browser');
    const [offer] = offersFor(code, source, this.#engines);
    if (!offer) return '';
    return offer.by === 'browser' ? text('language_by_browser') : megabytes(offer.bytes);
  }

  /** @param {Offer} offer */
  async #get(offer) {
    const { target } = this.#situation;
    if (target === null) return;
    if (offer.by === 'browser') return this.#getByBrowser(target);
    this.#listener.change({ translateTo: target, translator: null });
    for (const { name, state } of offer.models) {
      if (state !== 'installed') this.#listener.tellHost({ type: 'download', model: name });
    }
  }

  /** @param {Offer} offer */
  #cancel({ by, models }) {
    if (by === 'browser') return this.#download?.abort();
    for (const { name, state } of models) {
      if (state === 'downloading') this.#listener.tellHost({ type: 'cancel', model: name });
    }
  }

  /**
   * The browser gets a pair for a page on which the user has just clicked, and for no other.
   * @param {string} target
   */
  async #getByBrowser(target) {
    const source = this.#situation.source ?? (target === 'en' ? 'es' : 'en');
    this.#download = new AbortController();
    const { signal } = this.#download;
    // Captions are translated as soon as it is there, also when this page is closed meanwhile.
    this.#listener.change({ translateTo: target, translator: BROWSER });
    this.#setDownload({ share: 0, fault: '' });
    const progress = (/** @type {number} */ share) => this.#setDownload({ share, fault: '' });
    try {
      await this.#browser.prepare(source, target, { progress, signal });
      await this.#probe();
      this.#setDownload({ share: null, fault: '' });
    } catch (error) {
      if (!(error instanceof TranslationFault)) throw error;
      const fault = error.kind === 'cancelled' ? '' : faultWords(error.kind, { source, target });
      this.#setDownload({ share: null, fault });
    }
  }

  /** @param {import('./translator_offers.js').BrowserDownload} download */
  #setDownload(download) {
    this.#browserDownload = download;
    this.#show();
  }

  /** Ask the browser what it knows of the language that is spoken. */
  async #probe() {
    const { source } = this.#situation;
    const browser = await browserReach(this.#browser, source);
    if (source !== this.#situation.source) return;
    const known = JSON.stringify([...browser]);
    this.#engines = { ...this.#engines, browser };
    if (known !== this.#probed) this.#show();
    this.#probed = known;
  }
}
