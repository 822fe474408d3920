/** What of a transcript goes to the clipboard. */
import { linesIn } from '../transcript/rows.js';
import { textOf } from '../transcript/copy.js';
import { text } from './page.js';
import { openMenu } from './popover.js';

/** @typedef {import('./transcript_view.js').TranscriptView} TranscriptView */

const GAP = '[…]';

/**
 * Have the browser's own key copy what is selected, also of rows that are not in the document.
 * @param {TranscriptView} view
 */
export function copySelections(view) {
  document.addEventListener('copy', (event) => {
    const copied = view.selection.copied(lookOf(view, view.reading.times), GAP);
    if (copied === null) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', copied);
  });
}

/**
 * @param {HTMLElement} button
 * @param {TranscriptView} view
 * @param {(key: string, ...details: (string | number)[]) => void} say to the user
 */
export function openCopyMenu(button, view, say) {
  const isSelected = view.selection.isSomething;
  const copyAll = (/** @type {boolean} */ times) => {
    const copied = textOf(view.rows, lookOf(view, times), GAP);
    void put(copied, linesIn(view.rows).length, say);
  };
  const copySelected = (/** @type {boolean} */ times) => {
    const copied = view.selection.copied(lookOf(view, times), GAP);
    void put(copied ?? String(getSelection()), null, say);
  };
  openMenu(button, text('panel_copy'), [
    ...(isSelected
      ? [
          { label: text('panel_copy_selected_times'), choose: () => copySelected(true) },
          { label: text('panel_copy_selected'), choose: () => copySelected(false) },
        ]
      : []),
    { label: text('panel_copy_all_times'), choose: () => copyAll(true) },
    { label: text('panel_copy_all'), choose: () => copyAll(false) },
  ]);
}

/**
 * @param {TranscriptView} view
 * @param {boolean} times
 */
function lookOf({ reading }, times) {
  return { times, translation: reading.layout !== 'none' };
}

/**
 * @param {string} copied
 * @param {number | null} lines how many
 * @param {(key: string, ...details: (string | number)[]) => void} say
 */
async function put(copied, lines, say) {
  await navigator.clipboard.writeText(copied);
  if (lines === null) say('panel_copied');
  else say('panel_copied_lines', lines);
}
