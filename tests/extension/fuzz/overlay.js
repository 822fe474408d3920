/** Messages and timers in any order, at the overlay's reducer. */
import assert from 'node:assert/strict';
import * as announcer from '../../../extension/overlay/announcer.js';
import * as bilingual from '../../../extension/overlay/bilingual.js';
import * as notices from '../../../extension/overlay/notices.js';
import { OverlayReducer } from '../../../extension/overlay/reducer.js';
import * as replay from '../../../extension/overlay/replay.js';
import * as steady from '../../../extension/overlay/steady.js';
import * as rules from '../../../extension/shared/captions.js';
import * as settings from '../../../extension/shared/settings.js';
import { validate } from '../../../extension/shared/settings_rules.js';
import * as speakers from '../../../extension/shared/speakers.js';
import * as swearwords from '../../../extension/shared/swearwords.js';
import * as filters from '../../../extension/shared/text_filters.js';
import * as translations from '../../../extension/shared/translation_rules.js';
import { requireSound, someCaptions } from './captions.js';
import { below, mutated, pick } from './mutate.js';

/** @typedef {import('./mutate.js').Random} Random */

const WORDS = { you: 'You:', numbered: (/** @type {string} */ n) => `Speaker ${n}:` };
const REDUCER = new OverlayReducer(
  {
    announcer,
    bilingual,
    captions: rules,
    filters,
    notices,
    replay,
    settings,
    speakers,
    steady,
    swearwords,
    translations,
  },
  WORDS,
  'en',
);
const PHASES = ['connecting', 'loading', 'listening', 'lagging', 'reconnecting', 'ending'];
const MICROPHONE = ['off', 'starting', 'on', 'not_allowed', 'missing', 'busy', 'failed'];
const LIVE = /** @type {const} */ (['off', 'polite']);
const TIMERS = ['fade', 'dismiss', 'clause', 'notice'];
const LINES_HELD = 40;
const EFFECTS = [
  ...['lines', 'jump', 'clear', 'notice', 'mark', 'look', 'announce', 'announced', 'media'],
  ...['dismiss', 'timer'],
];

/** @param {Random} random @param {number} revision */
function someEvent(random, revision) {
  const session = pick(random, ['s', 's', 's', 'other']);
  const phase = { name: pick(random, PHASES), lagMs: below(random, 9), skippedMs: 0 };
  const microphone = pick(random, MICROPHONE);
  switch (below(random, 11)) {
    case 0:
      return { type: 'snapshot', session, model: rules.EMPTY_MODEL, phase, microphone };
    case 1:
      return { type: 'settings', settings: someSettings(random), positions: {} };
    case 2:
      return { type: pick(random, ['hide', 'end', 'copied', 'hide']), session };
    case 3:
      return { type: 'phase', session, phase };
    case 4:
      return { type: 'microphone', session, microphone };
    case 5:
      return { type: 'timer', timer: pick(random, TIMERS) };
    case 6:
      return someReplay(random, session, revision);
    default:
      return someCaptions(random, session, revision);
  }
}

/** @param {Random} random @param {string} session @param {number} revision */
function someReplay(random, session, revision) {
  const { lines } = rules.applyUpdate(rules.EMPTY_MODEL, someCaptions(random, session, revision));
  const shown = random() < 0.4 ? null : lines.map((one) => ({ ...one, state: 'final' }));
  return { type: 'replay', session, lines: shown, since: 100 * below(random, 900) };
}

/** @param {Random} random */
function someSettings(random) {
  const changed = mutated(random, {
    ...settings.DEFAULTS,
    mode: pick(random, ['fast', 'reading']),
  });
  const sound = validate(changed).settings;
  return settings.settingsFor({ ...sound, liveRegion: pick(random, LIVE) }, null);
}

/** @type {import('./targets.js').Target} */
export const overlay = {
  quick: 2_000,
  make: (random) => {
    let revision = 1;
    const size = 1 + below(random, 25);
    return Array.from({ length: size }, () =>
      someEvent(random, (revision += pick(random, [0, 1, 1]))),
    );
  },
  read: (events) => {
    let state = REDUCER.initial();
    for (const [n, event] of events.entries()) {
      const before = seen(state);
      const step = REDUCER.reduce(state, event, 500 * n);
      const isOther = 'session' in event && event.type !== 'snapshot' && event.type !== 'hide';
      if (isOther && event.session !== state.session) {
        assert.equal(step.state, state, 'what belongs to another session is ignored');
        assert.deepEqual(step.effects, []);
      }
      assert.ok(step.effects.every(({ type }) => EFFECTS.includes(type)));
      assert.ok(step.effects.every(isSound));
      assert.equal(seen(state), before, 'the state before stays as it is');
      state = step.state;
      requireState(state);
    }
  },
};

/** @param {import('../../../extension/overlay/steps.js').OverlayState} state */
function seen({ held, announced, ...plain }) {
  return JSON.stringify([plain, [...held], [...announced]]);
}

/** @param {import('../../../extension/overlay/steps.js').OverlayState} state */
function requireState(state) {
  requireSound(state.model);
  assert.equal(typeof state.shownText, 'string');
  assert.ok(state.phase === null || PHASES.includes(state.phase.name));
  assert.ok(MICROPHONE.includes(state.microphone));
  assert.ok(state.fadedUntil >= 0 && state.fadesUntil >= 0);
  assert.ok(state.held.size <= LINES_HELD, `${state.held.size} lines are held`);
  assert.ok(state.announced.size <= rules.LINES_KEPT, `${state.announced.size} announced`);
}

/** @param {any} effect */
function isSound(effect) {
  if (effect.type === 'timer') {
    const { timer, afterMs } = effect;
    return TIMERS.includes(timer) && (afterMs === null || (afterMs >= 0 && afterMs < 60_000));
  }
  if (effect.type === 'announce') return effect.text !== '';
  return effect.type !== 'lines' || effect.lines.length <= LINES_HELD;
}
