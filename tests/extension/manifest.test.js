import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const EXTENSION = new URL('extension/', ROOT);

/** @param {string} path */
const readJson = async (path) => JSON.parse(await readFile(new URL(path, EXTENSION), 'utf8'));

const manifest = await readJson('manifest.json');

test('the key gives the id that the host allows', async () => {
  const hex = createHash('sha256').update(Buffer.from(manifest.key, 'base64')).digest('hex');
  // Chrome writes the first 16 bytes in letters a to p.
  const id = hex
    .slice(0, 32)
    .replace(/./g, (digit) => 'abcdefghijklmnop'[parseInt(digit, 16)] ?? '');
  const constants = await readFile(new URL('host/wlk_host/protocol/constants.py', ROOT), 'utf8');
  assert.match(constants, new RegExp(`EXTENSION_ID: Final = "${id}"`));
});

test('every file that the manifest names exists', async () => {
  const named = [
    manifest.background.service_worker,
    ...Object.values(manifest.icons),
    ...Object.values(manifest.action.default_icon),
    manifest.options_ui.page,
    manifest.side_panel.default_path,
    ...manifest.web_accessible_resources[0].resources,
  ];
  for (const path of named) await access(new URL(path, EXTENSION));
});
