/** A small form at a line: what its speaker is called, which other one that is, who said the line. */
import { nameOf, voicesOf, YOU } from '../shared/speakers.js';
import { highestVoice, NO_VOICES, shownNames, voiceOf, voicesIn } from '../transcript/names.js';
import { element, text } from './page.js';
import { openBeside, place } from './popover.js';
import { speakerWords } from './speaker_words.js';

/** @typedef {import('../shared/messages.js').TranscriptEdit} TranscriptEdit */
/** @typedef {import('../transcript/rows.js').LineRow} LineRow */
/** @typedef {import('../transcript/transcript.js').Transcript} Transcript */

const MAX_LENGTH = 80;

/** What is chosen where nothing is to be changed, and for a line that was given to somebody else. */
const AS_IT_IS = '';
const AS_HEARD = 'as heard';

/**
 * @typedef {object} SpeakerFormListener
 * @property {(edit: TranscriptEdit) => void} edit
 * @property {() => void} done it was closed by what was chosen in it
 * @property {((speaker: string, name: string) => void) | null} remember have a voice remembered on
 *   this machine; null: none can be
 */

/**
 * @typedef {object} Fields
 * @property {HTMLInputElement | null} name null: nobody knows who has said the line, or two have
 * @property {HTMLSelectElement | null} same null: there is nobody else
 * @property {HTMLSelectElement} line
 */

/**
 * Open it at a button. Enter and its button keep what was chosen; Escape and a click elsewhere do not.
 * @param {HTMLElement} button
 * @param {LineRow} row
 * @param {Transcript} transcript
 * @param {SpeakerFormListener} listener
 */
export function openSpeakerForm(button, { entry }, transcript, listener) {
  const voice = voiceOf(transcript, entry);
  const form = element('form');
  const box = element('div', { className: 'export speaker-form' }, form);
  box.role = 'dialog';
  box.ariaLabel = text('speaker_who');
  const close = openBeside(button, box);
  const fields = fieldsFor(entry, voice, transcript);
  const remember = listener.remember && fields.name && voice !== YOU ? tickBox() : null;
  /** @param {TranscriptEdit[]} edits */
  const finish = (edits) => {
    close();
    for (const edit of edits) listener.edit(edit);
    listener.done();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    finish(editsOf(fields, entry, voice, transcript));
    if (voice !== null && fields.name && remember?.checked) {
      listener.remember?.(voice, nameIn(fields.name));
    }
  });
  form.append(
    ...(fields.name ? [labelled(text('speaker_name'), fields.name)] : []),
    ...(fields.name && remember ? offerToRemember(fields.name, remember) : []),
    ...(fields.same ? [labelled(text('speaker_same'), fields.same)] : []),
    labelled(text('speaker_line'), fields.line),
    ...takeBack(voice, transcript, (edit) => finish([edit])),
    element('button', { className: 'primary', type: 'submit' }, text('speaker_done')),
  );
  place(box, button);
  const first = fields.name ?? fields.line;
  first.focus();
  if (first instanceof HTMLInputElement) first.select();
}

/**
 * @param {LineRow['entry']} entry
 * @param {string | null} voice that has said it
 * @param {Transcript} transcript
 * @returns {Fields}
 */
function fieldsFor(entry, voice, transcript) {
  const names = shownNames(transcript);
  const words = speakerWords();
  const called = (/** @type {string} */ each) => nameOf(each, words, names);
  const value = voice === null ? '' : (names[voice] ?? '');
  const name = element('input', {
    type: 'text',
    value,
    maxLength: MAX_LENGTH,
    dir: 'auto',
    autocomplete: 'off',
  });
  /** @type {[string, string][]} */
  const others = voicesIn(transcript).flatMap((each) =>
    each === voice ? [] : [[each, called(each)]],
  );
  // Of two who speak at the same time, each has lines of their own.
  const isOne = voice !== null && voicesOf(voice).length === 1;
  const isOneOfSeveral = isOne && voice !== YOU && others.length > 0;
  const isGiven = Object.hasOwn((transcript.voices ?? NO_VOICES).lines, entry.id);
  const line = choice([
    [AS_IT_IS, voice === null ? text('speaker_unknown') : called(voice)],
    ...others,
    [String(highestVoice(transcript) + 1), text('speaker_new')],
    .../** @type {[string, string][]} */ (isGiven ? [[AS_HEARD, text('speaker_as_heard')]] : []),
  ]);
  return {
    name: isOne ? name : null,
    same: isOneOfSeveral ? choice([[AS_IT_IS, text('speaker_no_other')], ...others]) : null,
    line,
  };
}

/**
 * @param {Fields} fields
 * @param {LineRow['entry']} entry
 * @param {string | null} voice
 * @param {Transcript} transcript
 * @returns {TranscriptEdit[]} what was changed in them
 */
function editsOf({ name, same, line }, { id }, voice, transcript) {
  /** @type {TranscriptEdit[]} */
  const edits = [];
  if (voice !== null && name) {
    const before = shownNames(transcript)[voice] ?? '';
    const now = nameIn(name);
    if (now !== before) edits.push({ kind: 'rename', speaker: voice, name: now });
    const into = same?.value ?? AS_IT_IS;
    if (into !== AS_IT_IS) edits.push({ kind: 'merge', speaker: voice, into });
  }
  const speaker = line.value === AS_HEARD ? null : line.value;
  if (speaker !== AS_IT_IS) edits.push({ kind: 'assign', id, speaker });
  return edits;
}

/** @param {HTMLInputElement} field */
function nameIn(field) {
  return field.value.replace(/\s+/g, ' ').trim();
}

function tickBox() {
  return element('input', { type: 'checkbox' });
}

/**
 * @param {HTMLInputElement} name
 * @param {HTMLInputElement} remember
 * @returns {HTMLElement[]} what asks whether the voice is to be remembered
 */
function offerToRemember(name, remember) {
  const hint = element('p', { className: 'small soft', id: 'remember-hint', hidden: true });
  hint.textContent = text('speaker_remember_hint');
  remember.setAttribute('aria-describedby', hint.id);
  remember.addEventListener('change', () => {
    name.required = remember.checked;
    hint.hidden = !remember.checked;
  });
  const label = element('label', { className: 'check' }, remember, text('speaker_remember'));
  return [label, hint];
}

/**
 * @param {string | null} voice
 * @param {Transcript} transcript
 * @param {(edit: TranscriptEdit) => void} choose
 * @returns {HTMLButtonElement[]} for what was changed before
 */
function takeBack(voice, { voices = NO_VOICES }, choose) {
  /** @type {[string, TranscriptEdit][]} */
  const offers = [];
  if (voice !== null && Object.values(voices.same).includes(voice)) {
    offers.push([text('speaker_separate'), { kind: 'separate', speaker: voice }]);
  }
  if (voices.steps.length > 0) offers.push([text('speaker_undo'), { kind: 'undo' }]);
  return offers.map(([label, edit]) => {
    const button = element('button', { type: 'button' }, label);
    button.addEventListener('click', () => choose(edit));
    return button;
  });
}

/** @param {[value: string, label: string][]} choices @returns {HTMLSelectElement} */
function choice(choices) {
  const options = choices.map(([value, label]) => element('option', { value, textContent: label }));
  return element('select', {}, ...options);
}

/**
 * @param {string} words
 * @param {HTMLElement} field
 */
function labelled(words, field) {
  return element('label', {}, element('span', { className: 'small soft' }, words), field);
}
