/**
 * The captions in a frame of the extension's own origin, over a page that cannot look into it.
 *
 * The page's end of the overlay hands over a port as soon as the frame has loaded. The frame answers
 * on that port alone: whoever gets a message of a window can navigate that window.
 */
import * as captions from '../shared/captions.js';
import * as settings from '../shared/settings.js';
import * as speakers from '../shared/speakers.js';
import * as swearwords from '../shared/swearwords.js';
import * as filters from '../shared/text_filters.js';
import * as translations from '../shared/translation_rules.js';
import * as announcer from './announcer.js';
import * as bilingual from './bilingual.js';
import * as captioner from './captioner.js';
import { composeCaptions } from './compose.js';
import * as flow from './flow.js';
import { isTheKey } from './held_key.js';
import * as notices from './notices.js';
import * as pace from './pace.js';
import * as reducer from './reducer.js';
import * as replay from './replay.js';
import * as steady from './steady.js';
import { STYLE } from './style.js';
import * as view from './view.js';
import * as words from './words.js';

/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */
/** @typedef {import('./steps.js').FromPage} FromPage */

const PARTS = { captioner, flow, pace, reducer, view, words };
const RULES = {
  announcer,
  bilingual,
  captions,
  filters,
  notices,
  replay,
  settings,
  speakers,
  steady,
  swearwords,
  translations,
};

addEventListener('message', ({ ports: [page] }) => page && draw(page), { once: true });

/** @param {MessagePort} page the end of the overlay that is in the page */
function draw(page) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [sheet];
  // The worker speaks to a frame that knows the secret: it is one that the extension has opened.
  const worker = chrome.runtime.connect({ name: `frame ${location.hash.slice(1)}` });
  const drawn = composeCaptions(
    PARTS,
    RULES,
    (message) => page.postMessage(message),
    (key, detail) => chrome.i18n.getMessage(key, detail),
    (message) => {
      worker.postMessage(message);
      if (message.type === 'who') void openPanel();
    },
  );
  // Once text is selected, this document has the focus and feels the keys.
  addEventListener('keyup', (event) => isTheKey(event) && page.postMessage({ type: 'released' }));
  addEventListener('blur', () => page.postMessage({ type: 'released' }));
  document.title = chrome.i18n.getMessage('extension_name');
  document.body.append(drawn.element);
  page.onmessage = (/** @type {MessageEvent<FromPage>} */ { data }) => drawn.captioner.heed(data);
  worker.onMessage.addListener((/** @type {OverlayMessage} */ message) => {
    drawn.captioner.receive(message);
  });
  worker.onDisconnect.addListener(() => page.postMessage({ type: 'over' }));
}

/** Who speaks is said in the side panel. The browser opens it at a click only. */
async function openPanel() {
  const tab = await chrome.tabs.getCurrent();
  if (tab) await chrome.sidePanel.open({ windowId: tab.windowId });
}
