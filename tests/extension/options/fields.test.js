import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesAt, hasAdvanced, SECTIONS, valueAt } from '../../../extension/options/fields.js';
import { DEFAULTS, PRESETS } from '../../../extension/shared/settings.js';
import { changeFor } from '../../../extension/shared/settings_changes.js';
import { validate } from '../../../extension/shared/settings_rules.js';

const ALL = Object.values(SECTIONS).flat();

test('every setting has its control, but for the lists', () => {
  const paths = Object.entries(DEFAULTS).flatMap(([name, value]) =>
    ['appearance', 'bilingual', 'filters'].includes(name)
      ? Object.keys(Object(value)).map((inner) => `${name}.${inner}`)
      : [name],
  );
  const lists = ['version', 'languageRules', 'vocabulary', 'filters.replacements', 'sites'];
  assert.deepEqual(
    new Set(ALL.map(({ path }) => path)),
    new Set(paths.filter((path) => !lists.includes(path))),
  );
});

test('every value that a control offers is sound', () => {
  for (const { path, choices = [], range } of ALL) {
    for (const value of range ? [range.minimum, range.maximum] : choices) {
      const changed = changeFor(DEFAULTS, null, changesAt(path, value));
      assert.deepEqual(validate(changed).faults, [], path);
      assert.equal(valueAt(changed, path), value, path);
    }
  }
});

test('the advanced settings are known to differ only while one of them does', () => {
  assert.equal(hasAdvanced(DEFAULTS), false);
  const plain = changeFor(DEFAULTS, null, changesAt('stepDown', true));
  assert.equal(hasAdvanced(plain), false);
  const changes = {
    policy: 'local_agreement',
    backend: 'torch',
    alignmentHeads: '3.1',
    diarizer: 'embedded',
  };
  const paths = SECTIONS.advanced.map(({ path }) => path);
  assert.deepEqual(Object.keys(changes), paths);
  for (const [path, value] of Object.entries(changes)) {
    assert.ok(hasAdvanced(changeFor(DEFAULTS, null, changesAt(path, value))), path);
  }
});

test('a preset brings its look and leaves the size', () => {
  const large = changeFor(DEFAULTS, null, changesAt('appearance.fontSize', 40));
  assert.equal(large.appearance.preset, 'standard');
  const paper = changeFor(large, null, changesAt('appearance.preset', 'paper')).appearance;
  assert.equal(paper.color, PRESETS.paper.color);
  assert.equal(paper.fontSize, 40);
});

test('a look of which a part was changed is a custom one', () => {
  const own = changeFor(DEFAULTS, null, changesAt('appearance.color', '#ff0000')).appearance;
  assert.equal(own.preset, 'custom');
  assert.equal(own.color, '#ff0000');
});
