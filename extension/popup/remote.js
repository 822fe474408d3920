/** The popup's part on another machine that captions. */
import { byId, number, text } from '../ui/page.js';

/** @param {import('../shared/remote.js').RemoteState | null} remote null: this machine does */
export function showRemote(remote) {
  const words = remote ? wordsOf(remote) : '';
  const shown = byId('remote');
  shown.hidden = words === '';
  // The element is a live region: what has not changed must not be said again.
  if (shown.textContent !== words) shown.textContent = words;
}

/** @param {import('../shared/remote.js').RemoteState} remote */
function wordsOf({ name, server, roundTripMs, why }) {
  if (name === 'away') return text('popup_remote_away', server, why);
  return text('popup_remote', server, number(roundTripMs ?? 0));
}
