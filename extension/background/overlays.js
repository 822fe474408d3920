/** The overlays in the pages: put there, spoken to, and lost at every navigation. */

/** @typedef {import('../shared/messages.js').FrameMessage} FrameMessage */
/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */
/** @typedef {import('../shared/messages.js').PlaceMessage} PlaceMessage */

/**
 * Whether a tab's page shows captions. `not_allowed`: a click on the extension would allow it;
 * `hampered`: it takes them away again and again.
 * @typedef {'shown' | 'not_allowed' | 'not_scriptable' | 'hampered'} OverlayState
 */

/**
 * Chrome's texts for a tab that was closed, or has no overlay (any more). Its errors carry no code,
 * so their text has to be matched.
 */
const NOBODY_THERE =
  /No tab with id|The tab was closed|Receiving end does not exist|message port closed|Frame with ID 0 was removed|back\/forward cache/;

/** Chrome's texts for a page that needs a click or a permission. */
const NOT_ALLOWED = /Cannot access contents of/;

/**
 * A click permits the extension to inject into the tab's page. Chrome tells the page's process so
 * at the same time as it injects. About one injection in a hundred arrives first and is refused; it
 * succeeds when it is tried again.
 * https://developer.chrome.com/docs/extensions/develop/concepts/activeTab
 */
const TRY_AGAIN_MS = [20, 100, 400];

/** The port of a frame that captions are drawn in has this name, followed by a secret. */
const FRAME_PORT = 'frame ';

/** A frame that was asked for opens a port within this time. */
const FRAME_WITHIN_MS = 2_000;

/** A page that removes the frame again and again must not keep the extension busy. */
const FRAME_AGAIN_MS = 1_000;

/** What is double-clicked is a word, or what stands for one where none are written apart. */
const LONGEST_WORD = 200;

/** One that has removed so many in so short a time has its way. */
const LOSSES = 6;
const LOSSES_WITHIN_MS = 20_000;

/**
 * @typedef {object} OverlaysListener
 * @property {(tabId: number) => Promise<OverlayMessage>} greet what an overlay must know first
 * @property {(tabId: number) => void} opened it is there and knows that
 * @property {(tabId: number) => void} lost its frame is gone, or has not come
 * @property {(tabId: number) => void} hampered its page removes every frame
 * @property {(tabId: number, asked: FrameMessage) => void} asked the user asks for something in it
 */

/**
 * A frame that captions are drawn in.
 * @typedef {object} Frame
 * @property {chrome.runtime.Port} port
 * @property {boolean} greeted whether it knows what it must know first
 */

/**
 * A frame that was asked for.
 * @typedef {object} Expected
 * @property {string} secret by which it will be known
 * @property {number} askedAt ms
 * @property {ReturnType<typeof setTimeout>} overdue
 */

/**
 * All overlays. Captions are drawn in a frame of the extension in the page, because a page can read
 * what is drawn in itself. Its text goes to that frame alone. Where a page runs no scripts, none
 * would run in the frame either, and none can read: captions are drawn in the page there.
 */
export class Overlays {
  /** @type {Map<number, Frame>} by tab */
  #frames = new Map();
  /** @type {Map<number, Expected>} by tab */
  #expected = new Map();
  /** @type {Map<number, number[]>} when frames were lost last, by tab */
  #losses = new Map();
  /** @type {Set<number>} tabs whose page runs no scripts */
  #scriptless = new Set();
  #listener;

  /** @param {OverlaysListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /**
   * Put the overlay into the tab's page. If it is there already, it is greeted again.
   * @param {number} tabId
   * @returns {Promise<OverlayState>}
   */
  async inject(tabId) {
    const tab = await chrome.tabs.get(tabId).catch(() => null);
    // An extension may not inject into its own pages. The first page shows its captions itself.
    if (tab?.url?.startsWith(chrome.runtime.getURL('welcome/'))) return 'shown';
    const state = await load(tabId);
    if (state === 'shown') await this.#open(tabId);
    return state;
  }

