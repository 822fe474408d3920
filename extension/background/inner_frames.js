/**
 * Frames of other sites in captured pages, whose media the page cannot see. They are watched where
 * the user has given the extension access to their site.
 */
import { isPlayhead } from '../transcript/timeline.js';
import { unlessTabGone } from './overlays.js';

/** @typedef {import('../shared/messages.js').MediaReport} MediaReport */

export class InnerFrames {
  /** @type {Map<number, Set<chrome.runtime.Port>>} by tab */
  #ports = new Map();
  #noteMedia;

  /** @param {(tabId: number, report: MediaReport, frame: number) => void} noteMedia */
  constructor(noteMedia) {
    this.#noteMedia = noteMedia;
  }

  /** @param {number} tabId whose frames are to be watched, as far as they are there */
  async watch(tabId) {
    const target = { tabId, allFrames: true };
    const files = ['overlay/inner_loader.js'];
    await unlessTabGone(chrome.scripting.executeScript({ target, files }), /Cannot access/);
  }

  /** @param {chrome.runtime.Port} port of a frame that is watched */
  accept(port) {
    const { tab, frameId = 0 } = port.sender ?? {};
    const tabId = tab?.id;
    if (tabId === undefined) return;
    const ports = this.#ports.get(tabId) ?? new Set();
    this.#ports.set(tabId, ports.add(port));
    port.onMessage.addListener((/** @type {MediaReport} */ { paused, playhead }) => {
      const isKnown = paused === null || typeof paused === 'boolean';
      if (!isKnown || (playhead !== null && !isPlayhead(playhead))) return;
      this.#noteMedia(tabId, { paused, playhead }, frameId);
    });
    port.onDisconnect.addListener(() => {
      if (ports.delete(port)) this.#noteMedia(tabId, { paused: null, playhead: null }, frameId);
    });
  }

  /**
   * Have the frame with a medium go to a place in it.
   * @param {number} tabId
   * @param {string} media
   * @param {number} at seconds
   */
  seek(tabId, media, at) {
    for (const port of this.#ports.get(tabId) ?? []) port.postMessage({ media, at });
  }

  /** @param {number[]} tabIds that are captured; others are watched no longer */
  keep(tabIds) {
    for (const [tabId, ports] of this.#ports) {
      if (tabIds.includes(tabId)) continue;
      this.#ports.delete(tabId);
      for (const port of ports) port.disconnect();
    }
  }
}
