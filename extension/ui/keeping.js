/** How long transcripts are kept, and how much room they take. */
import { element, LOCALE, number, text } from './page.js';

/** Days; null: until the user erases them. */
const RETENTIONS = [7, 30, 90, 365, null];

const KEY = 'history';

/**
 * @param {import('../shared/browser_storage.js').Storage} storage
 * @returns {Promise<number | null>} days
 */
export async function loadRetention({ local }) {
  const days = (await local.get(KEY))[KEY]?.days;
  return RETENTIONS.includes(days) ? days : null;
}

/**
 * @param {import('../shared/browser_storage.js').Storage} storage
 * @param {number | null} days
 */
export async function saveRetention({ local }, days) {
  await local.set({ [KEY]: { days } });
}

/**
 * Erase what is older than the user wants it to be.
 * @param {import('../shared/browser_storage.js').Storage} storage
 * @param {import('../transcript/archive.js').Archive} archive
 */
export async function forgetOld(storage, archive) {
  const days = await loadRetention(storage);
  if (days !== null) await archive.eraseOlder(days);
}

/**
 * @param {HTMLSelectElement} field
 * @param {number | null} days chosen
 */
export function fillRetention(field, days) {
  const options = RETENTIONS.map((each) => {
    const label = each === null ? text('history_forever') : text('history_days', number(each));
    return element('option', { value: String(each), textContent: label });
  });
  field.replaceChildren(...options);
  field.value = String(days);
}

/** @param {HTMLSelectElement} field @returns {number | null} days */
export function chosenRetention(field) {
  return field.value === 'null' ? null : Number(field.value);
}

/** @returns {Promise<string>} how much of what there is */
export async function usageText() {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const isSafe = await navigator.storage.persisted();
  const room = text('history_usage', bytes(usage), bytes(quota));
  return isSafe ? room : `${room} ${text('history_may_go')}`;
}

/** @param {number} count */
function bytes(count) {
  const unit = count < 1e9 ? 'megabyte' : 'gigabyte';
  const value = count / (count < 1e9 ? 1e6 : 1e9);
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 };
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, ...digits }).format(value);
}
