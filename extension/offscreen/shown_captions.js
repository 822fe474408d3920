/** The captions as the overlay has been told them, with revisions of their own. */
import { captionRows, EMPTY_MODEL } from '../shared/captions.js';
import { changesBetween } from './channels.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/messages.js').SessionMessage} SessionMessage */
/** @typedef {import('../shared/protocol.js').Line} Line */

export class ShownCaptions {
  #session;
  #toOverlay;
  #transcript;
  #model = EMPTY_MODEL;

  /**
   * @param {string} session
   * @param {(message: SessionMessage) => void} toOverlay
   * @param {Pick<import('./media_transcript.js').MediaTranscript, 'voiced'>} transcript knows who has
   *   said the lines
   */
  constructor(session, toOverlay, transcript) {
    this.#session = session;
    this.#toOverlay = toOverlay;
    this.#transcript = transcript;
  }

  get model() {
    return this.#model;
  }

  /** The newest line, draft included; empty before the first. */
  get lastLine() {
    const [row] = captionRows(this.#model, -1, 1);
    return row ? (row.committed + row.draft).trim() : '';
  }

  /**
   * @param {Pick<CaptionModel, 'lines' | 'draft'>} captions as they are to be seen
   * @param {readonly Line[]} [changed] how they differ, if that is known
   * @returns {readonly Line[]} how they differed
   */
  show({ lines: heard, draft }, changed) {
    const lines = this.#transcript.voiced(heard);
    const known = lines === heard ? changed : undefined;
    return this.#tell({ lines, draft }, known ?? changesBetween(this.#model.lines, lines));
  }

  /**
   * @param {Pick<CaptionModel, 'lines' | 'draft'>} captions
   * @param {readonly Line[]} changed
   */
  #tell({ lines, draft }, changed) {
    if (changed.length === 0 && isSame(draft, this.#model.draft)) return changed;
    const revision = this.#model.revision + 1;
    this.#model = { revision, lines, draft };
    this.#toOverlay({
      type: 'captions',
      session: this.#session,
      revision,
      lines: changed.map(withoutWords),
      draft,
      final_until: 0,
    });
    return changed;
  }
}

/**
 * @param {CaptionModel['draft']} a
 * @param {CaptionModel['draft']} b
 */
function isSame(a, b) {
  if (a === null || b === null) return a === b;
  return a.line === b.line && a.text === b.text && a.start === b.start && a.end === b.end;
}

/**
 * @param {Line} line
 * @returns {Line} as it is shown: nobody sees when each word was said
 */
function withoutWords({ words: _, ...line }) {
  return line;
}
