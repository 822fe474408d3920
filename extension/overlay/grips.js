/** @typedef {import('./placement.js').Place} Place */
/** @typedef {'move' | 'left' | 'right'} Grip */

/**
 * Who has the captions moved.
 * @typedef {object} Mover
 * @property {() => Place} begin where they are
 * @property {(place: Place) => void} move
 * @property {() => void} end keep them there
 * @property {() => void} reset let them stand by themselves
 */

/** A press of an arrow key, in pixels; with Shift it is more. */
const STEP = 16;
const LEAP = 96;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Events of which the page need not know that they happened over its content. */
const OWN = [
  'pointerdown',
  'pointerup',
  'pointermove',
  'mousedown',
  'mouseup',
  'click',
  'dblclick',
];

/** What the captions are dragged and widened by: the only parts that feel pointer and keys. */
export class Grips {
  #mover;
  #placement;

  /**
   * @param {Mover} mover
   * @param {Pick<typeof import('./placement.js'), 'moved' | 'pulled'>} placement
   * @param {Record<Grip, string>} labels for screen readers
   */
  constructor(mover, placement, labels) {
    this.#mover = mover;
    this.#placement = placement;
    this.elements = /** @type {Grip[]} */ (['move', 'left', 'right']).map((grip) =>
      this.#create(grip, labels[grip]),
    );
  }

  /**
   * @param {Grip} grip
   * @param {string} label
   */
  #create(grip, label) {
    const button = document.createElement('button');
    button.className = `grip ${grip}`;
    button.ariaLabel = label;
    for (const type of OWN) button.addEventListener(type, (event) => event.stopPropagation());
    // What has the focus in the page keeps it.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('pointerdown', (event) => this.#drag(button, grip, event));
    button.addEventListener('dblclick', () => this.#mover.reset());
    button.addEventListener('keydown', (event) => this.#press(grip, event));
    return button;
  }

  /**
   * @param {HTMLElement} button
   * @param {Grip} grip
   * @param {PointerEvent} down
   */
  #drag(button, grip, down) {
    if (down.button !== 0) return;
    button.setPointerCapture(down.pointerId);
    const ended = new AbortController();
    const { signal } = ended;
    /** @type {Place | null} a click alone, perhaps the first half of a double one, moves nothing */
    let from = null;
    button.addEventListener(
      'pointermove',
      ({ clientX, clientY }) => {
        from ??= this.#mover.begin();
        this.#mover.move(this.#changed(grip, from, clientX - down.clientX, clientY - down.clientY));
      },
      { signal },
    );
    const end = () => {
      ended.abort();
      if (from) this.#mover.end();
    };
    for (const type of ['pointerup', 'pointercancel'])
      button.addEventListener(type, end, { signal });
  }

  /**
   * @param {Grip} grip
   * @param {KeyboardEvent} event
   */
  #press(grip, event) {
    const [x, y] = ARROWS[event.key] ?? [0, 0];
    const isReset = event.key === 'Home';
    if (!isReset && x === 0 && y === 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (isReset) return this.#mover.reset();
    const step = event.shiftKey ? LEAP : STEP;
    this.#mover.move(this.#changed(grip, this.#mover.begin(), x * step, y * step));
    this.#mover.end();
  }

  /**
   * @param {Grip} grip
   * @param {Place} from
   * @param {number} dx
   * @param {number} dy
   */
  #changed(grip, from, dx, dy) {
    return grip === 'move'
      ? this.#placement.moved(from, dx, dy)
      : this.#placement.pulled(from, grip, dx);
  }
}
