/** A conversation's transcript, kept in step with the media of its page. */
import { SAMPLE_RATE } from '../audio/framing.js';
import { lastNumber } from '../shared/speakers.js';
import { keptChanges } from '../transcript/kept.js';
import { knownVoices } from '../transcript/names.js';
import { MediaFollower } from './media_follower.js';
import { MeetingVoices } from './meeting_voices.js';
import { TranscriptWriter } from './transcript_writer.js';

/** @typedef {import('../shared/messages.js').OffscreenReport} OffscreenReport */
/** @typedef {import('../shared/messages.js').SessionMessage} SessionMessage */
/** @typedef {import('../shared/protocol.js').Line} Line */
/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */

/** What is said is shown, from the beginning on. */
const NOTHING = JSON.stringify([null, 0]);

/** A document that dies loses as much, and what was said while it was being written. */
const KEEP_EVERY_SAMPLES = 4 * SAMPLE_RATE;

/**
 * @typedef {object} TranscriptOutlets
 * @property {(at: number) => void} breakOff as in `FollowerOutlets`
 * @property {(from: number) => void} goOn
 * @property {(message: SessionMessage) => void} toOverlay
 * @property {(report: OffscreenReport) => void} report
 * @property {() => void} stateChanged
 * @property {() => void} named speakers have other names, or have said other lines
 * @property {() => number} behind samples for which the user has yet to hear what has come
 * @property {() => number} now Date.now()
 */

export class MediaTranscript {
  #id;
  #tabId;
  #outlets;
  #follower;
  #writer;
  /** @type {Set<string>} voices that the capture has heard */
  #heard = new Set();
  #meeting = new MeetingVoices();
  /** @type {Map<string, string>} voices that hosts have recognised, by name */
  #remembered = new Map();
  /** @type {boolean | null} */
  #pageNames = null;
  /** The sample after the last that has arrived. */
  #position = 0;
  /** What the overlay calls speakers, as JSON. */
  #names = '{}';
  /** What the overlay replays. */
  #replayed = NOTHING;
  /** @type {Map<string, boolean>} media that earlier captures were asked for: whether they answered */
  #met = new Map();
  /** The sample at which the transcript was kept last. */
  #keptAt = 0;
  /** @type {import('../transcript/transcript.js').Transcript | null} what is kept of it */
  #kept = null;

