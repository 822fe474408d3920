/** A tab and a microphone, media that jump, hosts that come and go, and whatever they say. */
import assert from 'node:assert/strict';
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { RemoteWatch } from '../../../extension/offscreen/captioned_by.js';
import { Conversation } from '../../../extension/offscreen/conversation.js';
import { applyUpdate, EMPTY_MODEL } from '../../../extension/shared/captions.js';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { findFault } from '../../../extension/shared/validate.js';
import { status } from '../builders.js';
import { noTranslation } from '../translation/stand_ins.js';
import { requireSound, someCaptions } from './captions.js';
import { below, mutated, pick } from './mutate.js';

/** @typedef {import('./mutate.js').Random} Random */
/** @typedef {{ do: string, with?: any }} Act */

const SILENCE = new Int16Array(FRAME_SAMPLES);
const SOUND = new Int16Array(FRAME_SAMPLES).fill(2000);
const OPTIONS = [
  {},
  { language: 'en' },
  { translate_to: 'pt' },
  { model: 'tiny' },
  { speakers: true },
];

/** @type {import('../../../extension/shared/translation_rules.js').Wish[]} */
const WISHES = [
  NO_WISH,
  { ...NO_WISH, target: 'pt', by: 'browser' },
  { ...NO_WISH, target: 'de', aloud: true, rules: [{ language: 'en', translate: 'never' }] },
  { ...NO_WISH, by: 'browser', rules: [{ language: 'de', translate: 'always' }] },
];

/** @param {Random} random @param {number} revision @returns {Act} */
function someAct(random, revision) {
  const session = pick(random, ['tab', 'tab', 'microphone', 'other']);
  const kind = below(random, 14);
  if (kind < 5) return { do: 'receive', with: someCaptions(random, session, revision) };
  if (kind === 5) return { do: 'receive', with: someStatus(random, session) };
  if (kind < 9) return { do: 'push', with: [random() < 0.5, random() < 0.5] };
  if (kind === 9)
    return {
      do: pick(random, ['setInterrupted', 'setAudible', 'setVisible']),
      with: random() < 0.5,
    };
  if (kind === 10) return { do: 'configure', with: [pick(random, OPTIONS), pick(random, WISHES)] };
  if (kind === 11) return { do: 'noteMedia', with: someMedia(random) };
  if (kind === 12) return { do: 'edit', with: someEdit(random) };
  const rare = ['attach', 'detach', 'stop', 'openMicrophone', 'stopMicrophone', 'leavePage'];
  return { do: pick(random, [...rare, 'retranslate', 'repeatOptions', 'show']) };
}

/** @param {Random} random @returns {any} */
function someMedia(random) {
  const key = pick(random, ['film', 'film', 'clip']);
  const at = pick(random, [0, 0.1, 2, 3, 60, 3_600, 1e6]) + random();
  const duration = pick(random, [null, 90, 3_600]);
  const moves = { rate: pick(random, [0, 1, 1, 2]), seeking: random() < 0.2 };
  const playhead = { key, title: 'Films', duration, at, ...moves, wall: 1e12 + below(random, 9e4) };
  const paused = pick(random, [null, true, false]);
  return { paused, playhead: random() < 0.2 ? null : playhead };
}

/** @param {Random} random @returns {any} */
function someEdit(random) {
  const id = `tab ${100 * below(random, 9)}`;
  const speaker = pick(random, ['1', 'you', '__proto__', '']);
  return pick(random, [
    { kind: 'correct', id, text: pick(random, [null, '', 'Better.', 'x'.repeat(9_999)]) },
    { kind: 'bookmark', id, bookmarked: random() < 0.5 },
    { kind: 'note', id, note: pick(random, ['', 'Ask her.\n\nWhen?']) },
    { kind: 'rename', speaker, name: pick(random, ['', 'Ada', '\u0000']) },
    { kind: 'merge', speaker, into: pick(random, ['1', '2', 'you', '__proto__']) },
    { kind: 'separate', speaker },
    { kind: 'assign', id, speaker: pick(random, [null, speaker]) },
    { kind: 'undo' },
  ]);
}

/** @param {Random} random @param {string} session */
function someStatus(random, session) {
  const state = /** @type {const} */ (['loading', 'listening', 'lagging', 'ended']);
  const made = status(pick(random, state), { session, lag_ms: below(random, 9000) });
  const changed = mutated(random, made);
  return findFault(changed, 'Status', DEFINITIONS) === null ? changed : made;
}

/** @type {import('./targets.js').Target} */
export const conversation = {
  quick: 1_000,
  make: (random) => {
    let revision = 0;
    const acts = Array.from({ length: 1 + below(random, 25) }, () =>
      someAct(random, (revision += 1)),
    );
    return [{ do: 'attach' }, ...acts];
  },
  read: (acts) => {
    /** @type {any[]} */
    const toOverlay = [];
    const conversation = new Conversation(
      {
        id: 'tab',
        tabId: 7,
        options: {},
        translation: NO_WISH,
        visible: true,
        page: { site: 'a.org', title: 'A' },
      },
      {
        toHost: (message) => assert.equal(findFault(message, 'ToHost', DEFINITIONS), null),
        toOverlay: (message) => toOverlay.push(structuredClone(message)),
        report: (report) => structuredClone(report),
        remote: new RemoteWatch(),
        stateChanged: () => {},
        now: () => 1e12,
        translation: noTranslation(),
      },
    );
    for (const act of acts) perform(conversation, act);
    conversation.show();
    requireTold(toOverlay);
    assert.equal(typeof conversation.lastLine(), 'string');
    const { entries } = conversation.transcript.transcript;
    assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length, 'no id twice');
    assert.ok(entries.every(({ text, start, end }) => text !== '' && start <= end));
  },
};

/** @param {any} conversation @param {Act} act */
function perform(conversation, act) {
  if (act.do === 'push') {
    const [tab, microphone] = act.with;
    conversation.push(tab ? SOUND : SILENCE);
    conversation.pushMicrophone(microphone ? SOUND : SILENCE);
  } else if (act.do === 'noteMedia') conversation.noteMedia(0, act.with);
  else if (act.do === 'edit') conversation.transcript.edit(act.with);
  else if (act.do === 'configure') {
    const [options, wish] = act.with;
    conversation.configure(options, wish);
  } else if (act.do === 'openMicrophone') conversation.openMicrophone('microphone', true);
  else conversation[act.do](act.with);
}

/**
 * Whoever was there from the beginning knows what somebody new is shown, and it is sound.
 * @param {any[]} toOverlay
 */
function requireTold(toOverlay) {
  let model = EMPTY_MODEL;
  for (const message of toOverlay) {
    assert.equal(message.session, 'tab');
    if (message.type === 'captions') {
      assert.equal(message.revision, model.revision + 1);
      model = applyUpdate(model, message);
      requireSound(model);
    } else if (message.type === 'snapshot') assert.deepEqual(message.model, model);
    else if (message.type === 'replay' && message.lines !== null) {
      assert.ok(message.lines.every((/** @type {any} */ { text }) => text !== ''));
    }
  }
}
