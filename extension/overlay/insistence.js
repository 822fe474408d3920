/** After how many milliseconds the popover is shown again, each time that a page hides it. */
const SHOW_AFTER_MS = [0, 250, 500, 1_000, 2_000];

/** A page that has left it alone for so long begins a new count. */
const FORGIVEN_AFTER_MS = 60_000;

/**
 * Shows a popover again that its page has hidden: by its `popover` attribute, or by `hidePopover()`.
 * A page that keeps at it has its way.
 */
export class Insistence {
  #host;
  #isWanted;
  #show;
  #giveUp;
  #count = 0;
  #hiddenAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} host the popover
   * @param {() => boolean} isWanted whether it is to be seen
   * @param {() => void} show
   * @param {() => void} giveUp the page keeps at it
   */
  constructor(host, isWanted, show, giveUp) {
    this.#host = host;
    this.#isWanted = isWanted;
    this.#show = show;
    this.#giveUp = giveUp;
    new MutationObserver(() => this.#look()).observe(host, { attributes: true });
    host.addEventListener('toggle', () => this.#look());
  }

  /** Whether the page has its way. */
  get hasGivenUp() {
    const isRecent = performance.now() - this.#hiddenAt < FORGIVEN_AFTER_MS;
    return isRecent && this.#count > SHOW_AFTER_MS.length;
  }

  #look() {
    if (!this.#isWanted() || this.#host.matches(':popover-open') || this.hasGivenUp) return;
    const now = performance.now();
    if (now - this.#hiddenAt >= FORGIVEN_AFTER_MS) this.#count = 0;
    this.#hiddenAt = now;
    const wait = SHOW_AFTER_MS[this.#count];
    this.#count += 1;
    clearTimeout(this.#timer);
    if (wait === undefined) return this.#giveUp();
    this.#timer = setTimeout(() => this.#again(), wait);
  }

  #again() {
    if (!this.#isWanted()) return;
    this.#host.popover = 'manual';
    this.#show();
  }
}
