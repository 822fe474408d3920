/** When each word of the captions was said, and the captions as far as that has been heard. */
import { SAMPLE_RATE } from '../audio/framing.js';
import { splitWords } from '../overlay/words.js';

/** @typedef {import('../shared/captions.js').CaptionModel} CaptionModel */
/** @typedef {import('../shared/protocol.js').Line} Line */

/**
 * So many characters of a line, its draft included, were said by that sample.
 * @typedef {{ length: number, sample: number }} Mark
 */

/** Looked at every 100 ms: on average a word comes neither early nor late. */
const EARLY_SAMPLES = SAMPLE_RATE / 20;

/**
 * Learns the times of words from how lines grow. Between two updates of a line its characters are
 * taken to be said evenly.
 */
export class WordTimes {
  /** @type {Map<number, Mark[]>} by line, in order */
  #marks = new Map();
  /** @type {Map<number, number>} characters of each line that were committed */
  #committed = new Map();

  /**
   * @param {CaptionModel} model as it is now
   * @returns {number[]} the samples at which the words ended that are committed since the last time
   */
  learn(model) {
    const ends = model.lines.flatMap((line) => this.#learnLine(line));
    const { draft } = model;
    if (draft) {
      const line = model.lines.find(({ id }) => id === draft.line);
      if (!this.#marks.has(draft.line)) this.#mark(draft.line, 0, draft.start);
      this.#mark(draft.line, (line?.text.length ?? 0) + draft.text.length, draft.end);
    }
    const known = new Set([...model.lines.map(({ id }) => id), draft?.line]);
    for (const id of this.#marks.keys()) {
      if (known.has(id)) continue;
      this.#marks.delete(id);
      this.#committed.delete(id);
    }
    return ends;
  }

  /**
   * @param {CaptionModel} model that was learnt
   * @param {number} sample
   * @returns {CaptionModel} what of it was said by that sample
   */
  saidBy(model, sample) {
    const until = sample + EARLY_SAMPLES;
    const lines = model.lines.flatMap((line) => this.#saidOf(line, until));
    return { ...model, lines, draft: this.#draftSaid(model, until) };
  }

  /**
   * @param {Line} line
   * @returns {number[]} as `learn`
   */
  #learnLine(line) {
    const { id, start, end, text, state, words } = line;
    const before = this.#committed.get(id) ?? 0;
    this.#committed.set(id, text.length);
    if (words && words.length > 0) {
      this.#marks.set(id, [{ length: 0, sample: start }, ...marksOf(words)]);
    } else {
      if (!this.#marks.has(id)) this.#mark(id, 0, start);
      this.#mark(id, text.length, end);
    }
    // The second pass says again what was committed.
    if (state === 'final' || text.length <= before) return [];
    const ends = endsOf(text).filter((length) => length > before);
    return ends.map((length) => this.#sampleAt(id, length));
  }

  /**
   * @param {number} id of a line
   * @param {number} length
   * @param {number} sample
   */
  #mark(id, length, sample) {
    const marks = this.#marks.get(id) ?? [];
    // What was a draft may be shorter now, or later.
    const before = marks.filter((mark) => mark.length < length && mark.sample < sample);
    this.#marks.set(id, [...before, { length, sample }]);
  }

  /**
   * @param {number} id of a line
   * @param {number} length
   * @returns {number} the sample at which so many of its characters have been said
   */
  #sampleAt(id, length) {
    const marks = this.#marks.get(id) ?? [];
    const next = marks.findIndex((mark) => mark.length >= length);
    const [before, after] = [marks[next - 1], marks[next]];
    if (!after) return marks.at(-1)?.sample ?? 0;
    if (!before) return after.sample;
    const share = (length - before.length) / (after.length - before.length);
    return before.sample + share * (after.sample - before.sample);
  }

  /**
   * @param {Line} line
   * @param {number} until
   * @returns {Line[]} none if nothing of it has been said
   */
  #saidOf(line, until) {
    if (line.end <= until) return [line];
    const length = this.#lengthSaid(line.id, line.text, until);
    if (length === 0) return [];
    return length === line.text.length ? [line] : [{ ...line, text: line.text.slice(0, length) }];
  }

  /**
   * @param {CaptionModel} model
   * @param {number} until
   * @returns {CaptionModel['draft']}
   */
  #draftSaid({ lines, draft }, until) {
    if (!draft || draft.end <= until) return draft;
    const committed = lines.find(({ id }) => id === draft.line)?.text ?? '';
    const length = this.#lengthSaid(draft.line, committed + draft.text, until) - committed.length;
    return length > 0 ? { ...draft, text: draft.text.slice(0, length) } : null;
  }

  /**
   * @param {number} id of a line
   * @param {string} text
   * @param {number} until
   * @returns {number} its characters that have been said, whole words
   */
  #lengthSaid(id, text, until) {
    const ends = endsOf(text);
    return ends.findLast((length) => this.#sampleAt(id, length) <= until) ?? 0;
  }
}

/**
 * @param {string} text
 * @returns {number[]} where each of its words ends
 */
function endsOf(text) {
  let end = 0;
  return splitWords(text, '').map((word) => (end += word.text.length));
}

/**
 * @param {NonNullable<Line['words']>} words
 * @returns {Mark[]}
 */
function marksOf(words) {
  let length = 0;
  return words.map(({ text, end }) => ({ length: (length += text.length), sample: end }));
}
