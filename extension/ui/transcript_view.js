/** A transcript in a scrolling element: it grows, is followed, marked, searched and edited there. */
import { voiceOf } from '../transcript/names.js';
import { linesIn, RowMaker } from '../transcript/rows.js';
import { Current } from './current_line.js';
import { estimatedHeight, makeRow, writeRow } from './line_elements.js';
import { LineKeys } from './line_keys.js';
import { element, LOCALE, text } from './page.js';
import { speakerWords } from './speaker_words.js';
import { Selection } from './selection.js';
import { VirtualList } from './virtual_list.js';

/** @typedef {import('../shared/messages.js').TranscriptEdit} TranscriptEdit */
/** @typedef {import('../transcript/rows.js').DraftLine} DraftLine */
/** @typedef {import('../transcript/rows.js').LineRow} LineRow */
/** @typedef {import('../transcript/rows.js').Row} Row */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/**
 * How the user reads.
 * @typedef {object} Reading
 * @property {'none' | 'below' | 'columns'} layout of translations
 * @property {boolean} times whether each line has its time, also when it is copied
 * @property {boolean} markedOnly only what the user has marked
 */

/** @type {Reading} */
export const USUAL_READING = { layout: 'below', times: true, markedOnly: false };

/**
 * @typedef {object} ViewListener
 * @property {((media: string, at: number) => void) | null} seek null: there is no video
 * @property {(edit: TranscriptEdit) => void} edit
 * @property {() => void} changed other rows, or other ones are seen
 * @property {import('./line_keys.js').KeysListener['remember']} [remember] how a voice of it is
 *   remembered now
 */

const TIME_OF_DAY = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });

/** Reads as `settings` and `reading` say. */
export class TranscriptView {
  /** @type {Transcript | null} */
  #transcript = null;
  /** @type {DraftLine | null} */
  #draft = null;
  #reading = USUAL_READING;
  /** @type {{ filter: (text: string) => string, named: boolean }} */
  #settings = { filter: (words) => words, named: true };
  #maker = this.#makerFor();
  #listener;
  #scroller;
  /** Whether what is said is kept in sight. */
  #following = true;
  #linesSeen = 0;

