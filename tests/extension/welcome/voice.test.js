import assert from 'node:assert/strict';
import { test } from 'node:test';

// The page's texts are asked for when it loads.
Object.assign(globalThis, { chrome: { i18n: { getUILanguage: () => 'en' } } });
const { samplesOf } = await import('../../../extension/welcome/voice.js');

test('samples are those of the host, from -1 to 1', () => {
  const pcm = Buffer.from(new Int16Array([0, 16384, -32768]).buffer).toString('base64');
  assert.deepEqual([...samplesOf(pcm)], [0, 0.5, -1]);
});
