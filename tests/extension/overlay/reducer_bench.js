/** An overlay without a page: the test's messages in, what would be seen out. */
import assert from 'node:assert/strict';
import * as announcer from '../../../extension/overlay/announcer.js';
import * as bilingual from '../../../extension/overlay/bilingual.js';
import * as notices from '../../../extension/overlay/notices.js';
import { OverlayReducer } from '../../../extension/overlay/reducer.js';
import * as replay from '../../../extension/overlay/replay.js';
import * as steady from '../../../extension/overlay/steady.js';
import * as captionRules from '../../../extension/shared/captions.js';
import * as settings from '../../../extension/shared/settings.js';
import * as speakers from '../../../extension/shared/speakers.js';
import * as swearwords from '../../../extension/shared/swearwords.js';
import * as filters from '../../../extension/shared/text_filters.js';
import * as translations from '../../../extension/shared/translation_rules.js';

/** @typedef {import('../../../extension/overlay/steps.js').OverlayEffect} OverlayEffect */
/** @typedef {import('../../../extension/overlay/steps.js').OverlayEvent} OverlayEvent */
/** @typedef {import('../../../extension/overlay/steps.js').TimerName} TimerName */
/** @typedef {import('../../../extension/shared/messages.js').PhaseName} PhaseName */
/** @typedef {import('../../../extension/shared/settings.js').SiteSettings} SiteSettings */

const RULES = {
  announcer,
  bilingual,
  captions: captionRules,
  filters,
  notices,
  replay,
  settings,
  speakers,
  steady,
  swearwords,
  translations,
};

/** @param {PhaseName} name @param {object} [more] */
export const phase = (name, more = {}) => ({ name, lagMs: 0, skippedMs: 0, ...more });

/** An overlay without a page: time passes, and what it does is written down. */
export function bench() {
  const words = { you: 'You:', numbered: (/** @type {string} */ n) => `Speaker ${n}:` };
  const reducer = new OverlayReducer(RULES, words, 'en');
  let state = reducer.initial();
  let now = 0;
  let chosen = settings.settingsFor(settings.DEFAULTS, null);
  /** @type {Map<TimerName, number>} */
  const timers = new Map();
  /** @type {OverlayEffect[]} */
  let done = [];
  /** What the page shows. @type {{ text: string[], notice: string | null, spoken: string[] }} */
  const page = { text: [], notice: null, spoken: [] };

  /** @param {OverlayEffect} effect */
  function perform(effect) {
    done.push(effect);
    if (effect.type === 'lines') {
      page.text = effect.lines.map(({ label, texts }) => {
        const shown = texts.map(({ committed, draft }) => committed + draft).join(' | ');
        return `${label} ${shown}`.trim();
      });
    } else if (effect.type === 'notice') {
      page.notice = effect.notice?.key ?? null;
    } else if (effect.type === 'announce') {
      page.spoken.push(effect.text);
    } else if (effect.type === 'dismiss') {
      Object.assign(page, { text: [], notice: null });
    } else if (effect.type === 'timer') {
      timers.delete(effect.timer);
      if (effect.afterMs !== null) timers.set(effect.timer, now + effect.afterMs);
    }
  }

  /** @param {OverlayEvent} event */
  function receive(event) {
    const before = structuredClone({ ...state, filter: null });
    const next = reducer.reduce(state, event, now);
    assert.deepEqual({ ...state, filter: null }, before, 'the state before was changed');
    state = next.state;
    next.effects.forEach(perform);
  }

  return {
    page,
    receive,
    /** @returns {OverlayEffect[]} since the last call, timers and lines left out */
    takeDone: () => {
      const told = done.filter(({ type }) => type !== 'timer' && type !== 'lines');
      done = [];
      return told;
    },
    /** @param {number} ms */
    pass: (ms) => {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].sort(([, a], [, b]) => a - b);
        if (!next || next[1] > end) break;
        timers.delete(next[0]);
        now = next[1];
        receive({ type: 'timer', timer: next[0] });
      }
      now = end;
    },
    /** @param {Partial<SiteSettings>} changes */
    choose: (changes) => {
      chosen = { ...chosen, ...changes };
      const positions = { windowed: null, fullscreen: null };
      receive({ type: 'settings', settings: chosen, positions });
    },
    /** @param {string} session @param {object} [changes] */
    snapshot: (session, changes = {}) => {
      const usual = { model: captionRules.EMPTY_MODEL, phase: phase('listening') };
      receive({ type: 'snapshot', session, microphone: 'off', ...usual, ...changes });
    },
    /** @param {PhaseName} name @param {object} [more] */
    goTo: (name, more) => receive({ type: 'phase', session: 's', phase: phase(name, more) }),
    /** @param {import('../../../extension/shared/messages.js').MicrophoneState} microphone */
    microphone: (microphone) => receive({ type: 'microphone', session: 's', microphone }),
  };
}
