/** The worker's part in transcripts: who reads them, who changes them, what is kept of them. */
import { handle } from '../shared/handlers.js';
import { tellPage } from './overlays.js';
import { tabAt } from './tabs.js';

/** @typedef {import('../shared/messages.js').TranscriptNews} TranscriptNews */
/** @typedef {import('../shared/messages.js').TranscriptEdit} TranscriptEdit */

/**
 * @param {import('../shared/messages.js').OffscreenReport} report
 * @returns {report is TranscriptNews}
 */
export function isOfTranscripts(report) {
  return ['keep', 'playhead', 'recall', 'transcript', 'transcript-changes', 'unsaved'].includes(
    report.type,
  );
}

export class Transcripts {
  #offscreen;
  #views;
  #kept;
  #inner;
  /** @type {import('../shared/messages.js').SpeakerReport | null} waits until its tab's transcript is read */
  #who = null;

  /** @type {import('../shared/handlers.js').Handlers<TranscriptNews>} */
  #news = {
    keep: ({ tabId, kept }) => void this.#keep(tabId, kept),
    playhead: (news) => this.#views.tellReaders(news),
    recall: ({ tabId, key }) => void this.#recall(tabId, key),
    transcript: (news) => {
      this.#views.tellReaders(news);
      if (this.#who?.tabId === news.tabId) this.#tellWho(this.#who);
    },
    'transcript-changes': (news) => this.#views.tellReaders(news),
    unsaved: (news) => this.#views.tellReaders(news),
  };

  /**
   * @param {Pick<import('./captures.js').Captures, 'rejoin' | 'send'>} offscreen
   * @param {Pick<import('./views.js').Views, 'readTabs' | 'tellReaders'>} views
   * @param {Pick<import('./kept_sources.js').KeptSources, 'edit' | 'keep' | 'recall'>} kept
   * @param {Pick<import('./inner_frames.js').InnerFrames, 'seek'>} inner
   */
  constructor(offscreen, views, kept, inner) {
    this.#offscreen = offscreen;
    this.#views = views;
    this.#kept = kept;
    this.#inner = inner;
  }

  /** @param {TranscriptNews} news of the offscreen document */
  receive(news) {
    handle(this.#news, news);
  }

  /** @param {import('./views.js').View} view that shows another tab, or more of it */
  fill({ tabId, transcript }) {
    this.tellReaders(transcript ? tabId : null);
    if (tabId !== null) this.#offscreen.send({ type: 'show', tabId });
  }

  /** @param {number | null} whole tab whose transcript somebody reads from its beginning now */
  tellReaders(whole) {
    this.#offscreen.send({ type: 'transcripts', tabIds: this.#views.readTabs, whole });
  }

  /**
   * @param {number} tabId
   * @param {{ name: string | null, found: boolean | null }} seen on the page of its meeting
   */
  async noteSpeaking(tabId, seen) {
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'speaking', tabId, ...seen });
  }

  /** @param {import('../shared/messages.js').SpeakerReport} who the user wants to say who speaks */
  askWho(who) {
    this.#who = who;
    if (this.#views.readTabs.includes(who.tabId)) this.#tellWho(who);
  }

  /** @param {import('../shared/messages.js').SpeakerReport} who */
  #tellWho(who) {
    this.#who = null;
    this.#views.tellReaders(who);
  }

  /**
   * @param {number} tabId
   * @param {TranscriptEdit} edit
   */
  async edit(tabId, edit) {
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'edit', tabId, edit });
  }

  /**
   * @param {number} tabId whose capture is over
   * @param {string[]} media in whose lines something is changed
   * @param {TranscriptEdit} edit
   */
  async editKept(tabId, media, edit) {
    const tab = await tabAt(tabId);
    if (tab) await this.#kept.edit(tab.incognito, media, edit);
  }

  /**
   * @param {number} tabId whose transcript goes on being kept on disk, or not any longer
   * @param {boolean} saved
   */
  async save(tabId, saved) {
    // Of a private window nothing reaches the disk, whatever is asked for.
    if (saved && (await tabAt(tabId))?.incognito !== false) return;
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'save', tabId, saved });
  }

  /**
   * @param {number} tabId in which the voice is heard
   * @param {string} speaker
   * @param {string} name under which it is remembered
   */
  async remember(tabId, speaker, name) {
    if ((await tabAt(tabId))?.incognito !== false) return;
    await this.#offscreen.rejoin();
    this.#offscreen.send({ type: 'remember', tabId, speaker, name });
  }

  /**
   * @param {number} tabId whose main medium is to go to a place
   * @param {string} media if it is that one
   * @param {number} at seconds
   */
  async seek(tabId, media, at) {
    this.#inner.seek(tabId, media, at);
    await tellPage(tabId, { type: 'seek', media, at });
  }

  /**
   * @param {number} tabId
   * @param {import('../transcript/kept.js').KeptChanges[]} kept
   */
  async #keep(tabId, kept) {
    const tab = await tabAt(tabId);
    // Of a tab that is closed nobody knows any more whether it was private.
    if (tab) await this.#kept.keep(tab.incognito, kept);
  }

  /**
   * @param {number} tabId
   * @param {string} key of a medium that it plays
   */
  async #recall(tabId, key) {
    const tab = await tabAt(tabId);
    const kept = tab && (await this.#kept.recall(tab.incognito, key));
    if (kept) this.#offscreen.send({ type: 'recalled', tabId, kept });
  }
}
