/** What the toolbar button of each tab shows. */
import { clearFace, faceOf, offerControls, offerStart, showFace, showProblem } from './toolbar.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('./overlays.js').OverlayState} OverlayState */

/** Paints the button of a tab as its capture, its overlay and its last problem are. */
export class Buttons {
  /** @type {Map<number, OverlayState>} */
  #overlays = new Map();
  /** @type {Set<number>} tabs whose button shows a problem; it stays until the next attempt */
  #problems = new Set();
  #captureOf;

  /** @param {(tabId: number) => CaptureState | undefined} captureOf the latest one of a tab */
  constructor(captureOf) {
    this.#captureOf = captureOf;
  }

  /** @param {number} tabId */
  overlayOf(tabId) {
    return this.#overlays.get(tabId);
  }

  /**
   * @param {number} tabId
   * @param {OverlayState} state
   */
  noteOverlay(tabId, state) {
    this.#overlays.set(tabId, state);
  }

  /** @param {number} tabId in which captions are about to start */
  async offer(tabId) {
    this.#problems.delete(tabId);
    await offerStart(tabId);
  }

  /**
   * @param {number} tabId
   * @param {Problem} problem
   */
  async complain(tabId, problem) {
    this.#problems.add(tabId);
    await showProblem(tabId, problem);
  }

  /** @param {number} tabId whose capture is over */
  async retire(tabId) {
    this.#overlays.delete(tabId);
    if (this.#problems.has(tabId)) return;
    await offerStart(tabId);
    await clearFace(tabId);
  }

  /** @param {number} tabId */
  async paint(tabId) {
    const capture = this.#captureOf(tabId);
    if (!capture || this.#problems.has(tabId)) return;
    const overlay = this.#overlays.get(tabId) ?? 'shown';
    await showFace(tabId, faceOf(capture, overlay));
    // A state that came in the meantime has painted, or cleared, the button itself.
    if (this.#captureOf(tabId) !== capture || this.#problems.has(tabId)) return;
    const needsClick = overlay === 'not_allowed' || capture.phase.name === 'ending';
    await (needsClick ? offerStart(tabId) : offerControls(tabId, overlay));
  }
}
