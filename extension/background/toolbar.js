/** The toolbar button: badge, title, and a popup when something is wrong. */
import { unlessTabGone } from './overlays.js';

/** @typedef {import('../shared/messages.js').CaptureState} CaptureState */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('./overlays.js').OverlayState} OverlayState */

/**
 * @typedef {object} Face
 * @property {string} badge
 * @property {string} color
 * @property {string} title key of the user's text
 * @property {string} [detail] for the text's placeholder
 */

const GREY = '#5f6368';
const GREEN = '#1e7e34';
const AMBER = '#b06000';
const RED = '#b3261e';

/** @type {Record<Exclude<import('../shared/messages.js').PhaseName, 'lagging'>, Face>} */
const FACES = {
  connecting: { badge: '…', color: GREY, title: 'title_connecting' },
  loading: { badge: '…', color: GREY, title: 'title_loading' },
  listening: { badge: 'on', color: GREEN, title: 'title_listening' },
  reconnecting: { badge: '…', color: AMBER, title: 'title_reconnecting' },
  ending: { badge: '…', color: GREY, title: 'title_ending' },
};

/**
 * How a running capture looks on the button.
 * @param {Pick<CaptureState, 'phase' | 'microphone'>} capture
 * @param {OverlayState} overlay
 * @returns {Face}
 */
export function faceOf({ phase, microphone }, overlay) {
  if (overlay === 'not_allowed') return { badge: '↻', color: AMBER, title: 'title_click_again' };
  // That somebody listens to the user matters more than how far captions are.
  if (microphone === 'on') {
    const color = phase.name === 'listening' ? GREEN : AMBER;
    return { badge: 'mic', color, title: 'title_microphone' };
  }
  if (overlay === 'not_scriptable') return { badge: '∅', color: AMBER, title: 'title_no_overlay' };
  if (overlay === 'hampered') return { badge: '∅', color: AMBER, title: 'title_hampered' };
  if (phase.name !== 'lagging') return FACES[phase.name];
  const seconds = Math.round(phase.lagMs / 1000);
  return { badge: `${seconds}s`, color: AMBER, title: 'title_lagging', detail: String(seconds) };
}

/**
 * @param {number} tabId
 * @param {Face} face
 */
export async function showFace(tabId, { badge, color, title, detail }) {
  await Promise.all(
    [
      chrome.action.setBadgeText({ tabId, text: badge }),
      chrome.action.setBadgeTextColor({ tabId, color: '#ffffff' }),
      chrome.action.setBadgeBackgroundColor({ tabId, color }),
      chrome.action.setTitle({ tabId, title: chrome.i18n.getMessage(title, detail) }),
    ].map((outcome) => unlessTabGone(outcome)),
  );
}

/** @param {number} tabId */
export async function clearFace(tabId) {
  await showFace(tabId, { badge: '', color: GREY, title: 'title_off' });
}

/**
 * Make the button open the popup with the problem, and open it now where the browser allows.
 * @param {number} tabId
 * @param {Problem} problem
 */
export async function showProblem(tabId, { code, message, hint }) {
  const query = new URLSearchParams({ tab: String(tabId), code, message, hint });
  const popup = `popup/problem.html?${query}`;
  await unlessTabGone(chrome.action.setPopup({ tabId, popup }));
  await showFace(tabId, { badge: '!', color: RED, title: 'title_problem' });
  const tab = await chrome.tabs.get(tabId).catch(() => null);
  // A window without focus has no popup; the badge stays, and the next click opens it.
  if (tab?.active) await chrome.action.openPopup({ windowId: tab.windowId }).catch(() => {});
}

/**
 * Captions of a tab have ended, and only a click can start them again.
 * @param {number} tabId
 * @param {'title_reloaded' | 'title_discarded'} title why: with the extension that was there before,
 *   or with the page, which the browser has put to sleep
 */
export async function offerAgain(tabId, title) {
  await showFace(tabId, { badge: '↻', color: AMBER, title });
}

/**
 * From now on a click on the button opens what steers the captions.
 * @param {number} tabId
 * @param {OverlayState} overlay that the popup is to know of
 */
export async function offerControls(tabId, overlay) {
  const hampered = overlay === 'hampered' ? '&hampered' : '';
  const popup = `popup/popup.html?tab=${tabId}${hampered}`;
  await unlessTabGone(chrome.action.setPopup({ tabId, popup }));
}

/**
 * From now on a click on the button starts captions, or brings them back onto the page.
 * @param {number} tabId
 */
export async function offerStart(tabId) {
  await unlessTabGone(chrome.action.setPopup({ tabId, popup: '' }));
}
