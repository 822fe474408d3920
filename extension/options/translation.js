/** The language to translate into, on the options page, and rules for languages that are spoken. */
import { LANGUAGES, languageName, namedLanguages } from '../shared/languages.js';
import { isSameLanguage } from '../shared/translation_rules.js';
import { byId, element, LOCALE, text } from '../ui/page.js';
import { TranslationChoice } from '../ui/translation_choice.js';
import { makeRow } from './form.js';

/** @typedef {import('../shared/protocol.js').ToHost} ToHost */
/** @typedef {import('../shared/settings.js').Settings} Settings */
/** @typedef {import('../shared/settings.js').SiteOverrides} SiteOverrides */
/** @typedef {import('./lists.js').Edit} Edit */

/**
 * @param {(path: string, value: unknown) => void} change
 * @param {(message: ToHost) => void} tellHost
 */
export function makeTargetRow(change, tellHost) {
  const choice = new TranslationChoice('translateTo', {
    change: (changes) => {
      for (const [path, value] of Object.entries(changes)) change(path, value);
    },
    tellHost,
  });
  const control = { input: choice.box.input, parts: [choice.box.root], show: () => {} };
  const row = makeRow({ path: 'translateTo', kind: 'target' }, change, control);
  row.root.append(choice.offers.root);
  return {
    choice,
    row: {
      root: row.root,
      /** @type {typeof row.show} */
      show: (settings, hello) => {
        row.show(settings, hello);
        const { translateTo: target, translator, language: source, model } = settings;
        choice.show({ target, translator, source, model });
      },
    },
  };
}

/** @param {Edit} edit */
export function listenToRules(edit) {
  const form = /** @type {HTMLFormElement} */ (byId('new-rule'));
  const language = /** @type {HTMLSelectElement} */ (byId('rule-language'));
  const translate = /** @type {HTMLSelectElement} */ (byId('rule-translate'));
  const named = namedLanguages(LANGUAGES, LOCALE);
  language.append(...named.map(({ code, name }) => new Option(name, code)));
  translate.append(
    new Option(text('rule_never'), 'never'),
    new Option(text('rule_always'), 'always'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const rule = {
      language: language.value,
      translate: translate.value === 'always' ? /** @type {const} */ ('always') : 'never',
    };
    void edit((settings) => {
      const others = settings.languageRules.filter(
        (one) => !isSameLanguage(one.language, rule.language),
      );
      settings.languageRules = [...others, /** @type {typeof others[number]} */ (rule)];
    });
  });
}

/**
 * @param {Settings} settings
 * @param {Edit} edit
 */
export function showRules({ languageRules }, edit) {
  byId('rules').replaceChildren(
    ...languageRules.map(({ language, translate }, index) => {
      const name = languageName(language, LOCALE);
      const words = element('span', { textContent: ruleWords({ language, translate }) });
      const button = element('button', { type: 'button', textContent: text('remove') });
      button.ariaLabel = text('remove_named', name);
      button.addEventListener('click', () =>
        edit((settings) => void settings.languageRules.splice(index, 1)),
      );
      return element('li', {}, words, button);
    }),
  );
}

/** @param {import('../shared/translation_rules.js').LanguageRule} rule */
export function ruleWords({ language, translate }) {
  const what = text(translate === 'always' ? 'rule_always' : 'rule_never');
  return `${languageName(language, LOCALE)}: ${what}`;
}
