/** The overlay's reducer with events in any order. */
import assert from 'node:assert/strict';
import * as announcer from '../../../extension/overlay/announcer.js';
import * as bilingual from '../../../extension/overlay/bilingual.js';
import * as notices from '../../../extension/overlay/notices.js';
import { OverlayReducer } from '../../../extension/overlay/reducer.js';
import * as replay from '../../../extension/overlay/replay.js';
import * as steady from '../../../extension/overlay/steady.js';
import * as captions from '../../../extension/shared/captions.js';
import * as settings from '../../../extension/shared/settings.js';
import * as speakers from '../../../extension/shared/speakers.js';
import * as swearwords from '../../../extension/shared/swearwords.js';
import * as filters from '../../../extension/shared/text_filters.js';
import { pick, update, upTo } from './inputs.js';

/** @typedef {import('./inputs.js').Random} Random */
/** @typedef {import('../../../extension/overlay/steps.js').OverlayEffect} OverlayEffect */
/** @typedef {import('../../../extension/overlay/steps.js').OverlayState} OverlayState */

const RULES = {
  ...{ announcer, bilingual, captions, filters, notices, replay, settings, speakers, steady },
  swearwords,
};
const WORDS = { you: 'You:', numbered: (/** @type {string} */ n) => `Speaker ${n}:` };

const PHASES = ['connecting', 'loading', 'listening', 'lagging', 'reconnecting', 'ending'];
const MICROPHONES = ['off', 'starting', 'on', 'not_allowed', 'missing', 'busy', 'failed'];
const TIMERS = ['fade', 'dismiss', 'clause', 'notice'];
const EFFECTS = [
  'lines',
  'jump',
  'notice',
  'mark',
  'look',
  'announce',
  'announced',
  'media',
  'dismiss',
];
const LINES_HELD = 40;

/** @param {Random} next */
function phase(next) {
  const news = { key: 'news_smaller_model', detail: 'tiny' };
  const times = { lagMs: upTo(next, 9_000), skippedMs: upTo(next, 9_000) };
  return { name: pick(next, PHASES), ...times, ...(next() < 0.2 && { news }) };
}

/** @param {Random} next */
function chosen(next) {
  const usual = settings.settingsFor(settings.DEFAULTS, null);
  return {
    ...usual,
    mode: pick(next, ['fast', 'reading']),
    translateTo: pick(next, [null, 'pt']),
    liveRegion: pick(next, ['off', 'polite']),
    bilingual: { ...usual.bilingual, show: pick(next, ['both', 'original', 'translation']) },
  };
}

/** @param {Random} next */
function event(next) {
  const session = pick(next, ['s', 's', 's', 't']);
  const positions = { windowed: null, fullscreen: null };
  const model = captions.applyUpdate(captions.EMPTY_MODEL, update(next));
  const of = { session, phase: phase(next), microphone: pick(next, MICROPHONES) };
  return pick(next, [
    () => ({ ...update(next), session }),
    () => ({ ...update(next), session }),
    () => ({ type: 'snapshot', model, ...of }),
    () => ({ type: 'settings', settings: chosen(next), positions }),
    () => ({ type: 'hide' }),
    () => ({ type: 'timer', timer: pick(next, TIMERS) }),
    () => ({ type: 'phase', session, phase: of.phase }),
    () => ({ type: 'microphone', session, microphone: of.microphone }),
    () => ({ type: 'copied', session }),
    () => ({ type: 'end', session }),
  ])();
}

/** @type {import('./targets.js').Target} */
export const reducer = {
  make: (next) =>
    Array.from({ length: 1 + upTo(next, 12) }, () => ({
      event: event(next),
      afterMs: upTo(next, 8_000),
    })),
  tryOne: (events) => {
    const overlay = new OverlayReducer(RULES, WORDS);
    let state = overlay.initial();
    let now = 0;
    for (const step of events) {
      now += step.afterMs;
      const before = seen(state);
      const { state: after, effects } = overlay.reduce(state, step.event, now);
      assert.equal(seen(state), before, 'the state before was changed');
      effects.forEach(checkEffect);
      checkState(after);
      state = after;
    }
  },
};

/** @param {OverlayState} state */
function seen({ held, announced, ...plain }) {
  return JSON.stringify([plain, [...held], [...announced]]);
}

/** @param {OverlayEffect} effect */
function checkEffect(effect) {
  if (effect.type === 'timer') {
    assert.ok(TIMERS.includes(effect.timer));
    assert.ok(effect.afterMs === null || (Number.isFinite(effect.afterMs) && effect.afterMs >= 0));
    return;
  }
  assert.ok(EFFECTS.includes(effect.type), effect.type);
  if (effect.type === 'lines') assert.ok(effect.lines.length <= LINES_HELD);
  if (effect.type === 'announce') assert.notEqual(effect.text, '');
}

/** @param {OverlayState} state */
function checkState(state) {
  assert.ok(state.model.lines.length <= captions.LINES_KEPT);
  assert.ok(state.phase === null || PHASES.includes(state.phase.name));
  assert.ok(MICROPHONES.includes(state.microphone));
  assert.ok(state.fadedUntil >= 0 && state.fadesUntil >= 0);
  assert.ok(state.held.size <= LINES_HELD, `${state.held.size} lines are held`);
  assert.ok(state.announced.size <= captions.LINES_KEPT, `${state.announced.size} announced`);
  assert.equal(typeof state.shownText, 'string');
}
