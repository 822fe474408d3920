/** How lines tell who speaks. Pure. */

/** @typedef {import('./captions.js').CaptionModel} CaptionModel */

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
 * Whether others than the user are to be named: one voice needs no name.
 * @param {{ lines: readonly { speaker: string | null }[] }} model
 */
export function severalSpeak({ lines }) {
  const others = lines.flatMap(({ speaker }) => (isOther(speaker) ? voicesOf(speaker) : []));
  return others.some((voice) => voice !== others[0]);
}

/**
 * The highest number that a voice has.
 * @param {CaptionModel} model
 */
export function lastNumber({ lines }) {
  const numbers = lines.flatMap(({ speaker }) =>
    speaker !== null && isNumber(speaker) ? voicesOf(speaker).map(Number) : [],
  );
  return Math.max(0, ...numbers);
}

/**
 * A voice of a host that knows none of those before it, with a number of its own.
 * @param {string | null} speaker
 * @param {number} before numbers that are taken
 */
export function countedOn(speaker, before) {
  if (speaker === null || !isNumber(speaker)) return speaker;
  return voicesOf(speaker)
    .map((voice) => before + Number(voice))
    .join(AND);
}

/**
 * How lines begin that are read one after the other. A name stands where the speaker changes; the
 * user's at each line, for the one voice beside it may have none.
 * @param {readonly (string | null)[]} speakers of each line: YOU, a voice's number, a name, or null
 * @param {boolean} named whether others than the user are named
 * @param {SpeakerWords} words
 * @returns {string[]} of each line; empty: it begins with its first word
 */
export function speakerLabels(speakers, named, words) {
  return speakers.map((speaker, index) => {
    if (speaker === YOU) return words.you;
    if (!named || speaker === null || speaker === speakers[index - 1]) return '';
    return isNumber(speaker) ? words.numbered(listed(voicesOf(speaker))) : `${speaker}:`;
  });
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
function isNumber(speaker) {
  return /^[1-9][0-9]*(\+[1-9][0-9]*)*$/.test(speaker);
}

/** @param {string} speaker @returns {string[]} each of the voices that speak at the same time */
function voicesOf(speaker) {
  return isNumber(speaker) ? speaker.split(AND) : [speaker];
}

/** @param {readonly string[]} parts @returns {string} as the user's language lists them */
function listed(parts) {
  return new Intl.ListFormat(undefined, { type: 'conjunction' }).format(parts);
}
