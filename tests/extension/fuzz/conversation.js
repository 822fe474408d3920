/** A tab and a microphone, hosts that come and go, and whatever they say. */
import assert from 'node:assert/strict';
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { Conversation } from '../../../extension/offscreen/conversation.js';
import { applyUpdate, EMPTY_MODEL } from '../../../extension/shared/captions.js';
import { DEFINITIONS } from '../../../extension/shared/protocol.js';
import { findFault } from '../../../extension/shared/validate.js';
import { status } from '../builders.js';
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

/** @param {Random} random @param {number} revision @returns {Act} */
function someAct(random, revision) {
  const session = pick(random, ['tab', 'tab', 'microphone', 'other']);
  const kind = below(random, 12);
  if (kind < 5) return { do: 'receive', with: someCaptions(random, session, revision) };
  if (kind === 5) return { do: 'receive', with: someStatus(random, session) };
  if (kind < 9) return { do: 'push', with: [random() < 0.5, random() < 0.5] };
  if (kind === 9) return { do: pick(random, ['setPaused', 'setAudible']), with: random() < 0.5 };
  if (kind === 10) return { do: 'configure', with: pick(random, OPTIONS) };
  const rare = ['attach', 'detach', 'stop', 'openMicrophone', 'stopMicrophone', 'leavePage'];
  return { do: pick(random, [...rare, 'retranslate', 'repeatOptions', 'show']) };
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
      { id: 'tab', tabId: 7, options: {}, visible: true },
      {
        toHost: (message) => assert.equal(findFault(message, 'ToHost', DEFINITIONS), null),
        toOverlay: (message) => toOverlay.push(structuredClone(message)),
        stateChanged: () => {},
      },
    );
    for (const act of acts) perform(conversation, act);
    conversation.show();
    requireTold(toOverlay);
    assert.equal(typeof conversation.lastLine(), 'string');
  },
};

/** @param {any} conversation @param {Act} act */
function perform(conversation, act) {
  if (act.do === 'push') {
    const [tab, microphone] = act.with;
    conversation.push(tab ? SOUND : SILENCE);
    conversation.pushMicrophone(microphone ? SOUND : SILENCE);
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
  }
}
