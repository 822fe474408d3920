/** Conversations without a browser: sources of sound, clipboard, timers and worker are the test's. */
import { FRAME_SAMPLES } from '../../../extension/audio/framing.js';
import { Conversations } from '../../../extension/offscreen/conversations.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { noTranslation } from '../translation/stand_ins.js';

/** @typedef {import('../../../extension/shared/messages.js').CaptureState} CaptureState */

/** What was waited for is done. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A promise that the test fulfils. */
export function gate() {
  /** @type {(value: void) => void} */
  let open = () => {};
  /** @type {Promise<void>} */
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** A source of sound that was opened. */
export class FakeSource {
  muted = false;
  ducked = false;
  closed = false;
  /** @type {(delayed: any) => void} */
  tell = () => {};
  /** Seconds since what was asked for last was so. */
  ago = 0;
  #closing = gate();

  /** @param {(pcm: Int16Array) => void} hear @param {() => void} lose */
  constructor(hear, lose) {
    this.hear = hear;
    this.lose = lose;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
  }

  /** @param {boolean} ducked */
  setDucked(ducked) {
    this.ducked = ducked;
  }

  close() {
    this.closed = true;
    return this.#closing.opened;
  }

  /** @type {any[]} what was asked of how it is heard */
  asked = [];

  /** @param {number | null} seconds @param {(delayed: any) => void} listener */
  async delayBy(seconds, listener) {
    this.asked.push(seconds);
    this.tell = listener;
  }

  /** @param {boolean} held @param {number} ago */
  hold(held, ago) {
    this.asked.push(held ? 'hold' : 'go on');
    this.ago = ago;
  }

  /** @param {number} ago */
  discard(ago) {
    this.asked.push('discard');
    this.ago = ago;
  }

  /** The last samples have been delivered. */
  flush() {
    this.#closing.open();
  }
}

/** Conversations, and what they see of the browser. */
export function bench() {
  /** @type {any[]} */
  let reports = [];
  /** @type {FakeSource[]} */
  const tabs = [];
  /** @type {FakeSource[]} */
  const microphones = [];
  /** @type {{ action: () => void, delayMs: number }[]} */
  const scheduled = [];
  const browser = {
    allowed: true,
    /** @type {DOMException | null} */
    refusal: null,
    clipboard: '',
    canCopy: true,
    /** Resolves when a microphone may open. */
    opening: Promise.resolve(),
    /** Resolves when a tab's sound may open. */
    openingTab: Promise.resolve(),
    /** What is done again and again. @type {(() => void)[]} */
    repeated: [],
  };
  /** @type {[id: string, isKept: boolean, after?: string | null][]} */
  const kept = [];
  let ids = 0;
  const conversations = new Conversations({
    report: (report) => reports.push(report),
    openTab: async (_streamId, onFrame, onEnded) => {
      await browser.openingTab;
      if (browser.refusal) throw browser.refusal;
      const source = new FakeSource(onFrame, onEnded);
      tabs.push(source);
      return source;
    },
    openMicrophone: async (onFrame, onEnded) => {
      await browser.opening;
      if (browser.refusal) throw browser.refusal;
      const source = new FakeSource(onFrame, onEnded);
      microphones.push(source);
      return source;
    },
    microphoneAllowed: async () => browser.allowed,
    copy: (text) => {
      if (browser.canCopy) browser.clipboard = text;
      return browser.canCopy;
    },
    schedule: (action, delayMs) => void scheduled.push({ action, delayMs }),
    repeat: (action) => {
      browser.repeated.push(action);
      return () => void browser.repeated.splice(browser.repeated.indexOf(action), 1);
    },
    newId: () => `mic-${++ids}`,
    now: () => 0,
    translation: noTranslation(),
    archivist: {
      finish: async () => {},
      savedAs: (id) => kept.find(([known, isKept]) => known === id && isKept)?.[2] ?? null,
      setKept: (now, isKept, ...after) => void kept.push([now().id, isKept, ...after]),
    },
  });
  return {
    conversations,
    browser,
    kept,
    tabs,
    microphones,
    scheduled,
    /** @param {string} type @returns {any[]} reports of a type since the last call */
    take: (type) => {
      const found = reports.filter((report) => report.type === type);
      reports = reports.filter((report) => report.type !== type);
      return found;
    },
    /** @returns {CaptureState[]} what was reported last */
    running: () => {
      conversations.publish();
      return reports.findLast(({ type }) => type === 'captures').captures;
    },
    /** @param {number} tabId @param {object} [changes] */
    begin: async (tabId, changes = {}) => {
      const session = `tab-${tabId}`;
      const page = { site: 'films.example', title: 'Films' };
      const usual = {
        options: {},
        translation: NO_WISH,
        step: /** @type {const} */ ('off'),
        visible: true,
        microphone: false,
        muted: false,
        page,
        after: null,
        knownVoices: false,
      };
      conversations.obey({ type: 'begin', session, tabId, streamId: 'x', ...usual, ...changes });
      await settled();
    },
  };
}

/** The host is there. */
export const READY = /** @type {const} */ ({ type: 'host', ready: true });
/** Silence of 100 ms. */
export const FRAME = new Int16Array(FRAME_SAMPLES);

/** @param {any[]} reports of messages to the host @param {string} [type] */
export const saidToHost = (reports, type) =>
  reports.flatMap(({ message }) => (type === undefined || message.type === type ? [message] : []));
