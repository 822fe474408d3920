/**
 * Who is who in a transcript: what voices are called, which of them are one, and which lines were
 * given to the wrong one. What was heard stays as it was, so all of it can be taken back. Pure.
 */
import { joinedVoices, lastNumber, voicesOf, YOU } from '../shared/speakers.js';

/** @typedef {import('./transcript.js').Transcript} Transcript */

/** @typedef {Readonly<Record<string, string>>} ByKey */

/**
 * How names and voices were before the user changed something.
 * @typedef {{ names: ByKey, same: ByKey, lines: ByKey }} Step
 */

/**
 * What is known of voices, besides the names that the user gave.
 * @typedef {object} Voices
 * @property {ByKey} same the voice that a voice is, as the host or the user found; none of these is
 *   itself another one
 * @property {ByKey} lines voices of lines that were given to the wrong one, by the line's id
 * @property {ByKey} learnt names that the page of a meeting has told; the user's own come first
 * @property {readonly Step[]} steps what can be taken back, the newest last
 */

/** What a transcript has that knows its voices. @typedef {Pick<Transcript, 'names' | 'voices'>} Named */

/** @type {Voices} */
export const NO_VOICES = Object.freeze({ same: {}, lines: {}, learnt: {}, steps: [] });

/** As many changes can be taken back: each step is small. */
const STEPS_KEPT = 30;

/**
 * @param {Named} transcript
 * @param {{ id: string, speaker: string | null }} entry
 * @returns {string | null} the voice that it is of, as the user and all that was heard say
 */
export function voiceOf({ voices = NO_VOICES }, { id, speaker }) {
  const voice = valueOf(voices.lines, id) ?? speaker;
  if (voice === null) return null;
  return joinedVoices(voicesOf(voice).map((each) => valueOf(voices.same, each) ?? each));
}

/**
 * @param {Named} transcript
 * @returns {ByKey} what voices are called; those without a name are not among them
 */
export function shownNames({ names, voices = NO_VOICES }) {
  const own = Object.entries(names).map(([voice, name]) => [
    valueOf(voices.same, voice) ?? voice,
    name,
  ]);
  const learnt = Object.entries(voices.learnt).map(([voice, name]) => {
    return [valueOf(voices.same, voice) ?? voice, name];
  });
  const all = Object.fromEntries([...learnt.toReversed(), ...own]);
  // The user can say that a name which was learnt is none.
  return Object.fromEntries(Object.entries(all).filter(([, name]) => name !== ''));
}

/**
 * @param {Pick<Transcript, 'entries' | 'names' | 'voices'>} transcript
 * @returns {string[]} voices that have a line, as they came
 */
export function voicesIn(transcript) {
  const voices = transcript.entries.map((entry) => voiceOf(transcript, entry));
  return [...new Set(voices.flatMap((voice) => (voice === null ? [] : voicesOf(voice))))];
}

/**
 * @param {Pick<Transcript, 'entries' | 'names' | 'voices'>} transcript
 * @returns {Set<string>} all voices that it knows, be they shown or not
 */
export function knownVoices({ entries, names, voices = NO_VOICES }) {
  const { same, lines, learnt: told } = voices;
  const heard = entries.flatMap(({ speaker }) => (speaker === null ? [] : voicesOf(speaker)));
  const called = [names, same, told].flatMap((record) => Object.keys(record));
  return new Set([...heard, ...called, ...Object.values(same), ...Object.values(lines)]);
}

/**
 * @param {Pick<Transcript, 'entries' | 'names' | 'voices'>} transcript
 * @returns {number} the highest one that a voice of it has
 */
export function highestVoice(transcript) {
  return lastNumber([...knownVoices(transcript)]);
}

/**
 * @param {Transcript} transcript
 * @param {string} voice
 * @param {string} name to be shown instead; empty: none
 * @returns {Transcript}
 */
export function renamed(transcript, voice, name) {
  const { [voice]: _, ...others } = transcript.names;
  const isLearnt = Object.hasOwn((transcript.voices ?? NO_VOICES).learnt, voice);
  const names = name === '' && !isLearnt ? others : { ...others, [voice]: name };
  return changed(transcript, { names });
}

/**
 * Two voices are one. It keeps its name, or has that of the other.
 * @param {Transcript} transcript
 * @param {string} voice
 * @param {string} into the voice that it is
 * @returns {Transcript}
 */
export function merged(transcript, voice, into) {
  const { names, voices = NO_VOICES } = transcript;
  const target = valueOf(voices.same, into) ?? into;
  const root = valueOf(voices.same, voice) ?? voice;
  if (target === root || root === YOU) return transcript;
  const { [root]: _, ...others } = names;
  const given = valueOf(names, root);
  const kept = valueOf(others, target) ?? given;
  const same = joined(voices.same, root, target);
  return changed(transcript, { names: kept ? { ...others, [target]: kept } : others, same });
}

/**
 * Voices that were taken for one are several again.
 * @param {Transcript} transcript
 * @param {string} voice
 * @returns {Transcript}
 */
export function separated(transcript, voice) {
  const { same } = transcript.voices ?? NO_VOICES;
  const left = Object.entries(same).filter(([, into]) => into !== voice);
  return changed(transcript, { same: Object.fromEntries(left) });
}