  /**
   * @param {{ id: string, tabId: number, page: import('../shared/messages.js').Page }} start
   * @param {TranscriptOutlets} outlets
   */
  constructor({ id, tabId, page }, outlets) {
    this.#id = id;
    this.#tabId = tabId;
    this.#outlets = outlets;
    const began = outlets.now();
    this.#writer = new TranscriptWriter({ id, tabId, ...page, began }, outlets.report);
    this.#follower = new MediaFollower(id, {
      ...outlets,
      covered: (media, at) => this.#writer.covered(media, at),
      coveredBefore: (media, at) => this.#writer.coveredBefore(media, at),
    });
  }

  get transcript() {
    return this.#writer.transcript;
  }

  /** The sample that the user hears now. */
  get heard() {
    return this.#follower.now - this.#outlets.behind();
  }

  /**
   * A frame of the tab's sound has arrived.
   * @param {number} position the sample after its last
   * @param {boolean} audible
   */
  arrived(position, audible) {
    this.#position = position;
    this.#follower.arrived(position, audible);
    this.#replay();
    if (position - this.#keptAt < KEEP_EVERY_SAMPLES) return;
    this.#keptAt = position;
    this.keep();
  }

  /** Have what is final kept, for captures to come: as much of it as has changed. */
  keep() {
    const { transcript } = this.#writer;
    const kept = keptChanges(this.#kept, transcript);
    this.#kept = transcript;
    if (kept.length > 0) this.#outlets.report({ type: 'keep', tabId: this.#tabId, kept });
  }

  /** Nobody knows whether what was said reached anyone: all is told, and asked for, the next time. */
  keepAnew() {
    this.#kept = null;
    for (const [key, isAnswered] of this.#met) if (!isAnswered) this.#met.delete(key);
  }

  /** The capture goes on after a while without sound. */
  resumed() {
    this.#follower.resumed();
  }

  /** @param {Playhead | null} playhead where the page says that its media are */
  note(playhead) {
    if (playhead) this.#meet(playhead);
    this.#follower.note(playhead);
    this.#replay();
    this.tellPlayhead();
  }

  /**
   * @param {readonly Line[]} lines new ones and those that changed
   * @param {number} finalUntil sample up to which the tab's are final
   */
  write(lines, finalUntil) {
    this.#writer.write(lines, this.#follower.timeline);
    this.#writer.cover(this.#follower.heardUntil(finalUntil));
    const names = this.#meeting.learn(this.voiced(lines), this.#position);
    if (names.size > 0) this.#revise(() => this.#writer.learn(names));
  }

  /** @param {boolean} read whether somebody reads it, from its beginning */
  setRead(read) {
    this.#writer.setRead(read);
    if (read) this.tellPlayhead();
  }

  /** @param {import('../shared/messages.js').TranscriptEdit} edit */
  edit(edit) {
    this.#revise(() => this.#writer.edit(edit));
  }

  /** @param {import('../transcript/kept.js').KeptSource} kept of an earlier capture */
  recall(kept) {
    this.#met.set(kept.source.key, true);
    // It was asked again, and has kept lines of this one in the meantime.
    const entries = kept.entries.filter(({ id }) => !id.startsWith(`${this.#id} `));
    const recalled = { ...kept, entries };
    this.#revise(() => this.#writer.recall(recalled, lastNumber([...this.#heard])));
  }

  /**
   * The capture has heard a new voice.
   * @param {string} wanted number for it
   * @returns {string} that one, or another one if that is some other voice's
   */
  take(wanted) {
    const known = new Set([...knownVoices(this.transcript), ...this.#heard]);
    const number = known.has(wanted) ? String(lastNumber([...known]) + 1) : wanted;
    this.#heard.add(number);
    return number;
  }

  /**
   * @param {string} voice
   * @param {string} known the voice that it is
   */
  recognised(voice, known) {
    this.#revise(() => this.#writer.recognise(voice, known));
  }

  /**
   * @param {string} voice
   * @param {string} name under which the user had it remembered
   */
  named(voice, name) {
    const known = this.#remembered.get(name);
    // The host before has recognised it as well.
    if (known !== undefined && known !== voice) return this.recognised(voice, known);
    this.#remembered.set(name, voice);
    this.#revise(() => this.#writer.learn(new Map([[voice, name]])));
  }

  /**
   * @param {readonly Line[]} lines of the capture
   * @returns {readonly Line[]} of the voices that have said them
   */
  voiced(lines) {
    return this.#writer.voiced(lines, this.#id);
  }

  /**
   * @param {string | null} name of the one who speaks in a meeting; null: nobody, or several
   * @param {boolean | null} found whether its page shows any names; null: nobody knows yet
   */
  noteSpeaking(name, found) {
    this.#meeting.note(name, this.#position);
    if (found === this.#pageNames) return;
    this.#pageNames = found;
    this.#outlets.stateChanged();
  }

  /** Whether the page of a meeting shows names; null: it is none, or nobody knows. */
  get pageNames() {
    return this.#pageNames;
  }

  /** The overlay is new: it is told again what it replays, and what speakers are called. */
  show() {
    this.#names = '{}';
    this.#tellNames();
    this.#replayed = NOTHING;
    this.#replay();
  }

  /** @param {() => void} change of what was said, which may be of who has said it */
  #revise(change) {
    const before = this.transcript.voices;
    change();
    const now = this.transcript.voices;
    if (now?.same !== before?.same || now?.lines !== before?.lines) this.#outlets.named();
    this.#tellNames();
    this.#replay();
  }

  #tellNames() {
    const { names } = this.#writer;
    const told = JSON.stringify(names);
    if (told === this.#names) return;
    this.#names = told;
    this.#outlets.toOverlay({ type: 'names', session: this.#id, names });
  }

  tellPlayhead() {
    const { media, at, rate: then, wall } = this.#follower.placeAt(this.heard);
    // What stands still now is heard no further.
    const rate = this.#follower.place.rate === 0 ? 0 : then;
    this.#outlets.report({ type: 'playhead', tabId: this.#tabId, media, at, rate, wall });
  }

  /** @param {Playhead} playhead */
  #meet(playhead) {
    const { key } = playhead;
    this.#writer.meet(playhead);
    if (this.#met.has(key)) return;
    this.#met.set(key, false);
    this.#outlets.report({ type: 'recall', tabId: this.#tabId, key });
  }

  /** Show what was said where the media are, if that is not being captioned. */
  #replay() {
    const lines = this.#linesNow();
    const since = this.#follower.liveSince;
    const shown = JSON.stringify([lines, since]);
    if (shown === this.#replayed) return;
    this.#replayed = shown;
    this.#outlets.toOverlay({ type: 'replay', session: this.#id, lines, since });
  }

  /** @returns {Line[] | null} null: what is said now is shown */
  #linesNow() {
    const { heard } = this;
    const { playhead } = this.#follower;
    const mode = this.#follower.modeAt(heard);
    if (mode === 'live') return null;
    const place = this.#follower.placeAt(heard);
    // On its way, the page says where it goes.
    const at = mode === 'held' ? (playhead?.at ?? place.at) : place.at;
    const media = mode === 'held' ? (playhead?.key ?? null) : place.media;
    return this.#writer.linesAt(media, at);
  }
}
