/** Writes the transcript of a conversation, and tells whoever reads it what changes. */
import { changesBetween } from '../transcript/changes.js';
import { covered, coveredBefore, withHeard } from '../transcript/coverage.js';
import { edited } from '../transcript/edits.js';
import { withKept } from '../transcript/kept.js';
import { highestVoice, learnt, recognised, shownNames, voiceOf } from '../transcript/names.js';
import { beginTranscript, entriesAt, withLines, withSource } from '../transcript/transcript.js';

/** @typedef {import('../shared/messages.js').TranscriptEdit} TranscriptEdit */
/** @typedef {import('../shared/messages.js').TranscriptReport} TranscriptReport */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */
/** @typedef {import('../transcript/timeline.js').Timeline} Timeline */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

/** A line that was said stays as long, or until the next one begins, seconds. */
const LINGER_SECONDS = 2;

export class TranscriptWriter {
  #transcript;
  /** @type {Transcript | null} what readers have; null: there are none */
  #told = null;
  #tell;

  /**
   * @param {Parameters<typeof beginTranscript>[0]} start
   * @param {(report: TranscriptReport) => void} tell whoever reads it
   */
  constructor(start, tell) {
    this.#transcript = beginTranscript(start);
    this.#tell = tell;
  }

  get transcript() {
    return this.#transcript;
  }

  /** @param {boolean} read whether somebody reads it, from its beginning */
  setRead(read) {
    this.#told = read ? this.#transcript : null;
    const { tabId } = this.#transcript;
    if (read) this.#tell({ type: 'transcript', tabId, transcript: this.#transcript });
  }

  /**
   * @param {readonly Line[]} lines new ones and those that changed
   * @param {Timeline} timeline
   */
  write(lines, timeline) {
    this.#become(withLines(this.#transcript, lines, timeline));
  }

  /** @param {Playhead} playhead */
  meet(playhead) {
    this.#become(withSource(this.#transcript, playhead));
  }

  /** @param {{ media: string, heard: import('../transcript/coverage.js').Heard }[]} parts */
  cover(parts) {
    this.#become(
      parts.reduce((now, { media, heard }) => withHeard(now, media, heard), this.#transcript),
    );
  }

  /**
   * @param {import('../transcript/kept.js').KeptSource} kept of an earlier capture of that medium
   * @param {number} taken the highest number that a voice of this one has
   */
  recall(kept, taken) {
    const now = this.#transcript;
    this.#become(withKept(now, kept, Math.max(taken, highestVoice(now))));
  }

  /**
   * @param {string} voice
   * @param {string} known the voice that it is
   */
  recognise(voice, known) {
    this.#become(recognised(this.#transcript, voice, known));
  }

  /** @param {ReadonlyMap<string, string>} names that a meeting's page has told, or the host knows, by voice */
  learn(names) {
    this.#become([...names].reduce((now, told) => learnt(now, ...told), this.#transcript));
  }

  /**
   * @param {readonly Line[]} lines of the capture
   * @param {string} id its own
   * @returns {readonly Line[]} of the voices that have said them; the same ones, where nothing was changed
   */
  voiced(lines, id) {
    const transcript = this.#transcript;
    const { same = {}, lines: given = {} } = transcript.voices ?? {};
    if (Object.keys(same).length + Object.keys(given).length === 0) return lines;
    return lines.map((line) => {
      const speaker = voiceOf(transcript, { id: `${id} ${line.id}`, speaker: line.speaker });
      return speaker === line.speaker ? line : { ...line, speaker };
    });
  }

  /** @param {TranscriptEdit} edit */
  edit(edit) {
    this.#become(edited(this.#transcript, edit));
  }

  /** What speakers are called. */
  get names() {
    return shownNames(this.#transcript);
  }

  /**
   * @param {string | null} media
   * @param {number} at seconds
   * @returns {number | null} up to where it is in the transcript already
   */
  covered(media, at) {
    return covered(this.#transcript, media, at);
  }

  /**
   * @param {string | null} media
   * @param {number} at seconds
   * @returns {number} where the part before ends that is in the transcript
   */
  coveredBefore(media, at) {
    return coveredBefore(this.#transcript, media, at);
  }

  /**
   * @param {string | null} media
   * @param {number} at seconds
   * @returns {Line[]} finished ones as they are shown there
   */
  linesAt(media, at) {
    return entriesAt(this.#transcript, media, at, LINGER_SECONDS).map((entry) =>
      lineOf(entry, voiceOf(this.#transcript, entry)),
    );
  }

  /** @param {Transcript} next */
  #become(next) {
    const before = this.#transcript;
    this.#transcript = next;
    if (next === before || !this.#told) return;
    const changes = changesBetween(this.#told, next);
    this.#told = next;
    this.#tell({ type: 'transcript-changes', tabId: next.tabId, changes });
  }
}

/**
 * @param {import('../transcript/transcript.js').Entry} entry
 * @param {string | null} speaker
 * @returns {Line} its positions are media time, as samples
 */
function lineOf({ start, end, text, corrected: own, language, translation }, speaker) {
  return {
    id: Math.round(start * 1000),
    start: Math.round(start * 16_000),
    end: Math.round(end * 16_000),
    text: own ?? text,
    state: 'final',
    language,
    speaker,
    translation,
  };
}
