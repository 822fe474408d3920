/** What is a list: vocabulary, replacements, rules for sites, keys. */
import { DEFAULTS, SETTINGS } from '../shared/settings.js';
import { byId, element, text } from '../ui/page.js';
import { nameKey, SECTIONS, valueAt } from './fields.js';
import { wordsFor } from './form.js';
import { ruleWords as languageRuleWords } from './translation.js';

/** @typedef {import('../shared/settings.js').Settings} Settings */
/** @typedef {import('../shared/settings.js').SiteOverrides} SiteOverrides */
/** @typedef {(edit: (settings: Settings) => void) => Promise<void>} Edit */

const FIELDS = Object.values(SECTIONS).flat();

/** @param {Edit} edit */
export function listenToLists(edit) {
  const vocabulary = /** @type {HTMLTextAreaElement} */ (byId('vocabulary'));
  vocabulary.addEventListener('change', () =>
    edit((settings) => {
      settings.vocabulary = termsIn(vocabulary.value);
    }),
  );
  const form = /** @type {HTMLFormElement} */ (byId('new-replacement'));
  const from = /** @type {HTMLInputElement} */ (byId('replace-from'));
  const to = /** @type {HTMLInputElement} */ (byId('replace-to'));
  const limits = SETTINGS.filters.replacements.items.properties;
  from.maxLength = limits.from.maxLength;
  to.maxLength = limits.to.maxLength;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const replacement = { from: from.value.trim(), to: to.value.trim() };
    if (replacement.from === '') return;
    void edit(({ filters }) => filters.replacements.push(replacement));
    form.reset();
    from.focus();
  });
}

/**
 * @param {string} lines
 * @returns {string[]} one term a line, each once
 */
function termsIn(lines) {
  const { items, maxItems } = SETTINGS.vocabulary;
  const terms = lines.split('\n').map((term) => term.trim().slice(0, items.maxLength));
  return [...new Set(terms.filter((term) => term !== ''))].slice(0, maxItems);
}

/**
 * @param {Settings} settings
 * @param {Edit} edit
 */
export function showLists({ vocabulary, filters, sites }, edit) {
  const field = /** @type {HTMLTextAreaElement} */ (byId('vocabulary'));
  if (document.activeElement !== field) field.value = vocabulary.join('\n');
  byId('replacements').replaceChildren(
    ...filters.replacements.map(({ from, to }, index) =>
      removable(element('span', { textContent: `${from} → ${to || '∅'}` }), from, () =>
        edit((settings) => void settings.filters.replacements.splice(index, 1)),
      ),
    ),
  );
  byId('sites').replaceChildren(
    ...Object.entries(sites).map(([site, rule]) =>
      removable(ruleItem(site, rule), site, () =>
        edit((settings) => void delete settings.sites[site]),
      ),
    ),
  );
  byId('no-sites').hidden = Object.keys(sites).length > 0;
}

/**
 * @param {string} site
 * @param {SiteOverrides} rule
 */
function ruleItem(site, rule) {
  const words = element('p', { className: 'small soft', textContent: ruleWords(rule) });
  return element('div', {}, element('strong', { textContent: site }), words);
}

/** @param {SiteOverrides} rule */
function ruleWords(rule) {
  const held = FIELDS.map((field) => ({ field, value: valueAt(rule, field.path) }));
  const fields = held
    .filter(({ value }) => value !== undefined)
    .map(({ field, value }) => `${text(nameKey(field.path))}: ${wordsFor(field, value)}`);
  return [...fields, ...(rule.languageRules ?? []).map(languageRuleWords)].join(' · ');
}

/**
 * @param {HTMLElement} words
 * @param {string} name of what would be removed
 * @param {() => void} remove
 */
function removable(words, name, remove) {
  const button = element('button', { type: 'button', textContent: text('remove') });
  button.ariaLabel = text('remove_named', name);
  button.addEventListener('click', remove);
  return element('li', {}, words, button);
}

/** List the keyboard commands with the keys that they have now. */
export async function showKeys() {
  const commands = await chrome.commands.getAll();
  const rows = commands
    .filter(({ name }) => name && !name.startsWith('_'))
    .map(({ name, shortcut }) => {
      const key = shortcut
        ? element('kbd', { textContent: shortcut })
        : element('span', { className: 'soft', textContent: text('key_none') });
      return element('li', {}, element('span', { textContent: text(`command_${name}`) }), key);
    });
  byId('keys').replaceChildren(...rows);
}

/** @returns {Settings} */
export function defaults() {
  return structuredClone(/** @type {Settings} */ (DEFAULTS));
}
