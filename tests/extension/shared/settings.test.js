import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULTS,
  hostOptions,
  PRESETS,
  settingsFor,
  WHISPER,
} from '../../../extension/shared/settings.js';
import { changeFor, resized, siteOf } from '../../../extension/shared/settings_changes.js';
import { isPosition, migrate, validate } from '../../../extension/shared/settings_rules.js';

/** @param {object} changes @returns {any} */
const changed = (changes) => ({ ...structuredClone(DEFAULTS), ...changes });

test('the defaults and every preset are sound', () => {
  assert.deepEqual(validate(DEFAULTS), { settings: DEFAULTS, faults: [] });
  for (const [preset, look] of Object.entries(PRESETS)) {
    const { settings, faults } = validate({ appearance: { preset, ...look } });
    assert.deepEqual(faults, []);
    assert.deepEqual(settings.appearance, { ...DEFAULTS.appearance, preset, ...look });
  }
});

test('what is missing becomes the default', () => {
  const { settings, faults } = validate({ version: 1, appearance: { fontSize: 30 } });
  assert.deepEqual(faults, []);
  assert.deepEqual(settings, changed({ appearance: { ...DEFAULTS.appearance, fontSize: 30 } }));
});

test('each fault is told with its place, and costs only its own field', () => {
  const { settings, faults } = validate({
    language: 'English, please',
    mode: 'reading',
    nonsense: 1,
    appearance: { fontSize: 4, color: 'red', lines: 2 },
    filters: [],
    vocabulary: ['Ada', 7],
    sites: { 'a.org': { language: 'de', policy: 'alignatt' }, 'b.org': 3 },
  });
  assert.deepEqual(faults, [
    'nonsense: unknown',
    'language: does not match ^([a-z]{2,3}|[a-z]{5,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$',
    'vocabulary[1]: expected string, got number',
    'appearance.fontSize: 4 is below 12',
    'appearance.color: does not match ^#[0-9a-f]{6}$',
    'filters: expected an object',
    'sites.a.org.policy: unknown',
    'sites.b.org: expected an object',
  ]);
  const appearance = { ...DEFAULTS.appearance, lines: 2 };
  const sites = { 'a.org': { language: 'de' } };
  assert.deepEqual(settings, changed({ mode: 'reading', appearance, sites }));
});

test('what is no settings at all becomes the defaults', () => {
  for (const nothing of [undefined, null, 'text', [], 3]) {
    assert.deepEqual(migrate(nothing), DEFAULTS);
    assert.equal(validate(nothing).faults.length, 1);
  }
});

test('stored settings go through every migration between their version and this one', () => {
  const migrations = {
    1: (/** @type {any} */ { slow, ...rest }) => ({ ...rest, pace: slow ? 'slow' : 'fast' }),
    2: (/** @type {any} */ { pace, ...rest }) => ({
      ...rest,
      mode: pace === 'slow' ? 'reading' : 'fast',
    }),
  };
  const stored = { version: 1, slow: true, language: 'fr' };
  const expected = changed({ mode: 'reading', language: 'fr' });
  assert.deepEqual(migrate(stored, migrations, 3), expected);
  assert.equal(migrate({ version: 2, pace: 'slow' }, migrations, 3).mode, 'reading');
});

test('of settings from a later version, what is known is kept', () => {
  const later = { version: 9, mode: 'reading', liveRegion: 'assertive', hologram: true };
  assert.deepEqual(migrate(later), changed({ mode: 'reading' }));
});

test('a site changes what it names and nothing else', () => {
  const settings = changed({
    language: 'en',
    sites: { 'a.org': { language: 'de', appearance: { fontSize: 40 } } },
  });
  const there = settingsFor(settings, 'a.org');
  assert.equal(there.language, 'de');
  assert.deepEqual(there.appearance, { ...DEFAULTS.appearance, fontSize: 40 });
  assert.equal('sites' in there, false);
  for (const elsewhere of ['b.org', null, 'constructor']) {
    assert.equal(settingsFor(settings, elsewhere).language, 'en');
  }
  assert.equal(DEFAULTS.appearance.fontSize, 22);
});

test('a change goes into the rule of a site that has one for it, else to all sites', () => {
  const settings = changed({ sites: { 'a.org': { appearance: { fontSize: 40 } } } });
  const atSite = changeFor(settings, 'a.org', { appearance: { fontSize: 44 }, mode: 'reading' });
  assert.equal(atSite.sites['a.org']?.appearance?.fontSize, 44);
  assert.equal(atSite.appearance.fontSize, 22);
  assert.equal(atSite.mode, 'reading');
  const elsewhere = changeFor(settings, 'b.org', { appearance: { fontSize: 30 } });
  assert.deepEqual(elsewhere.appearance, { ...DEFAULTS.appearance, fontSize: 30 });
  assert.deepEqual(settings.appearance, DEFAULTS.appearance);
});

test('bigger and smaller undo one another and end at the limits', () => {
  const size = (/** @type {number} */ fontSize) => ({ ...DEFAULTS.appearance, fontSize });
  for (const fontSize of [14, 22, 40]) {
    const larger = resized(size(fontSize), 1).fontSize ?? 0;
    assert.ok(larger > fontSize);
    assert.deepEqual(resized(size(larger), -1), { fontSize });
  }
  assert.deepEqual(resized(size(12), -1), { fontSize: 12 });
  assert.deepEqual(resized(size(95), 1), { fontSize: 96 });
});

test('a site is a host of the web, with or without www', () => {
  assert.equal(siteOf('https://www.example.org/watch?v=1'), 'example.org');
  assert.equal(siteOf('http://localhost:8080/'), 'localhost');
  for (const other of ['chrome://version', 'file:///tmp/a.html', 'about:blank', 'no', undefined]) {
    assert.equal(siteOf(other), null);
  }
});

test('the host is told what concerns it', () => {
  const own = { language: 'de', vocabulary: ['Ada'] };
  const recognition = { model: null, policy: 'alignatt', backend: null, alignment_heads: null };
  const speakers = { speakers: true, diarizer: null, max_speakers: 0, num_speakers: 0 };
  const common = { ...own, ...recognition, ...speakers, step_down: false };
  const settings = settingsFor(changed({ ...own, translateTo: 'en' }), null);
  assert.deepEqual(hostOptions(settings), {
    ...common,
    task: 'transcribe',
    translate_to: 'en',
    translator: null,
  });
  const direct = { ...settings, translator: WHISPER };
  assert.deepEqual(hostOptions(direct), {
    ...common,
    task: 'transcribe',
    translate_to: 'en',
    translator: WHISPER,
  });
  assert.deepEqual(
    hostOptions({ ...direct, bilingual: { ...DEFAULTS.bilingual, show: 'translation' } }),
    { ...common, task: 'translate', translate_to: null, translator: null },
  );
  const toFrench = hostOptions({ ...settings, translateTo: 'fr', translator: WHISPER });
  assert.deepEqual([toFrench.translate_to, toFrench.translator], ['fr', null]);
  assert.equal(hostOptions({ ...settings, speakers: false }).speakers, false);
});

test('a position is null or three fractions', () => {
  assert.ok(isPosition(null));
  assert.ok(isPosition({ x: 0.5, y: 1, width: 0.4 }));
  for (const other of [undefined, {}, { x: 2, y: 0, width: 1 }, { x: 0, y: 0, width: 1, z: 1 }]) {
    assert.equal(isPosition(other), false);
  }
});
