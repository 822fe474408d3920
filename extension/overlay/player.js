/** @typedef {import('./placement.js').Area} Area */

/** Players of other sites are frames that may fill the screen. */
const PLAYERS = 'video, iframe[allowfullscreen], iframe[allow*="fullscreen"]';

/**
 * Knows where the page's largest visible video is. It asks observers, which answer after the next
 * frame's own layout. So no extra layout is forced on the page.
 */
export class PlayerWatch {
  #changed;
  /** @type {AbortController | null} */
  #watching = null;
  #resized = new ResizeObserver(() => this.look());
  /** @type {Element | null} */
  #player = null;

  /** @param {(area: Area | null) => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Watch until `stop`. */
  start() {
    if (this.#watching) return;
    this.#watching = new AbortController();
    const options = { signal: this.#watching.signal, passive: true, capture: true };
    document.addEventListener('scrollend', () => this.look(), options);
    document.addEventListener('loadedmetadata', () => this.look(), options);
    this.look();
  }

  stop() {
    this.#watching?.abort();
    this.#watching = null;
    this.#follow(null);
  }

  /** Look again, if watching. `changed` is called with the next frame. */
  look() {
    if (!this.#watching) return;
    if (document.fullscreenElement) {
      this.#changed({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
      return;
    }
    const players = playersIn(document);
    if (players.length === 0) return this.#found(undefined);
    const observer = new IntersectionObserver((entries) => {
      observer.disconnect();
      const sizes = entries.map(({ intersectionRect: { width, height } }) => width * height);
      const largest = Math.max(...sizes);
      this.#found(largest > 0 ? entries[sizes.indexOf(largest)] : undefined);
    });
    for (const player of players) observer.observe(player);
  }

  /** @param {IntersectionObserverEntry | undefined} entry */
  #found(entry) {
    if (!this.#watching) return;
    this.#follow(entry?.target ?? null);
    this.#changed(entry ? entry.boundingClientRect : null);
  }

  /** @param {Element | null} player */
  #follow(player) {
    if (player === this.#player) return;
    this.#resized.disconnect();
    this.#player = player;
    if (player) this.#resized.observe(player);
  }
}

/**
 * @param {Document | ShadowRoot} root
 * @returns {Element[]} players; those in open shadow roots only where there are no others
 */
function playersIn(root) {
  const players = [...root.querySelectorAll(PLAYERS)];
  if (players.length > 0) return players;
  return [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) =>
    // `shadowRoot` of a form is its field of that name, if it has one.
    shadowRoot instanceof ShadowRoot ? playersIn(shadowRoot) : [],
  );
}