  /**
   * @param {HTMLElement} scroller
   * @param {ViewListener} listener
   */
  constructor(scroller, listener) {
    this.#scroller = scroller;
    this.#listener = listener;
    const sheet = element('div', { className: 'sheet', role: 'list' });
    sheet.ariaLabel = text('panel_captions');
    scroller.append(sheet);
    this.list = /** @type {VirtualList<Row>} */ (
      new VirtualList(
        scroller,
        sheet,
        {
          make: makeRow,
          write: (made, row) => this.#write(made, row),
          estimate: (row, width) => estimatedHeight(row, width, this.#layout),
        },
        () => this.#laidOut(),
      )
    );
    this.current = new Current(() => this.#followCurrent());
    this.selection = new Selection(this.list, () => this.keys.pin());
    this.keys = new LineKeys(this.list, this.selection, {
      ...listener,
      transcript: () => this.#transcript,
      remember: () => listener.remember?.() ?? null,
    });
    scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#writeReading();
  }

  get transcript() {
    return this.#transcript;
  }

  /** @returns {readonly Row[]} */
  get rows() {
    return this.list.rows;
  }

  get reading() {
    return this.#reading;
  }

  get following() {
    return this.#following;
  }

  /** Lines that came since the reader has left the end. */
  get unseen() {
    return this.#following ? 0 : Math.max(0, this.#lineCount - this.#linesSeen);
  }

  /**
   * @param {Transcript | null} transcript
   * @param {DraftLine | null} [draft]
   */
  show(transcript, draft = null) {
    if (transcript?.id !== this.#transcript?.id) this.#begin();
    this.#transcript = transcript;
    this.#draft = draft;
    this.#showRows();
  }

  /** @param {{ filter: (text: string) => string, named: boolean }} settings */
  applySettings(settings) {
    this.#settings = settings;
    this.#maker = this.#makerFor();
    this.#showRows();
  }

  /** @param {Reading} reading */
  applyReading(reading) {
    this.#reading = reading;
    this.#maker = this.#makerFor();
    this.#writeReading();
    this.list.refresh();
    this.#showRows();
  }

  /** @param {import('./current_line.js').Place | null} place where the media are; null: unknown */
  setPlayhead(place) {
    this.current.setPlace(place);
  }

  /** Go where what is said is, and stay there. */
  follow() {
    this.#following = true;
    this.#followCurrent();
    this.#listener.changed();
  }

  /** @param {string} key of a row that is to be seen: what is said is not followed to elsewhere */
  reveal(key) {
    this.#stay();
    this.list.scrollTo(key, 'middle');
  }

  /**
   * Ask the user who speaks.
   * @param {string} key of a line that is of them
   * @param {string} speaker whose newest line serves as well
   */
  nameSpeaker(key, speaker) {
    const transcript = this.#transcript;
    if (!transcript) return;
    const own = linesIn(this.rows).filter(({ entry }) => voiceOf(transcript, entry) === speaker);
    const row = own.find((each) => each.key === key) ?? own.at(-1);
    if (!row) return;
    this.reveal(row.key);
    this.keys.nameSpeaker(row);
  }

  get #layout() {
    return this.#reading.layout;
  }

  get #lineCount() {
    return this.#transcript?.entries.length ?? 0;
  }

  #makerFor() {
    return new RowMaker({
      ...this.#settings,
      markedOnly: this.#reading.markedOnly,
      words: speakerWords(),
      timeOfDay: (wall) => TIME_OF_DAY.format(new Date(wall)),
    });
  }

  #begin() {
    this.#following = true;
    this.selection.clear();
    this.keys.reset();
  }

  #showRows() {
    const rows = this.#transcript ? this.#maker.rowsOf(this.#transcript, this.#draft) : [];
    const isTranslated = this.#transcript?.entries.some(({ translation }) => translation) ?? false;
    this.#scroller.dataset.translated = String(isTranslated);
    const isAtEnd = this.#following && !this.current.isBefore(rows);
    this.list.setRows(rows, isAtEnd);
    this.current.setRows(rows);
    this.#listener.changed();
  }

  /**
   * @param {HTMLElement} made
   * @param {Row} row
   */
  #write(made, row) {
    if (this.keys.isEdited(row.key)) return;
    writeRow(made, row, this.#listener.seek !== null);
  }

  #writeReading() {
    const { dataset } = this.#scroller;
    dataset.layout = this.#reading.layout;
    dataset.times = String(this.#reading.times);
  }

  /** Other rows are in the document: what stands out is marked in these. */
  #laidOut() {
    const { key } = this.current;
    for (const [row, made] of this.list.elements()) {
      const isCurrent = row === key;
      if ((made.ariaCurrent === 'true') !== isCurrent) {
        if (isCurrent) made.ariaCurrent = 'true';
        else made.removeAttribute('aria-current');
      }
    }
    this.keys.settle();
    this.#listener.changed();
  }

  /** Another line is being said. */
  #followCurrent() {
    const { key } = this.current;
    if (this.#following) {
      if (key !== null && this.current.isBefore(this.rows)) this.list.scrollTo(key, 'middle');
      else this.list.scrollToEnd();
    }
    this.#laidOut();
  }

  /** Whoever scrolls reads there. */
  #scrolled() {
    if (!this.list.wasScrolled) return;
    const { key } = this.current;
    const isThere = key !== null && this.current.isBefore(this.rows) && this.list.isSeen(key);
    if (this.list.isAtEnd || isThere) this.#following = true;
    else this.#stay();
    this.#listener.changed();
  }

  #stay() {
    if (this.#following) this.#linesSeen = this.#lineCount;
    this.#following = false;
  }
}
