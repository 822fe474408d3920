/** Files that the host makes of transcripts. */
import { exportRequests } from '../transcript/export.js';
import { ask, element } from './page.js';

/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/messages.js').ViewMessage} ViewMessage */
/** @typedef {import('../transcript/export.js').ExportRequest} ExportRequest */

/**
 * For the next part. The host writes 10,000 lines in some seconds; it may be starting, or busy with
 * captions.
 */
const PATIENCE_MS = 30_000;

/**
 * A file that is being made.
 * @typedef {object} Pending
 * @property {string} request
 * @property {string[]} parts
 * @property {string} name
 * @property {ReturnType<typeof setTimeout>} patience
 * @property {(result: MadeFile | Problem) => void} settle
 */

/** @typedef {{ name: string, text: string }} MadeFile */

/** @type {Record<string, string>} */
const TYPES = {
  csv: 'text/csv',
  json: 'application/json',
  md: 'text/markdown',
  srt: 'application/x-subrip',
  txt: 'text/plain',
  vtt: 'text/vtt',
};

/** Asks for one file at a time. */
export class Exporter {
  /** @type {Pending | null} */
  #pending = null;
  /** One that was replaced ends a little later than the next one begins. */
  #running = 0;
  #watchedBefore = false;
  #line;

  /** @param {Pick<import('./page.js').WorkerLine, 'tellHost' | 'watch' | 'watchesHost'>} line to the worker */
  constructor(line) {
    this.#line = line;
  }

  /**
   * @param {Omit<ExportRequest, 'type' | 'lines' | 'last' | 'request'>} head
   * @param {readonly import('../transcript/export.js').ExportLine[]} lines
   * @returns {Promise<MadeFile | Problem>} the problem says why there is no file
   */
  async make(head, lines) {
    // The host is kept as long as somebody watches it.
    if (this.#running === 0) this.#watchedBefore = this.#line.watchesHost;
    this.#running += 1;
    this.#line.watch({ host: true });
    const made = (await ask({ type: 'check' })) ?? (await this.#ask(head, lines));
    this.#running -= 1;
    if (this.#running === 0) this.#line.watch({ host: this.#watchedBefore });
    return made;
  }

  /**
   * @param {Omit<ExportRequest, 'type' | 'lines' | 'last' | 'request'>} head
   * @param {readonly import('../transcript/export.js').ExportLine[]} lines
   * @returns {Promise<MadeFile | Problem>}
   */
  async #ask(head, lines) {
    this.#settle({ code: 'export_replaced', message: '', hint: '' });
    const request = crypto.randomUUID();
    /** @type {Promise<MadeFile | Problem>} */
    const made = new Promise((resolve) => {
      this.#pending = { request, parts: [], name: '', patience: this.#wait(), settle: resolve };
    });
    for (const message of exportRequests({ ...head, request }, lines)) {
      this.#line.tellHost(message);
    }
    return made;
  }

  /** Give up unless something comes. */
  #wait() {
    return setTimeout(
      () => this.#settle({ code: 'export_timeout', message: '', hint: '' }),
      PATIENCE_MS,
    );
  }

  /** @param {ViewMessage} message */
  receive(message) {
    if (message.type !== 'from-host' || !this.#pending) return;
    const said = message.message;
    if (said.type === 'exported' && said.request === this.#pending.request) {
      this.#pending.parts.push(said.text);
      this.#pending.name ||= said.file_name ?? '';
      clearTimeout(this.#pending.patience);
      this.#pending.patience = this.#wait();
      if (!said.last) return;
      const { name, parts } = this.#pending;
      this.#settle({ name, text: parts.join('') });
    } else if (said.type === 'error' && said.request === 'export') {
      this.#settle({ code: said.code, message: said.message, hint: said.hint });
    }
  }

  /** @param {MadeFile | Problem} result */
  #settle(result) {
    clearTimeout(this.#pending?.patience);
    this.#pending?.settle(result);
    this.#pending = null;
  }
}

/**
 * Put a file where the browser puts downloads.
 * @param {MadeFile} file
 */
export function saveFile({ name, text }) {
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  const blob = new Blob([text], { type: `${type};charset=utf-8` });
  const link = element('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  // The browser has the file only after it has asked where to put it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
