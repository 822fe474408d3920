/** What settings may hold, and how stored ones of any version become sound ones of this version. */
import {
  DEFAULTS,
  GROUPS,
  isRecord,
  mergeInto,
  SETTINGS,
  SITE_FIELDS,
  VERSION,
} from './settings.js';
import { findFault } from './validate.js';

/** @typedef {import('./settings.js').Json} Json */
/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./settings.js').SiteOverrides} SiteOverrides */
/** @typedef {import('./validate.js').Schema} Schema */

/** @type {Readonly<Record<string, Schema | Readonly<Record<string, Schema>>>>} */
const FIELDS = SETTINGS;

/**
 * How settings of one version become those of the next, by the older version. A field that is new
 * needs no entry: it has a default.
 * @type {Record<number, (stored: Json) => Json>}
 */
const MIGRATIONS = {};

/**
 * Bring what was stored, by whatever version, to the present. What cannot be understood becomes the
 * default: captions must come up after a downgrade, too.
 * @param {unknown} stored
 * @returns {Settings}
 */
export function migrate(stored, migrations = MIGRATIONS, version = VERSION) {
  return validate(upgrade(stored, migrations, version)).settings;
}

/**
 * @param {unknown} stored
 * @returns {unknown} the same as this version would have stored it, not yet validated
 */
export function upgrade(stored, migrations = MIGRATIONS, version = VERSION) {
  if (!isRecord(stored) || !isVersion(stored.version)) return stored;
  let current = stored;
  for (let known = stored.version; known < version; known++) {
    current = migrations[known]?.(current) ?? current;
  }
  return current;
}

/**
 * @param {unknown} stored
 * @returns {boolean} whether it can be settings of some version; nothing at all can be
 */
export function isReadable(stored) {
  if (stored === undefined) return true;
  return isRecord(stored) && (stored.version === undefined || isVersion(stored.version));
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isVersion(value) {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/**
 * Read settings from anywhere.
 * @param {unknown} candidate of this version
 * @returns {{ settings: Settings, faults: string[] }} the default stands where there was a fault, of
 *   which each is told as "appearance.fontSize: 4 is below 12"
 */
export function validate(candidate) {
  /** @type {string[]} */
  const faults = [];
  if (!isRecord(candidate)) {
    return { settings: structuredClone(DEFAULTS), faults: ['settings: expected an object'] };
  }
  if (candidate.version !== undefined && !isVersion(candidate.version)) {
    faults.push('version: expected a whole number from 1 on');
  }
  const known = ['version', ...Object.keys(FIELDS), 'sites'];
  faults.push(...unknownIn(candidate, known, ''));
  const fields = readFields(candidate, Object.keys(FIELDS), '', faults);
  const settings = /** @type {Settings} */ (mergeInto(structuredClone(DEFAULTS), fields));
  settings.sites = readSites(candidate.sites, faults);
  return { settings, faults };
}

/** @type {Schema} */
const POSITION = {
  type: ['object', 'null'],
  properties: {
    x: { type: 'number', minimum: 0, maximum: 1 },
    y: { type: 'number', minimum: 0, maximum: 1 },
    width: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['x', 'y', 'width'],
  additionalProperties: false,
};

/**
 * @param {unknown} value
 * @returns {value is import('./settings.js').Position | null}
 */
export function isPosition(value) {
  return findFault(value, 'position', { position: POSITION }) === null;
}

/**
 * @param {Json} source
 * @param {readonly string[]} names
 * @param {string} path
 * @param {string[]} faults appended to
 * @returns {Json} the fields that are there and sound
 */
function readFields(source, names, path, faults) {
  /** @type {Json} */
  const read = {};
  for (const name of names) {
    const schema = FIELDS[name];
    if (!Object.hasOwn(source, name) || !schema) continue;
    const value = source[name];
    if (GROUPS.includes(name)) {
      read[name] = readGroup(
        value,
        /** @type {Record<string, Schema>} */ (schema),
        path + name,
        faults,
      );
    } else if (isSound(value, schema, path + name, faults)) {
      read[name] = value;
    }
  }
  return read;
}

/**
 * @param {unknown} value
 * @param {Record<string, Schema>} schemas
 * @param {string} path
 * @param {string[]} faults
 * @returns {Json}
 */
function readGroup(value, schemas, path, faults) {
  if (!isRecord(value)) {
    faults.push(`${path}: expected an object`);
    return {};
  }
  faults.push(...unknownIn(value, Object.keys(schemas), `${path}.`));
  const sound = Object.entries(schemas).filter(
    ([name, schema]) =>
      Object.hasOwn(value, name) && isSound(value[name], schema, `${path}.${name}`, faults),
  );
  return Object.fromEntries(sound.map(([name]) => [name, value[name]]));
}

/**
 * @param {unknown} value
 * @param {string[]} faults
 * @returns {Record<string, SiteOverrides>}
 */
function readSites(value, faults) {
  if (value === undefined) return {};
  if (!isRecord(value)) {
    faults.push('sites: expected an object');
    return {};
  }
  const sites = Object.entries(value).flatMap(([site, overrides]) => {
    if (!isRecord(overrides)) {
      faults.push(`sites.${site}: expected an object`);
      return [];
    }
    faults.push(...unknownIn(overrides, SITE_FIELDS, `sites.${site}.`));
    return [[site, readFields(overrides, SITE_FIELDS, `sites.${site}.`, faults)]];
  });
  return Object.fromEntries(sites);
}

/**
 * @param {unknown} value
 * @param {Schema} schema
 * @param {string} path
 * @param {string[]} faults
 */
function isSound(value, schema, path, faults) {
  const fault = findFault(value, path, { [path]: schema });
  if (fault !== null) faults.push(fault);
  return fault === null;
}

/**
 * @param {Json} value
 * @param {readonly string[]} known
 * @param {string} path
 */
function unknownIn(value, known, path) {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `${path}${name}: unknown`);
}
