/** Lines as text that can be put elsewhere. Pure. */

/** @typedef {import('./rows.js').LineRow} LineRow */
/** @typedef {import('./rows.js').Row} Row */

/**
 * @typedef {object} CopyLook
 * @property {boolean} times before each line
 * @property {boolean} translation under each line
 */

/**
 * @param {readonly Row[]} rows
 * @param {CopyLook} look
 * @param {string} gap instead of what was skipped
 * @returns {string}
 */
export function textOf(rows, look, gap) {
  const isShown = (/** @type {Row} */ row) => row.kind !== 'line' || row.text + row.draft !== '';
  return rows
    .filter(isShown)
    .map((row) => {
      if (row.kind === 'source') return `\n${row.title}\n`;
      return row.kind === 'gap' ? gap : lineText(row, look);
    })
    .join('\n')
    .trim();
}

/**
 * @param {LineRow} row
 * @param {CopyLook} look
 */
function lineText({ time, label, text, draft, translation, entry }, look) {
  const said = [label, text + draft].filter((part) => part !== '').join(' ');
  const first = look.times ? `${time} ${said}` : said;
  const more = [look.translation ? translation : '', entry.note];
  return [first, ...more.filter((part) => part !== '')].join('\n');
}

/**
 * What is selected where its two ends may be in the middle of a line.
 * @param {readonly Row[]} rows
 * @param {{ from: number, to: number, first: string, last: string }} selected rows, both of them
 *   included, and the words that are selected in the first and in the last
 * @param {CopyLook} look
 * @param {string} gap instead of what was skipped
 * @returns {string}
 */
export function textBetween(rows, { from, to, first, last }, look, gap) {
  const between = rows.slice(from, to + 1).map((row, index, all) => {
    if (row.kind !== 'line') return row;
    const cut = index === 0 ? first : index === all.length - 1 ? last : null;
    if (cut === null || cut === row.text) return row;
    const isStart = index === 0;
    const entry = { ...row.entry, note: isStart ? row.entry.note : '' };
    const label = isStart ? '' : row.label;
    return {
      ...row,
      entry,
      label,
      text: cut,
      draft: '',
      translation: isStart ? row.translation : '',
    };
  });
  return textOf(between, look, gap);
}
