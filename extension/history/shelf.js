/** The list of saved transcripts, by site, and what was found in them. */
import { clockTime } from '../transcript/clock.js';
import { element, LOCALE, number, text } from '../ui/page.js';

/** @typedef {import('../transcript/archive.js').Saved} Saved */
/** @typedef {import('../transcript/find.js').Found} Found */

/**
 * @typedef {object} ShelfListener
 * @property {(id: string, line: string | null) => void} open a transcript, at a line
 * @property {(saved: Saved) => void} erase
 */

/** Found lines that are shown of each transcript. */
const FOUND_SHOWN = 5;

/**
 * @param {readonly Saved[]} sessions the newest first
 * @param {string | null} current id of the one that is open
 * @param {ReadonlyMap<string, Found> | null} found by id; null: nothing is looked for
 * @param {ShelfListener} listener
 * @returns {Node[]}
 */
export function shelfOf(sessions, current, found, listener) {
  const shown = found ? sessions.filter(({ id }) => found.has(id)) : sessions;
  const sites = [...new Set(shown.map(({ site }) => site))];
  return sites.map((site) => {
    const own = shown.filter((saved) => saved.site === site);
    const heading = element('h2', { className: 'site' }, site || text('history_no_site'));
    const list = element('ul');
    for (const saved of own) {
      list.append(itemOf(saved, saved.id === current, found?.get(saved.id) ?? null, listener));
    }
    return element('div', {}, heading, list);
  });
}

/** @param {number} wall Date.now() */
export function dayOf(wall) {
  const format = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
  return format.format(new Date(wall));
}

/**
 * @param {Saved} saved
 * @returns {string} when, and how much
 */
export function factsOf({ began, lines }) {
  const count = lines === 1 ? text('history_line') : text('history_lines', number(lines));
  return `${dayOf(began)} · ${count}`;
}

/** @param {Saved} saved @returns {string} */
export function titleOf({ title, site }) {
  return title || site || text('history_no_title');
}

/**
 * @param {Saved} saved
 * @param {boolean} isCurrent
 * @param {Found | null} found
 * @param {ShelfListener} listener
 */
function itemOf(saved, isCurrent, found, listener) {
  const open = element('button', { type: 'button', className: 'open' });
  open.append(
    element('span', {}, titleOf(saved)),
    element('span', { className: 'small soft' }, factsOf(saved)),
  );
  if (isCurrent) open.ariaCurrent = 'true';
  open.addEventListener('click', () => listener.open(saved.id, null));
  const erase = element('button', { type: 'button', className: 'erase' }, '✕');
  erase.ariaLabel = text('history_erase_one', titleOf(saved));
  erase.title = text('history_erase');
  erase.addEventListener('click', () => listener.erase(saved));
  const row = element('div', { className: 'session' }, open, erase);
  return element('li', {}, row, ...(found ? [foundIn(saved, found, listener)] : []));
}

/**
 * @param {Saved} saved
 * @param {Found} found
 * @param {ShelfListener} listener
 */
function foundIn({ id }, { lines, count }, listener) {
  const list = element('ul', { className: 'found' });
  for (const { entry, time, before, hit, after } of lines.slice(0, FOUND_SHOWN)) {
    const at = time === null ? '' : `${clockTime(time)} `;
    const go = element('button', { type: 'button' }, at, before, element('mark', {}, hit), after);
    go.addEventListener('click', () => listener.open(id, entry));
    list.append(element('li', {}, go));
  }
  const more = count - Math.min(lines.length, FOUND_SHOWN);
  if (more > 0)
    list.append(element('li', { className: 'small soft' }, text('history_more', number(more))));
  return list;
}
