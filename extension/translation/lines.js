/**
 * Translations tied to their lines, by the rules that the host keeps as well
 * (`core/translation/lines.py`): a growing line is translated clause by clause, as a draft; when it
 * is final it is translated once more, and keeps that. No queue can grow, because what waits is read
 * off the lines: a slow translator never sees most drafts.
 */
import { LINES_KEPT } from '../shared/captions.js';
import { NO_WISH, targetFor } from '../shared/translation_rules.js';
import { wholeClauses } from './clauses.js';

/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../shared/translation_rules.js').Wish} Wish */

/**
 * What is asked of a translator.
 * @typedef {object} Task
 * @property {number} line its id
 * @property {string} text
 * @property {string} source code of the language
 * @property {string} target
 * @property {'draft' | 'final'} state
 * @property {number} since ms, when the text was there
 */

/**
 * A line and how far its translation has come.
 * @typedef {object} Entry
 * @property {Line} line as it was said
 * @property {Line['translation']} translation
 * @property {number} since ms, when its present text was there
 * @property {boolean} settled nothing more is to be done for it
 * @property {string} translated the text that `translation` was made from
 * @property {string} asked the text that a draft was asked for last
 * @property {number | null} failedAfter how many tasks had succeeded when the one for it failed
 * @property {number} failures in a row, others having succeeded in between
 */

/** About an hour of speech that can be translated again; memory stays flat. */
export const ENTRIES_KEPT = 1000;

/** A text with which a translator fails so often while others succeed is one that it cannot do. */
const MOST_FAILURES = 3;

/** The lines of a conversation with the translations that the extension has made for them. */
export class TranslatedLines {
  /** @type {Map<number, Entry>} by id, in the order in which they were spoken */
  #entries = new Map();
  #wish = NO_WISH;
  #succeeded = 0;
  /** The last line when the target was changed. @type {number | null} */
  #lastBefore = null;

  /** @param {Wish} wish */
  setWish(wish) {
    const before = this.#wish;
    this.#wish = wish;
    if (wish.target === before.target && wish.by === before.by) return;
    this.#lastBefore = [...this.#entries.keys()].at(-1) ?? null;
    for (const entry of this.#entries.values()) {
      entry.asked = '';
      entry.failedAfter = null;
      // What was final while nothing was wanted stays as it is until the user asks for it.
      const wasUnwanted = targetFor(before, sourceOf(entry.line)) === null;
      entry.settled ||= entry.line.state === 'final' && before.target === null && wasUnwanted;
    }
  }

