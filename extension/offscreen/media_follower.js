/** Follows the page's media along with the sound: where it breaks, and what is captioned already. */
import { SAMPLE_RATE } from '../audio/framing.js';
import { beginTimeline, follow, isElsewhere, mediaAt, sampleOf } from '../transcript/timeline.js';
import { SampleClock } from './sample_clock.js';

/** @typedef {import('../transcript/coverage.js').Heard} Heard */
/** @typedef {import('../transcript/timeline.js').Place} Place */
/** @typedef {import('../transcript/timeline.js').Playhead} Playhead */

/**
 * @typedef {object} FollowerOutlets
 * @property {(at: number) => void} breakOff the sound breaks at a sample, and is not captioned then
 * @property {(from: number) => void} goOn it is captioned from a sample on
 * @property {(media: string | null, at: number) => number | null} covered up to where it is in the
 *   transcript already
 * @property {(media: string | null, at: number) => number} coveredBefore where what is covered before
 *   that ends
 * @property {() => number} now Date.now()
 */

/**
 * Sound that is captioned without a break.
 * @typedef {object} Stretch
 * @property {number} from sample
 * @property {number} until Infinity: it goes on
 * @property {boolean} breaksIn as in `Heard`
 * @property {boolean} breaksOff
 */

/**
 * `live`: the sound is captioned; `held`: the media are on their way to another place; `replayed`:
 * what is heard is in the transcript.
 * @typedef {'live' | 'held' | 'replayed'} Mode
 */

/** It is not worth while to stop captioning for less, seconds. */
const REPLAY_SECONDS = 1;

/** Media begin and end with silence, seconds. */
const EDGE_SECONDS = 0.5;

/** Sound so long after the medium stood still is of something else, and is captioned. */
const OUTSIDE_SAMPLES = SAMPLE_RATE;

/** A page that says nothing for so long though it plays has taken its player away, ms. */
const STALE_MS = 15_000;

/** A page is not ahead of its captured sound by more. */
const AHEAD_SAMPLES = SAMPLE_RATE;

/** The host is done with a stretch when it is as near to its end. */
const DONE_SAMPLES = SAMPLE_RATE;

/** Knows where in the media each sample is, and which of them are to be captioned. */
export class MediaFollower {
  #clock = new SampleClock();
  #timeline;
  #outlets;
  /** @type {Mode} */
  #mode = 'live';
  /** @type {Playhead | null} */
  #playhead = null;
  /** Whether a medium was followed yet. */
  #hasBegun = false;
  /** The newest sample. */
  #position = 0;
  /** Where the media stood still last. */
  #stillSince = 0;
  /** The sample with which the media came to this place. */
  #arrivedAt = 0;
  #liveSince = 0;
  /** What was done before, and the sample with which that ended; sought to: it is past at once. */
  #before = /** @type {{ mode: Mode, until: number }} */ ({ mode: 'live', until: -Infinity });
  /** @type {Stretch[]} that are not all final */
  #stretches = [{ from: 0, until: Infinity, breaksIn: true, breaksOff: true }];

  /**
   * @param {string} id of the capture
   * @param {FollowerOutlets} outlets
   */
  constructor(id, outlets) {
    this.#outlets = outlets;
    this.#timeline = beginTimeline(id, outlets.now());
  }

  get timeline() {
    return this.#timeline;
  }

  get mode() {
    return this.#mode;
  }

  get playhead() {
    return this.#playhead;
  }

  /** The sample with which the sound that is captioned has begun. */
  get liveSince() {
    return this.#liveSince;
  }

  /** The sample that sounds now. */
  get now() {
    return this.#clock.sampleAt(this.#outlets.now());
  }

  /** @returns {Place} where the media are now */
  get place() {
    return this.placeAt(this.now);
  }

