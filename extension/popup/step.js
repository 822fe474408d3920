/** The popup's part on sound and picture that wait for captions. */
import { stepNotice } from '../overlay/notices.js';
import { byId, text } from '../ui/page.js';

/** @param {import('../shared/messages.js').StepState | null} state null: they do not */
export function showStep(state) {
  const said = state && stepNotice(state);
  const words = said ? text(said.key, said.detail ?? '') : '';
  const shown = byId('step-state');
  // The element is a live region: what has not changed must not be said again.
  if (shown.textContent !== words) shown.textContent = words;
}
