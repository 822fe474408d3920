import assert from 'node:assert/strict';
import test from 'node:test';
import { validate } from '../../../extension/shared/settings_rules.js';

test('a report holds how the host was, and no word, site or replacement', async () => {
  Object.assign(globalThis, {
    navigator: { userAgent: 'Chromium' },
    chrome: {
      i18n: { getUILanguage: () => 'en', getMessage: () => '' },
      runtime: { getManifest: () => ({ version: '1.2.3' }) },
    },
  });
  const { report } = await import('../../../extension/options/backup.js');
  const secret = 'xylophone';
  const { settings } = validate({
    vocabulary: [secret],
    sites: { [`${secret}.example`]: { microphone: true } },
    filters: { replacements: [{ from: secret, to: secret }] },
  });
  assert.deepEqual(settings.vocabulary, [secret]);
  const runs = [
    {
      host: '0.1.0',
      began: 1796000000,
      process: 7,
      until: 1796000060,
      state: /** @type {const} */ ('ended'),
      minutes: [{ at: 1796000040, sessions: 1, lag_ms: 300, skipped_ms: 0, memory_mb: 500 }],
      failures: [{ code: 'model_missing', count: 2, at: 1796000041 }],
    },
  ];
  const now = { hello: null, health: { type: /** @type {const} */ ('health'), runs } };
  const written = report(settings, { ...now, problem: null, captures: [] });
  assert.ok(!written.includes(secret), written);
  assert.deepEqual(JSON.parse(written).health, runs);
  const without = report(settings, { hello: null, health: null, problem: null, captures: [] });
  assert.equal(JSON.parse(without).health, null);
});
