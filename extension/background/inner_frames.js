/**
 * Frames of other sites in captured pages, whose media the page cannot see. They are watched where
 * the user has given the extension access to their site. What concerns all media of a page goes to
 * the page and to these frames.
 */
import { mediaOf } from './media_reports.js';
import { tellPage, unlessTabGone } from './overlays.js';

/** @typedef {import('../shared/messages.js').MediaReport} MediaReport */

export class InnerFrames {
  /** @type {Map<number, Set<chrome.runtime.Port>>} by tab */
  #ports = new Map();
  /** @type {Map<number, number>} by how much pictures are delayed, by tab */
  #delays = new Map();
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
    const delayMs = this.#delays.get(tabId) ?? null;
    if (delayMs !== null) port.postMessage({ delayMs });
    port.onMessage.addListener((/** @type {MediaReport} */ message) => {
      const media = mediaOf(message);
      if (media) this.#noteMedia(tabId, media, frameId);
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

  /**
   * @param {number} tabId whose pictures are to be shown that much later
   * @param {number | null} delayMs null: as they come
   */
  async delay(tabId, delayMs) {
    if (delayMs === null) this.#delays.delete(tabId);
    else this.#delays.set(tabId, delayMs);
    for (const port of this.#ports.get(tabId) ?? []) port.postMessage({ delayMs });
    await tellPage(tabId, { type: 'delay', delayMs });
  }

  /** @param {number[]} tabIds that are captured; others are watched no longer */
  keep(tabIds) {
    for (const [tabId, ports] of this.#ports) {
      if (tabIds.includes(tabId)) continue;
      this.#ports.delete(tabId);
      this.#delays.delete(tabId);
      for (const port of ports) port.disconnect();
    }
  }
}
