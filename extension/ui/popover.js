/** What opens at a button: a menu, or a small form. It closes by Escape and by a click elsewhere. */
import { element } from './page.js';

/** Distance from the button, and from the window's upper and lower edges, CSS pixels. */
const MARGIN_PX = 4;

/** Distance from the window's other edges: that of the text on the page. */
const SIDE_PX = 12;

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {() => void} choose
 * @property {boolean} [checked] whether it is on; undefined: it is nothing that can be on
 * @property {'radio' | 'checkbox'} [kind] of what can be on
 */

/**
 * Open a menu.
 * @param {HTMLElement} button
 * @param {string} label of the menu
 * @param {readonly Item[]} items
 */
export function openMenu(button, label, items) {
  const menu = element('div', { className: 'menu', role: 'menu', ariaLabel: label });
  const close = openBeside(button, menu);
  for (const item of items) menu.append(makeItem(item, button, close));
  menu.addEventListener('keydown', (event) => moveIn(menu, event));
  place(menu, button);
  itemsOf(menu)[0]?.focus();
}

/**
 * Show an element beside a button until it is left.
 * @param {HTMLElement} button
 * @param {HTMLElement} content
 * @returns {() => void} closes it
 */
export function openBeside(button, content) {
  content.popover = 'auto';
  // Who goes from landmark to landmark finds it there.
  (document.querySelector('main') ?? document.body).append(content);
  button.ariaExpanded = 'true';
  content.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    button.ariaExpanded = 'false';
    content.remove();
  });
  content.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    // The browser would close the extension's whole popup with it.
    event.preventDefault();
    content.hidePopover();
  });
  content.showPopover();
  place(content, button);
  return () => content.hidePopover();
}

/**
 * @param {HTMLElement} content
 * @param {HTMLElement} button
 */
export function place(content, button) {
  const anchor = button.getBoundingClientRect();
  const { width, height } = content.getBoundingClientRect();
  const isRight = getComputedStyle(button).direction === 'rtl';
  const left = isRight ? anchor.right - width : anchor.left;
  const most = innerWidth - width - SIDE_PX;
  content.style.left = `${Math.max(SIDE_PX, Math.min(left, most))}px`;
  const below = anchor.bottom + MARGIN_PX;
  const fits = below + height <= innerHeight - MARGIN_PX;
  const above = anchor.top - height - MARGIN_PX;
  const top = fits || above < MARGIN_PX ? Math.min(below, innerHeight - height - MARGIN_PX) : above;
  content.style.top = `${Math.max(MARGIN_PX, top)}px`;
}

/**
 * @param {Item} item
 * @param {HTMLElement} button to which the focus goes back
 * @param {() => void} close
 */
function makeItem({ label, choose, checked, kind = 'checkbox' }, button, close) {
  const role = checked === undefined ? 'menuitem' : `menuitem${kind}`;
  const made = element('button', { type: 'button', role, textContent: label, tabIndex: -1 });
  if (checked !== undefined) made.ariaChecked = String(checked);
  made.addEventListener('click', () => {
    close();
    button.focus();
    choose();
  });
  return made;
}

/**
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 */
function moveIn(menu, event) {
  const items = itemsOf(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  /** @type {Record<string, number>} */
  const targets = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  if (event.key === 'Tab') return menu.hidePopover();
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  items[(target + items.length) % items.length]?.focus();
}

/** @param {HTMLElement} menu */
function itemsOf(menu) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (menu.querySelectorAll('[role^=menuitem]'))];
}