  /**
   * @param {number} sample
   * @returns {Place} where the media were then
   */
  placeAt(sample) {
    return mediaAt(this.#timeline, sample);
  }

  /**
   * @param {number} sample that is heard now, later than it came
   * @returns {Mode} of that
   */
  modeAt(sample) {
    return sample < this.#before.until && this.#mode !== 'held' ? this.#before.mode : this.#mode;
  }

  /**
   * A frame has arrived.
   * @param {number} position the sample after its last
   * @param {boolean} audible
   */
  arrived(position, audible) {
    this.#position = position;
    const now = this.#outlets.now();
    this.#clock.arrived(position, now);
    const { rate = 0, wall = now } = this.#playhead ?? {};
    if (rate > 0 && now - wall > STALE_MS) this.note(null);
    if (rate > 0) this.#goAlong();
    else if (audible && position - this.#stillSince > OUTSIDE_SAMPLES) this.#goOn(position, true);
  }

  /** The capture was interrupted: time went by without samples. */
  resumed() {
    this.#clock.reset();
  }

  /** @param {Playhead | null} playhead where the page says that its media are */
  note(playhead) {
    const wall = playhead ? playhead.wall : this.#outlets.now();
    // Of what has slept, the page speaks before the sound does.
    const sample = Math.min(this.#clock.sampleAt(wall), this.#position + AHEAD_SAMPLES);
    if (!this.#hasBegun) this.#begin(sample, playhead);
    else if (isElsewhere(this.#timeline, playhead, sample)) this.#leave(sample);
    if (rateOf(playhead) === 0 && rateOf(this.#playhead) > 0) this.#stillSince = sample;
    this.#playhead = playhead;
    this.#timeline = follow(this.#timeline, playhead, sample, wall);
    const goesOn = playhead === null || rateOf(playhead) > 0;
    if (this.#mode === 'held' && goesOn) this.#arrive(sample);
  }

  /**
   * @param {string | null} media
   * @param {number} at seconds
   * @returns {number | null} up to where it is in the transcript, or will be: the host finishes what
   *   was broken off; null: it is not
   */
  covered(media, at) {
    const pending = this.#stretches.filter(({ until }) => until < Infinity);
    const ends = pending.map(({ from, until }) => {
      const first = mediaAt(this.#timeline, from);
      const last = mediaAt(this.#timeline, until - 1);
      return first.media === media && first.at <= at && at < last.at ? last.at : 0;
    });
    const until = Math.max(this.#outlets.covered(media, at) ?? 0, ...ends);
    return media !== null && until > 0 ? until : null;
  }

  /**
   * @param {number} finalUntil sample up to which all is final
   * @returns {{ media: string, heard: Heard }[]} what of the media is final by that
   */
  heardUntil(finalUntil) {
    const found = this.#stretches.flatMap((stretch) => this.#heardOf(stretch, finalUntil));
    this.#stretches = this.#stretches.filter(({ until }) => until > finalUntil);
    return found;
  }

  /**
   * @param {Stretch} stretch
   * @param {number} finalUntil
   */
  #heardOf({ from, until, breaksIn, breaksOff }, finalUntil) {
    const isDone = finalUntil >= until - DONE_SAMPLES;
    const end = isDone ? until : finalUntil;
    const first = mediaAt(this.#timeline, from);
    const last = mediaAt(this.#timeline, end - 1);
    if (end <= from || first.media === null || last.media !== first.media) return [];
    const heard = { from: first.at, until: last.at, breaksIn, breaksOff: breaksOff && isDone };
    return [{ media: first.media, heard }];
  }

  /** The media play on. */
  #goAlong() {
    const { media, at } = mediaAt(this.#timeline, this.#position);
    const until = this.covered(media, at);
    if (this.#mode === 'live' && until !== null && until - at > REPLAY_SECONDS) {
      this.#breakOff(this.#position, false);
      this.#arrivedAt = this.#position;
      this.#enter('replayed', this.#position);
    }
    if (this.#mode !== 'replayed' || until !== null) return;
    // Where a sentence turned out to be broken, it goes on with sound that is past already.
    const from = sampleOf(this.#timeline, this.#outlets.coveredBefore(media, at));
    this.#goOn(Math.min(this.#position, Math.max(this.#arrivedAt, from)), false);
  }

  /**
   * @param {Mode} mode
   * @param {number} since sample; what was done before it was done until then
   */
  #enter(mode, since) {
    this.#before = { mode: this.#mode, until: since };
    this.#mode = mode;
  }

  /** @param {number} sample at which the media go to another place */
  #leave(sample) {
    const { at } = mediaAt(this.#timeline, sample);
    const atEnd = at >= (this.#playhead?.duration ?? Infinity) - EDGE_SECONDS;
    if (this.#mode === 'live') this.#breakOff(sample, !atEnd);
    this.#enter('held', -Infinity);
    this.#stillSince = sample;
  }

  /** @param {number} sample at which the media play on, at another place */
  #arrive(sample) {
    const { media, at } = mediaAt(this.#timeline, sample);
    const until = this.covered(media, at);
    this.#arrivedAt = sample;
    if (until !== null && until - at > REPLAY_SECONDS) this.#enter('replayed', -Infinity);
    else this.#goOn(sample, at > EDGE_SECONDS);
  }

  /**
   * @param {number} from
   * @param {boolean} breaksIn
   */
  #goOn(from, breaksIn) {
    if (this.#mode === 'live') return;
    this.#enter('live', this.#mode === 'replayed' ? from : -Infinity);
    this.#liveSince = from;
    this.#outlets.goOn(from);
    this.#stretches.push({ from, until: Infinity, breaksIn, breaksOff: true });
  }

  /**
   * @param {number} at
   * @param {boolean} breaksOff
   */
  #breakOff(at, breaksOff) {
    this.#outlets.breakOff(at);
    const last = this.#stretches.at(-1);
    if (last?.until === Infinity) Object.assign(last, { until: at, breaksOff });
  }

  /**
   * @param {number} from sample of the first medium
   * @param {Playhead | null} playhead
   */
  #begin(from, playhead) {
    if (!playhead) return;
    this.#hasBegun = true;
    const breaksIn = playhead.at > EDGE_SECONDS;
    this.#stretches = [{ from, until: Infinity, breaksIn, breaksOff: true }];
  }
}

/** @param {Playhead | null} playhead */
function rateOf(playhead) {
  return playhead?.rate ?? 0;
}
