/** How lines tell who speaks. Pure. */

/**
 * @typedef {object} SpeakerWords
 * @property {string} you the user's word for themselves
 * @property {(number: string) => string} numbered for a voice that the host has told apart, or for
 *   several: "1 and 2"
 */

/** The speaker of what the user says into the microphone. */
export const YOU = 'you';

/** Between the numbers of voices that speak at the same time. */
const AND = '+';

/** Colours of others than the user, who has one of their own. */
const COLOURS = 6;

/**
 * Whether others than the user are to be named: one voice needs no name, unless it has one.
 * @param {readonly (string | null)[]} speakers of lines
 * @param {Readonly<Record<string, string>>} [names] that speakers have
 */
export function areNamed(speakers, names = {}) {
  const others = speakers.flatMap((speaker) => (isOther(speaker) ? voicesOf(speaker) : []));
  return others.some((voice) => voice !== others[0] || Object.hasOwn(names, voice));
}

/**
 * The highest number that a voice has.
 * @param {readonly (string | null)[]} speakers of lines
 */
export function lastNumber(speakers) {
  const numbers = speakers.flatMap((speaker) =>
    speaker !== null && isNumber(speaker) ? voicesOf(speaker).map(Number) : [],
  );
  return Math.max(0, ...numbers);
}

/**
 * A voice with a number of its own, where others are known that have nothing to do with it.
 * @param {string} speaker
 * @param {number} before numbers that are taken
 */
export function countedOn(speaker, before) {
  if (!isNumber(speaker)) return speaker;
  return joinedVoices(voicesOf(speaker).map((voice) => String(before + Number(voice))));
}

/**
 * How lines begin that are read one after the other. A name stands where the speaker changes; the
 * user's at each line, for the one voice beside it may have none.
 * @param {readonly (string | null)[]} speakers of each line: YOU, a voice's number, a name, or null
 * @param {boolean} named whether others than the user are named
 * @param {SpeakerWords} words
 * @param {Readonly<Record<string, string>>} [names] that speakers have; two of one name are one
 * @returns {string[]} of each line; empty: it begins with its first word
 */
export function speakerLabels(speakers, named, words, names = {}) {
  const labels = speakers.map((speaker) => {
    if (speaker === null || (!named && speaker !== YOU)) return '';
    return labelOf(speaker, words, names);
  });
  return labels.map((label, index) => {
    return speakers[index] !== YOU && label === labels[index - 1] ? '' : label;
  });
}

/**
 * What a speaker is called where no words of theirs follow.
 * @param {string} speaker
 * @param {SpeakerWords} words
 * @param {Readonly<Record<string, string>>} names that speakers have
 * @returns {string}
 */
export function nameOf(speaker, words, names) {
  const parts = voicesOf(speaker);
  if (!parts.some((voice) => Object.hasOwn(names, voice))) {
    return labelOf(speaker, words, names).replace(/\s*[:：]$/, '');
  }
  if (parts.length === 1) return names[speaker] ?? '';
  return listed(parts.map((voice) => nameOf(voice, words, names)));
}

/**
 * @param {string} speaker
 * @param {SpeakerWords} words
 * @param {Readonly<Record<string, string>>} names
 * @returns {string}
 */
function labelOf(speaker, words, names) {
  const parts = voicesOf(speaker);
  if (parts.some((voice) => Object.hasOwn(names, voice)))
    return `${nameOf(speaker, words, names)}:`;
  if (speaker === YOU) return words.you;
  return isNumber(speaker) ? words.numbered(listed(parts)) : `${speaker}:`;
}

/**
 * The same for the same speaker, whatever else is shown.
 * @param {string | null} speaker
 * @returns {number} 0: the user's; 1 to 6: of others
 */
export function speakerColour(speaker) {
  if (speaker === null || speaker === YOU) return 0;
  if (isNumber(speaker)) return 1 + ((Number(voicesOf(speaker)[0]) - 1) % COLOURS);
  const sum = [...speaker].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return 1 + (sum % COLOURS);
}

/** @param {string | null} speaker @returns {speaker is string} */
function isOther(speaker) {
  return speaker !== null && speaker !== YOU;
}

/** @param {string} speaker @returns {boolean} whether it is a voice's number, or several at once */
export function isNumber(speaker) {
  return /^[1-9][0-9]*(\+[1-9][0-9]*)*$/.test(speaker);
}

/** @param {string} speaker @returns {string[]} each of the voices that speak at the same time */
export function voicesOf(speaker) {
  return isNumber(speaker) ? speaker.split(AND) : [speaker];
}

/**
 * @param {readonly string[]} voices that speak at the same time
 * @returns {string} as one speaker; one that is there twice is there once
 */
export function joinedVoices(voices) {
  return [...new Set(voices)].join(AND);
}

const LIST = new Intl.ListFormat(undefined, { type: 'conjunction' });

/** @param {readonly string[]} parts @returns {string} as the user's language lists them */
function listed(parts) {
  return LIST.format(parts);
}
