import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookOf } from '../../../extension/overlay/look.js';
import { DEFAULTS, FONTS } from '../../../extension/shared/settings.js';

const WINDOW = { width: 1280, height: 720 };

/**
 * @param {Partial<import('../../../extension/shared/settings.js').Appearance>} appearance
 * @param {{ show?: 'original' | 'both', translationSize?: number, viewport?: typeof WINDOW,
 *   fullscreen?: boolean, textScale?: number }} [options]
 */
function look(appearance, options = {}) {
  const { show = 'original', translationSize = 1, viewport = WINDOW } = options;
  const { fullscreen = false, textScale = 1 } = options;
  return lookOf(
    { ...DEFAULTS.appearance, ...appearance },
    { ...DEFAULTS.bilingual, show, translationSize },
    { viewport, fullscreen, textScale },
    FONTS,
  );
}

test('as many rows are seen as were chosen', () => {
  const { capacity, rowHeight } = look({ lines: 2 });
  assert.equal(capacity, 2 * rowHeight.original);
});

test('of two languages, pairs are seen whole', () => {
  for (const lines of [1, 2, 3, 4]) {
    const { capacity, rowHeight } = look({ lines }, { show: 'both', translationSize: 0.8 });
    const pair = rowHeight.original + rowHeight.translation;
    assert.equal(capacity % pair, 0);
    assert.ok(capacity >= pair);
  }
});

test('text is as large as was chosen, whatever the window', () => {
  const narrow = look({ fontSize: 30 }, { viewport: { width: 400, height: 300 } });
  assert.equal(narrow.properties['--size'], '30px');
  assert.ok(narrow.box.width < 400);
});

test('text grows with a high screen in fullscreen, at most twice', () => {
  const size = (/** @type {number} */ height) =>
    look({ fontSize: 20 }, { fullscreen: true, viewport: { width: 1920, height } }).properties[
      '--size'
    ];
  assert.deepEqual([size(700), size(1080), size(4000)], ['20px', '24px', '40px']);
});

test('a background that is hardly there has no edge', () => {
  assert.equal(look({ backgroundOpacity: 0 }).properties['--edge-share'], '0%');
  assert.notEqual(look({ backgroundOpacity: 0.9 }).properties['--edge-share'], '0%');
});

test('each outline is another contour', () => {
  const contours = /** @type {const} */ (['none', 'outline', 'shadow']).map(
    (outline) => look({ outline }).properties['--contour'],
  );
  assert.equal(new Set(contours).size, 3);
});

test('the look of the system has its colours and grows with its text; no other does', () => {
  const system = look({ preset: 'system', fontSize: 20 }, { textScale: 1.5 });
  assert.equal(system.properties['--size'], '30px');
  assert.equal(system.properties['--ink'], 'CanvasText');
  assert.equal(system.properties['--ground'], 'Canvas');
  const own = look({ preset: 'custom', fontSize: 20, color: '#abcdef' }, { textScale: 1.5 });
  assert.equal(own.properties['--size'], '20px');
  assert.equal(own.properties['--ink'], '#abcdef');
});
