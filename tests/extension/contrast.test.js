import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { STYLE } from '../../extension/overlay/style.js';
import { PRESETS } from '../../extension/shared/settings.js';
import { speakerColour, YOU } from '../../extension/shared/speakers.js';

const css = await readFile(new URL('../../extension/ui/page.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('prefers-color-scheme: dark');

/** @param {string} rules @returns {Record<string, string>} */
const coloursIn = (rules) =>
  Object.fromEntries(
    [...rules.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

/** @param {string} colour @returns {number} relative luminance (WCAG 2.2) */
function luminance(colour) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} [a] @param {string} [b] */
function contrast(a = '', b = '') {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

/** WCAG 2.2, 1.4.3: text on what it stands on; 1.4.11: the edges of controls. */
const TEXT = 4.5;
const EDGE = 3;
/** @type {[string, string, number][]} */
const PAIRS = [
  ...['paper', 'field'].flatMap((ground) =>
    ['ink', 'soft', 'accent', 'good', 'bad', 'warn'].map(
      (ink) => /** @type {[string, string, number]} */ ([ink, ground, TEXT]),
    ),
  ),
  ['ink', 'accent-soft', TEXT],
  ['on-accent', 'accent', TEXT],
  ['control-edge', 'paper', EDGE],
  ['control-edge', 'field', EDGE],
];

for (const [scheme, colours] of Object.entries({
  light: coloursIn(light),
  dark: coloursIn(dark),
})) {
  test(`the ${scheme} pages can be read`, () => {
    for (const [ink, ground, least] of PAIRS) {
      const found = contrast(colours[ink], colours[ground]);
      assert.ok(found >= least, `${ink} on ${ground}: ${found.toFixed(2)}`);
    }
  });
}

test('captions of every preset with a box can be read', () => {
  for (const [name, { color, background, backgroundOpacity }] of Object.entries(PRESETS)) {
    if (backgroundOpacity) assert.ok(contrast(color, background) >= 7, name);
  }
});

/** @param {string} a @param {string} b @param {number} share of the first */
const mixed = (a, b, share) =>
  `#${[1, 3, 5]
    .map((at) => [a, b].map((colour) => parseInt(colour.slice(at, at + 2), 16)))
    .map(([x = 0, y = 0]) => Math.round(x * share + y * (1 - share)))
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`;

test('who speaks can be read in the captions of every preset with a box', () => {
  const [, percent] = /color-mix\(in srgb, var\(--voice\) (\d+)%, var\(--ink\)\)/.exec(STYLE) ?? [];
  for (const speaker of [YOU, '1', '2', '3', '4', '5', '6']) {
    const rule = `data-colour="${speakerColour(speaker)}"\\] \\{\\s+--voice: (#[0-9a-f]{6})`;
    const [, voice = ''] = new RegExp(rule).exec(STYLE) ?? [];
    for (const [name, { color = '', background, backgroundOpacity }] of Object.entries(PRESETS)) {
      const found = contrast(mixed(voice, color, Number(percent) / 100), background);
      if (backgroundOpacity) assert.ok(found >= TEXT, `${speaker}, ${name}: ${found.toFixed(2)}`);
    }
  }
});