/**
 * @param {Transcript} transcript
 * @param {string} id of a line
 * @param {string | null} voice that has said it; null: as it was heard
 * @returns {Transcript}
 */
export function assigned(transcript, id, voice) {
  const { [id]: _, ...others } = (transcript.voices ?? NO_VOICES).lines;
  return changed(transcript, { lines: voice === null ? others : { ...others, [id]: voice } });
}

/**
 * @param {Transcript} transcript
 * @returns {Transcript} as it was before the user's last change of a name, a voice, or whose line one is
 */
export function undone(transcript) {
  const { voices = NO_VOICES } = transcript;
  const before = voices.steps.at(-1);
  if (!before) return transcript;
  const { names, same, lines } = before;
  const steps = voices.steps.slice(0, -1);
  return evolved(transcript, names, { ...voices, same, lines, steps });
}

/**
 * Note that a voice is one that was there before. The user has not said so, so there is nothing to
 * take back: what can be taken back knows it as well.
 * @param {Transcript} transcript
 * @param {string} voice
 * @param {string} known
 * @returns {Transcript}
 */
export function recognised(transcript, voice, known) {
  const { names, voices = NO_VOICES } = transcript;
  const target = valueOf(voices.same, known) ?? known;
  if (Object.hasOwn(voices.same, voice) || Object.hasOwn(names, voice)) return transcript;
  if (target === voice) return transcript;
  const join = (/** @type {ByKey} */ same) => joined(same, voice, valueOf(same, known) ?? known);
  const steps = voices.steps.map((step) => ({ ...step, same: join(step.same) }));
  return evolved(transcript, names, { ...voices, same: join(voices.same), steps });
}

/**
 * Note what the page of a meeting calls a voice.
 * @param {Transcript} transcript
 * @param {string} voice
 * @param {string} name
 * @returns {Transcript}
 */
export function learnt(transcript, voice, name) {
  const { names, voices = NO_VOICES } = transcript;
  if (valueOf(voices.learnt, voice) === name) return transcript;
  return evolved(transcript, names, { ...voices, learnt: { ...voices.learnt, [voice]: name } });
}

/**
 * Take what an earlier capture knew. Where both know something, that of now holds, and what was
 * changed now can still be taken back.
 * @param {Named} now
 * @param {Named} earlier
 * @returns {Required<Named>}
 */
export function withEarlier({ names, voices = NO_VOICES }, { names: old, voices: before }) {
  const { same, lines, learnt: told } = before ?? NO_VOICES;
  const joint = (/** @type {Step} */ step) => {
    const { names: called, same: one, lines: given } = step;
    return {
      names: { ...old, ...called },
      same: { ...same, ...one },
      lines: { ...lines, ...given },
    };
  };
  const { names: all, ...now } = joint({ names, ...voices });
  const steps = voices.steps.map(joint);
  return { names: all, voices: { ...now, learnt: { ...told, ...voices.learnt }, steps } };
}

/**
 * @param {Named} named
 * @param {(voice: string) => string} numbered other numbers for its voices
 * @returns {Required<Named>}
 */
export function renumbered({ names, voices = NO_VOICES }, numbered) {
  const keys = (/** @type {ByKey} */ record) =>
    Object.fromEntries(Object.entries(record).map(([voice, value]) => [numbered(voice), value]));
  const values = (/** @type {ByKey} */ record) =>
    Object.fromEntries(Object.entries(record).map(([key, voice]) => [key, numbered(voice)]));
  const same = (/** @type {ByKey} */ record) => values(keys(record));
  return {
    names: keys(names),
    voices: {
      same: same(voices.same),
      lines: values(voices.lines),
      learnt: keys(voices.learnt),
      steps: voices.steps.map((step) => {
        return { names: keys(step.names), same: same(step.same), lines: values(step.lines) };
      }),
    },
  };
}

/**
 * @param {ByKey} same
 * @param {string} voice
 * @param {string} target
 * @returns {ByKey} with the voice and all that were it
 */
function joined(same, voice, target) {
  if (voice === target) return same;
  const moved = Object.entries(same).map(([each, into]) => [each, into === voice ? target : into]);
  return { ...Object.fromEntries(moved), [voice]: target };
}

/**
 * @param {Transcript} transcript
 * @param {Partial<Step>} change by the user
 * @returns {Transcript} in which it can be taken back
 */
function changed(transcript, change) {
  const { names, voices = NO_VOICES } = transcript;
  const before = { names, same: voices.same, lines: voices.lines };
  const { names: called, same, lines } = { ...before, ...change };
  const steps = [...voices.steps, before].slice(-STEPS_KEPT);
  return evolved(transcript, called, { ...voices, same, lines, steps });
}

/**
 * @param {Transcript} transcript
 * @param {ByKey} names
 * @param {Voices} voices
 * @returns {Transcript}
 */
function evolved(transcript, names, voices) {
  return { ...transcript, names, voices, revision: transcript.revision + 1 };
}

/**
 * @param {ByKey} record of keys that others have chosen
 * @param {string} key
 * @returns {string | undefined}
 */
function valueOf(record, key) {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