  /**
   * @param {number} tabId
   * @param {OverlayMessage} message passed over while there is no overlay: it gets a snapshot
   */
  async tell(tabId, message) {
    const frame = this.#frames.get(tabId);
    if (frame?.greeted) frame.port.postMessage(message);
    else if (this.#scriptless.has(tabId)) await tellPage(tabId, message);
  }

  /** @param {number} tabId in which there will be no captions */
  close(tabId) {
    this.#expect(tabId, null);
    this.#frames.get(tabId)?.port.disconnect();
    this.#frames.delete(tabId);
    this.#losses.delete(tabId);
  }

  /**
   * Take the port of a frame, unless a page has put it there.
   * @param {chrome.runtime.Port} port
   */
  async accept(port) {
    const tabId = port.sender?.tab?.id;
    const secret = port.name.slice(FRAME_PORT.length);
    const expected = tabId === undefined ? undefined : this.#expected.get(tabId);
    if (tabId === undefined || expected?.secret !== secret) return port.disconnect();
    this.#expect(tabId, null);
    const frame = { port, greeted: false };
    this.#frames.set(tabId, frame);
    const isGone = () => this.#frames.get(tabId) !== frame;
    port.onDisconnect.addListener(() => {
      if (isGone()) return;
      this.#frames.delete(tabId);
      const wait = expected.askedAt + FRAME_AGAIN_MS - Date.now();
      setTimeout(() => this.#lose(tabId), Math.max(0, wait));
    });
    port.onMessage.addListener((message) => {
      if (isAsked(message)) this.#listener.asked(tabId, message);
    });
    const greeting = await this.#listener.greet(tabId);
    if (isGone()) return;
    port.postMessage(greeting);
    frame.greeted = true;
    this.#listener.opened(tabId);
  }

  /** @param {number} tabId whose page listens */
  async #open(tabId) {
    if (await runsNoScripts(tabId)) {
      this.#scriptless.add(tabId);
      await tellPage(tabId, { type: 'no-frame' });
      await this.#greet(tabId);
      return;
    }
    this.#scriptless.delete(tabId);
    const frame = this.#frames.get(tabId);
    if (frame) {
      if (frame.greeted) await this.#greet(tabId);
      return;
    }
    // The page may not have received it, or its frame be on the way.
    const secret = this.#expected.get(tabId)?.secret ?? crypto.randomUUID();
    this.#expect(tabId, secret);
    await tellPage(tabId, { type: 'frame', secret });
  }

  /**
   * @param {number} tabId
   * @param {string | null} secret null: no frame is expected any longer
   */
  #expect(tabId, secret) {
    clearTimeout(this.#expected.get(tabId)?.overdue);
    this.#expected.delete(tabId);
    if (secret === null) return;
    const overdue = setTimeout(() => this.#lose(tabId), FRAME_WITHIN_MS);
    this.#expected.set(tabId, { secret, askedAt: Date.now(), overdue });
  }

  /** @param {number} tabId whose frame is gone, or has not come */
  #lose(tabId) {
    const since = Date.now() - LOSSES_WITHIN_MS;
    const losses = [...(this.#losses.get(tabId) ?? []), Date.now()].filter((at) => at > since);
    this.#losses.set(tabId, losses);
    if (losses.length < LOSSES) return this.#listener.lost(tabId);
    this.#expect(tabId, null);
    this.#listener.hampered(tabId);
  }

  /** @param {number} tabId */
  async #greet(tabId) {
    await this.tell(tabId, await this.#listener.greet(tabId));
    this.#listener.opened(tabId);
  }
}

/**
 * @param {any} message of a frame that the extension has opened
 * @returns {message is FrameMessage}
 */
function isAsked(message) {
  const { type, word, language, into, line, speaker } = message ?? {};
  if (type === 'who') return Number.isInteger(line) && isShort(speaker);
  const areCodes = [language, into].every((code) => code === null || isShort(code));
  return type === 'look-up' && isShort(word) && areCodes;
}

/** @param {unknown} value */
function isShort(value) {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_WORD;
}

/**
 * @param {number} tabId
 * @returns {Promise<OverlayState>}
 */
async function load(tabId) {
  const injection = { target: { tabId }, files: ['overlay/loader.js'] };
  for (const delay of [...TRY_AGAIN_MS, null]) {
    const refusal = await refusalOf(chrome.scripting.executeScript(injection));
    if (refusal === null) return 'shown';
    if (!NOT_ALLOWED.test(refusal)) return 'not_scriptable';
    if (delay !== null) await new Promise((resolve) => setTimeout(resolve, delay));
  }
  return 'not_allowed';
}

/**
 * @param {number} tabId
 * @returns {Promise<boolean>} whether the page is in a sandbox without scripts
 */
async function runsNoScripts(tabId) {
  const target = { tabId };
  const asked = chrome.scripting.executeScript({ target, world: 'MAIN', func: () => true });
  // Chrome says nothing else of a script that did not run.
  const [answer] = await asked.catch(() => []);
  return answer !== undefined && answer.result !== true;
}

/**
 * @param {number} tabId
 * @param {PlaceMessage} message to the overlay's part in the page
 */
export async function tellPage(tabId, message) {
  await unlessTabGone(chrome.tabs.sendMessage(tabId, message, { frameId: 0 }));
}

/**
 * Wait for what was meant for a tab. Tabs close and navigate at any moment, and then it is moot.
 * @param {Promise<unknown>} outcome
 * @param {RegExp} [expected] another refusal that does not matter
 */
export async function unlessTabGone(outcome, expected = NOBODY_THERE) {
  const refusal = await refusalOf(outcome);
  if (refusal === null || NOBODY_THERE.test(refusal) || expected.test(refusal)) return;
  throw new Error(refusal);
}

/**
 * @param {Promise<unknown>} outcome of a call to Chrome, whose refusals have nothing but a text
 * @returns {Promise<string | null>}
 */
function refusalOf(outcome) {
  return outcome.then(
    () => null,
    (/** @type {Error} */ error) => error.message,
  );
}
