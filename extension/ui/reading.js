/** How the user reads transcripts, kept from one to the next. */
import { isRecord } from '../shared/settings.js';
import { text } from './page.js';
import { openMenu } from './popover.js';
import { USUAL_READING } from './transcript_view.js';

/** @typedef {import('./transcript_view.js').Reading} Reading */

/** @type {Reading['layout'][]} */
const LAYOUTS = ['below', 'columns', 'none'];

const KEY = 'reading';

/** @param {import('../shared/browser_storage.js').Storage} storage @returns {Promise<Reading>} */
export async function loadReading({ local }) {
  const stored = (await local.get(KEY))[KEY];
  if (!isRecord(stored)) return USUAL_READING;
  const { layout, times } = stored;
  const known = LAYOUTS.find((each) => each === layout);
  return {
    ...USUAL_READING,
    layout: known ?? USUAL_READING.layout,
    times: typeof times === 'boolean' ? times : USUAL_READING.times,
  };
}

/**
 * @param {import('../shared/browser_storage.js').Storage} storage
 * @param {Reading} reading of which what holds for one transcript alone is not kept
 */
export async function saveReading({ local }, { layout, times }) {
  await local.set({ [KEY]: { layout, times } });
}

/**
 * Open the menu in which it is changed.
 * @param {HTMLElement} button
 * @param {Reading} reading
 * @param {(reading: Reading) => void} change
 */
export function openReadingMenu(button, reading, change) {
  const { layout, markedOnly, times } = reading;
  const label = {
    below: text('panel_translation_below'),
    columns: text('panel_translation_columns'),
    none: text('panel_translation_none'),
  };
  openMenu(button, text('panel_view'), [
    ...LAYOUTS.map((each) => ({
      label: label[each],
      kind: /** @type {const} */ ('radio'),
      checked: each === layout,
      choose: () => change({ ...reading, layout: each }),
    })),
    {
      label: text('panel_times'),
      checked: times,
      choose: () => change({ ...reading, times: !times }),
    },
    {
      label: text('panel_marked_only'),
      checked: markedOnly,
      choose: () => change({ ...reading, markedOnly: !markedOnly }),
    },
  ]);
}
