/** What there is to get for a language: engine, size, licence, and a button that gets it. */
import { element, text } from './page.js';
import { megabytes, offerFacts, offerName } from './translation_words.js';

/** @typedef {import('../shared/protocol.js').Progress} Progress */
/** @typedef {import('../shared/translators.js').Offer} Offer */

/** How much of the browser's own download is there, if it is under way, and what came of the last. */
/** @typedef {{ share: number | null, fault: string }} BrowserDownload */

/**
 * @typedef {object} OfferListener
 * @property {(offer: Offer) => void} get
 * @property {(offer: Offer) => void} cancel
 */

/** As many as are suggested at first; the rest is folded up. */
const SUGGESTED = 2;

export class TranslatorOffers {
  root = element('section', { className: 'offers' });
  #words = element('p', { className: 'small' });
  #list = element('ul');
  #more = element('details', {}, element('summary', { className: 'small' }));
  #others = element('ul');
  #listener;
  /** What is shown, as JSON: what has the focus must not be made anew for nothing. */
  #shown = '';
  /** @type {Map<string, Progress>} by model */
  #progress = new Map();

  /**
   * @param {string} label of the whole
   * @param {OfferListener} listener
   */
  constructor(label, listener) {
    this.#listener = listener;
    this.root.ariaLabel = label;
    this.#more.append(this.#others);
    this.root.append(this.#words, this.#list, this.#more);
    this.root.hidden = true;
  }

  /**
   * @param {string} words that say why there are offers
   * @param {readonly Offer[]} offers none: there is nothing to be got
   * @param {BrowserDownload} browser
   */
  show(words, offers, browser) {
    this.root.hidden = words === '' && offers.length === 0;
    const shown = JSON.stringify([words, offers, browser.fault, browser.share === null]);
    if (shown !== this.#shown) this.#write(words, offers, browser);
    this.#shown = shown;
    if (browser.share !== null) setBar(this.#bar('browser'), browser.share, 1);
    for (const offer of offers) this.#showShare(offer);
  }

  /**
   * @param {Progress} progress
   * @param {readonly Offer[]} offers
   */
  showProgress(progress, offers) {
    this.#progress.set(progress.model, progress);
    for (const offer of offers) this.#showShare(offer);
  }

  /**
   * @param {string} words
   * @param {readonly Offer[]} offers
   * @param {BrowserDownload} browser
   */
  #write(words, offers, browser) {
    const focused = document.activeElement;
    const held = /** @type {HTMLElement | null} */ (focused?.closest('.offers li'))?.dataset.id;
    this.#words.textContent = words;
    this.#words.hidden = words === '';
    const items = offers.map((offer) => this.#item(offer, browser));
    this.#list.replaceChildren(...items.slice(0, SUGGESTED));
    this.#others.replaceChildren(...items.slice(SUGGESTED));
    this.#more.hidden = items.length <= SUGGESTED;
    const summary = this.#more.querySelector('summary');
    if (summary) summary.textContent = text('translators_more', items.length - SUGGESTED);
    if (held) this.#itemOf(held)?.querySelector('button')?.focus();
  }

  /**
   * @param {Offer} offer
   * @param {BrowserDownload} browser
   */
  #item(offer, { share, fault }) {
    const isBrowser = offer.by === 'browser';
    const downloading = isBrowser ? share !== null : offer.state === 'downloading';
    const name = offerName(offer);
    const words = element('div', {}, element('strong', { textContent: name }));
    words.append(element('p', { className: 'small soft', textContent: offerFacts(offer) }));
    for (const terms of offer.terms) words.append(element('p', { className: 'small warn' }, terms));
    if (downloading) words.append(...progressParts(name));
    const key = downloading ? 'model_cancel' : actionKey(offer, fault);
    const button = element('button', { type: 'button', textContent: text(key) });
    button.ariaLabel = `${button.textContent}: ${name}`;
    button.addEventListener('click', () =>
      downloading ? this.#listener.cancel(offer) : this.#listener.get(offer),
    );
    const item = element('li', {}, words, button);
    const faults = isBrowser ? [fault] : offer.models.map(({ problem }) => problemText(problem));
    for (const said of faults.filter((each) => each !== '')) {
      item.append(element('p', { className: 'small bad', textContent: said }));
    }
    item.dataset.id = offer.id;
    return item;
  }

  /** @param {Offer} offer of the catalogue, whose models are downloaded one by one or together */
  #showShare({ id, by, state, models }) {
    if (by === 'browser' || state !== 'downloading') return;
    const [done, total] = models.reduce(
      ([sum, whole], model) => {
        const told = this.#progress.get(model.name);
        const size = told?.total_bytes ?? model.size_bytes;
        const here = model.state === 'installed' ? size : (told?.done_bytes ?? 0);
        return [sum + here, whole + size];
      },
      [0, 0],
    );
    setBar(this.#bar(id), done, total);
    const said = this.#itemOf(id)?.querySelector('output');
    if (said) said.textContent = `${megabytes(done)} / ${megabytes(total)}`;
  }

  /** @param {string} id */
  #itemOf(id) {
    return this.root.querySelector(`li[data-id="${CSS.escape(id)}"]`);
  }

  /** @param {string} id */
  #bar(id) {
    return this.#itemOf(id)?.querySelector('progress') ?? null;
  }
}

/** @param {string} name */
function progressParts(name) {
  const bar = element('progress', { ariaLabel: text('translator_getting', name) });
  return [bar, element('output', { className: 'small soft' })];
}

/**
 * @param {HTMLProgressElement | null} bar
 * @param {number} value
 * @param {number} max
 */
function setBar(bar, value, max) {
  if (bar) Object.assign(bar, { max, value });
}

/**
 * @param {Offer} offer
 * @param {string} fault
 */
function actionKey({ by, state, models }, fault) {
  const failed = by === 'browser' ? fault !== '' : models.some(({ problem }) => problem !== null);
  if (state === 'installed') return 'translator_use';
  return failed || state === 'damaged' ? 'translator_again' : 'translator_get';
}

/** @param {import('../shared/protocol.js').Problem} problem */
function problemText(problem) {
  return problem ? `${problem.message} ${problem.hint}`.trim() : '';
}
