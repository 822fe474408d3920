/** A caption as it will look over a page: in the overlay's own style. */
import { lookOf } from '../overlay/look.js';
import { PLACE_STYLE, USUAL_GAUGE } from '../overlay/place_style.js';
import { STYLE } from '../overlay/style.js';
import { FONTS } from '../shared/settings.js';
import { SWEARWORDS } from '../shared/swearwords.js';
import { makeFilter } from '../shared/text_filters.js';
import { byId, element, text } from '../ui/page.js';

/** @typedef {import('../shared/settings.js').Settings} Settings */

/** Rows as long as those over a page. */
const SAMPLES = ['preview_1', 'preview_2', 'preview_3', 'preview_4', 'preview_5', 'preview_6'];

for (const style of [PLACE_STYLE, STYLE]) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets.push(sheet);
}

/** @param {Settings} settings */
export function showPreview({ appearance, bilingual, translateTo, filters }) {
  const { clientWidth: width, clientHeight: height } = byId('preview');
  const surroundings = { viewport: { width, height }, fullscreen: false, textScale: textScale() };
  const { properties } = lookOf(appearance, bilingual, surroundings, FONTS);
  for (const [name, value] of Object.entries(properties)) {
    byId('preview-stage').style.setProperty(name, value);
  }
  const chosen = bilingual.show === 'hover' ? 'translation' : bilingual.show;
  const show = translateTo === null ? 'original' : chosen;
  // Where each line has two texts, fewer lines are seen.
  const count = show === 'both' ? Math.ceil(appearance.lines / 2) : appearance.lines;
  const filter = makeFilter(filters, SWEARWORDS);
  const rows = SAMPLES.slice(-count).map((key, index, shown) => {
    const original = element('p', { className: 'text original', textContent: filter(text(key)) });
    if (show === 'original' || index < shown.length - 1) return original;
    return lastRow(original, { ...bilingual, show });
  });
  byId('preview-caption').replaceChildren(...rows);
}

/** As large as the browser and the system show text; see the gauge of CaptionPopover. */
function textScale() {
  return byId('preview-gauge').clientWidth / USUAL_GAUGE;
}

/**
 * @param {HTMLElement} original
 * @param {Settings['bilingual']} bilingual
 */
function lastRow(original, { show, order }) {
  const textContent = text('preview_translation');
  const translation = element('p', { className: 'text translation', textContent });
  if (show === 'translation') return translation;
  const pair = order === 'original-first' ? [original, translation] : [translation, original];
  return element('div', { className: 'row paired' }, ...pair);
}
