import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
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

test('the modules that the overlay loads are those that pages may load', async () => {
  const roots = ['overlay/inner.js', 'overlay/overlay.js'];
  const sources = await Promise.all(
    roots.map((path) => readFile(new URL(path, EXTENSION), 'utf8')),
  );
  const loaded = [...sources.join('').matchAll(/load\('(.+)'\)/g)].map(([, path]) => path);
  const { resources } = manifest.web_accessible_resources[0];
  assert.deepEqual([...new Set([...loaded, ...roots])].sort(), resources.toSorted());
});

test('what the overlay loads imports no other module: its address is another one there', async () => {
  const loaded = manifest.web_accessible_resources[0].resources;
  for (const path of loaded) {
    const source = await readFile(new URL(path, EXTENSION), 'utf8');
    assert.doesNotMatch(source, /^(?:import|export) .*from '/m, path);
    assert.doesNotMatch(source, /^} from '/m, path);
  }
});

/** What of the code needs each permission; without it, Chrome has none of these. */
const NEEDED_BY = {
  // Granted by each click or key, for the tab in front: injecting and capturing rest on it.
  activeTab: /chrome\.scripting\.executeScript\(/,
  // `execCommand('copy')` in a document without focus.
  clipboardWrite: /execCommand\('copy'\)/,
  nativeMessaging: /chrome\.runtime\.connectNative\(/,
  offscreen: /chrome\.offscreen\.createDocument\(/,
  scripting: /chrome\.scripting\.executeScript\(/,
  sidePanel: /chrome\.sidePanel\.open\(/,
  storage: /chrome\.storage\b/,
  tabCapture: /chrome\.tabCapture\.getMediaStreamId\(/,
};

test('nothing is permitted that no code needs', async () => {
  assert.deepEqual(Object.keys(NEEDED_BY).sort(), manifest.permissions.toSorted());
  const paths = await readdir(EXTENSION, { recursive: true });
  const scripts = paths.filter((path) => path.endsWith('.js'));
  const sources = await Promise.all(
    scripts.map((path) => readFile(new URL(path, EXTENSION), 'utf8')),
  );
  for (const [permission, use] of Object.entries(NEEDED_BY)) {
    assert.match(sources.join('\n'), use, permission);
  }
});

test('access to sites is optional, and no script runs in pages by itself', () => {
  assert.equal(manifest.host_permissions, undefined);
  assert.equal(manifest.content_scripts, undefined);
  assert.equal(manifest.optional_permissions, undefined);
  assert.equal(manifest.externally_connectable, undefined);
  assert.deepEqual(manifest.optional_host_permissions, ['http://*/*', 'https://*/*']);
});

test('the manual gives the reason for each permission, and for no other', async () => {
  const page = await readFile(new URL('host/docs/privacy.md', ROOT), 'utf8');
  const table = page.split("## What the browser's permissions are for")[1] ?? '';
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, permission]) => permission).sort(),
    manifest.permissions.toSorted(),
  );
  for (const [, permission, reason] of rows) assert.ok((reason ?? '').length > 10, permission);
  assert.match(table, /^\| access to sites \(optional\) \| .{10,} \|$/m);
});