  /**
   * @param {readonly Line[]} lines all that stand, in their order
   * @param {number} nowMs
   * @returns {Line[]} the same with their translations
   */
  take(lines, nowMs) {
    const ids = new Set(lines.map(({ id }) => id));
    // A line that is too old to be shown is still translated; any other one was taken back.
    const oldest = lines.length < LINES_KEPT ? -Infinity : (lines[0]?.id ?? -Infinity);
    for (const id of this.#entries.keys()) {
      if (!ids.has(id) && id >= oldest) this.#entries.delete(id);
    }
    const shown = lines.map((line) => this.#keep(line, nowMs));
    this.#bound();
    return shown;
  }

  /**
   * @param {readonly Line[]} lines some of those that stand, perhaps their beginnings alone
   * @returns {Line[]} those that are whole with their translations
   */
  of(lines) {
    return lines.map((line) => {
      const entry = this.#entries.get(line.id);
      return entry?.line.text === line.text ? this.#shown(entry) : line;
    });
  }

  /** @returns {Task | null} final lines in their order, otherwise the newest draft */
  next() {
    if (this.#wish.by !== 'browser') return null;
    const waiting = [...this.#entries.values()].filter((entry) => this.#waits(entry));
    const final = waiting.filter(({ line }) => line.state === 'final');
    // A line that the translator failed at does not hold up the others.
    const first = final.find(({ failedAfter }) => failedAfter === null) ?? final[0];
    if (first) return this.#task(first, first.line.text, 'final');
    const last = [...this.#entries.keys()].at(-1);
    for (const entry of waiting.reverse()) {
      const { id, text } = entry.line;
      const part = id === last ? wholeClauses(text) : text;
      if (part !== '' && part !== entry.asked) return this.#task(entry, part, 'draft');
    }
    return null;
  }

  /**
   * @param {Task} task
   * @param {string} text its translation
   * @returns {Line | null} the line with it; null where nothing came of it any more
   */
  deliver(task, text) {
    this.#succeeded += 1;
    const entry = this.#entries.get(task.line);
    // The line may have been removed, mended or made final meanwhile, or the user wants another one.
    if (!entry || task.target !== this.#targetOf(entry.line)) return null;
    const isFinal = entry.line.state === 'final';
    if (isFinal && entry.line.text !== task.text) return null;
    entry.settled = isFinal;
    entry.failedAfter = null;
    entry.translated = entry.asked = task.text;
    const state = isFinal ? 'final' : 'draft';
    entry.translation = { text, language: task.target, state };
    return { ...entry.line, translation: entry.translation };
  }

  /**
   * Nothing came of a task. A line that fails alone while others succeed is given up.
   * @param {Task} task
   * @param {boolean} [itsOwnFault] the translator says that it is the text's
   */
  fail(task, itsOwnFault = false) {
    const entry = this.#entries.get(task.line);
    if (!entry) return;
    if (task.state === 'draft') {
      entry.asked = task.text;
      return;
    }
    if (entry.line.text !== task.text) return;
    const othersDid = entry.failedAfter !== null && this.#succeeded > entry.failedAfter;
    entry.failures = othersDid ? entry.failures + 1 : Math.max(1, entry.failures);
    entry.settled ||= itsOwnFault || entry.failures >= MOST_FAILURES;
    entry.failedAfter = this.#succeeded;
  }

  /** Have every line translated that is not in the present target language, or has none. */
  retranslate() {
    for (const entry of this.#entries.values()) {
      const target = this.#targetOf(entry.line);
      if (target === null || entry.translation?.language === target) continue;
      entry.settled = false;
      entry.failedAfter = null;
      entry.failures = 0;
    }
  }

  /** @returns {boolean} whether lines from before the target was changed are in another one, or in none */
  get stale() {
    const until = this.#lastBefore;
    if (until === null || this.#wish.by !== 'browser') return false;
    return [...this.#entries.values()].some(({ line, translation }) => {
      const target = this.#targetOf(line);
      return line.id <= until && target !== null && translation?.language !== target;
    });
  }

  /** @returns {boolean} whether a final line has no translation yet */
  get finalWaits() {
    return this.next()?.state === 'final';
  }

  /**
   * @param {Line} line
   * @param {number} nowMs
   * @returns {Line}
   */
  #keep(line, nowMs) {
    const entry = this.#entries.get(line.id) ?? newEntry(line, nowMs);
    this.#entries.set(line.id, entry);
    const { text, state } = entry.line;
    if (line.text !== text || line.state !== state) this.#follow(entry, line, nowMs);
    entry.line = line;
    if (line.translation !== null) {
      // The host's own.
      entry.translation = line.translation;
      entry.settled = line.state === 'final';
    }
    return this.#shown(entry);
  }

  /**
   * A line's text has changed, or its state.
   * @param {Entry} entry
   * @param {Line} line
   * @param {number} nowMs
   */
  #follow(entry, line, nowMs) {
    entry.since = nowMs;
    entry.failedAfter = null;
    entry.failures = 0;
    const { translation, translated } = entry;
    const isWhole = translated === line.text && translation?.language === this.#targetOf(line);
    entry.settled = line.state === 'final' && isWhole;
    if (!translation || translated === '') return;
    const state = line.state === 'final' && isWhole ? 'final' : 'draft';
    entry.translation = { ...translation, state };
  }

  /**
   * What is shown of a line: no translation where none is wanted of its language.
   * @param {Entry} entry
   * @returns {Line}
   */
  #shown({ line, translation }) {
    // Switched off, a line that has one keeps it; by a rule, it has none.
    const isUnwanted = this.#wish.target !== null && this.#targetOf(line) === null;
    const shown = isUnwanted ? null : translation;
    return shown === line.translation ? line : { ...line, translation: shown };
  }

  /** @param {Entry} entry */
  #waits({ line, settled }) {
    return !settled && line.text.trim() !== '' && this.#targetOf(line) !== null;
  }

  /**
   * @param {Entry} entry
   * @param {string} text
   * @param {Task['state']} state
   * @returns {Task}
   */
  #task({ line, since }, text, state) {
    const target = /** @type {string} */ (this.#targetOf(line));
    return { line: line.id, text, source: sourceOf(line), target, state, since };
  }

  /** @param {Line} line */
  #targetOf(line) {
    return targetFor(this.#wish, sourceOf(line));
  }

  /** In the order in which they were spoken, and no more than are kept. */
  #bound() {
    const ids = [...this.#entries.keys()];
    const isInOrder = ids.every((id, at) => at === 0 || Number(ids[at - 1]) < id);
    if (isInOrder && ids.length <= ENTRIES_KEPT) return;
    const sorted = [...this.#entries].sort(([a], [b]) => a - b);
    this.#entries = new Map(sorted.slice(-ENTRIES_KEPT));
  }
}

/**
 * @param {Line} line
 * @param {number} nowMs
 * @returns {Entry}
 */
function newEntry(line, nowMs) {
  const { translation } = line;
  const how = { settled: false, translated: '', asked: '', failedAfter: null, failures: 0 };
  return { line, translation, since: nowMs, ...how };
}

/**
 * @param {Line} line
 * @returns {string} the language it is in; what is unknown was recognised as English
 */
function sourceOf({ language }) {
  return language ?? 'en';
}
