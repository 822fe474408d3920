/**
 * The part of JSON Schema in which the protocol is written.
 *
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {readonly Schema[]} [oneOf]
 * @property {string | readonly string[]} [type]
 * @property {unknown} [const]
 * @property {readonly unknown[]} [enum]
 * @property {Readonly<Record<string, Schema>>} [properties]
 * @property {readonly string[]} [required]
 * @property {boolean} [additionalProperties]
 * @property {Schema} [items]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {string} [pattern]
 */

/** @typedef {Readonly<Record<string, Schema>>} Definitions */

const REFERENCE = '#/$defs/';

/**
 * What is wrong with a value, or null.
 * @param {unknown} value
 * @param {string} name of the definition that it should satisfy
 * @param {Definitions} definitions
 * @returns {string | null} where and what, for a log: "captions.lines[0].id: -1 is below 0"
 */
export function findFault(value, name, definitions) {
  return fault(value, { $ref: REFERENCE + name }, name, definitions);
}

/**
 * What a newer version says, as far as this one knows its words.
 * @param {unknown} value
 * @param {string} name of the definition that it should satisfy
 * @param {Definitions} definitions
 * @returns {unknown} without the fields that the definition does not have; null for a message of a
 *   type that it does not have
 */
export function withoutUnknown(value, name, definitions) {
  return known(value, { $ref: REFERENCE + name }, definitions);
}

/**
 * @param {unknown} value
 * @param {Schema} reference
 * @param {Definitions} definitions
 * @returns {unknown}
 */
function known(value, reference, definitions) {
  const schema = resolve(reference, definitions);
  if (schema.oneOf && isObject(value)) {
    const choice = chosen(value, schema.oneOf, definitions);
    return choice ? known(value, choice, definitions) : null;
  }
  const { items, properties, additionalProperties = true } = schema;
  if (Array.isArray(value)) {
    return items ? value.map((item) => known(item, items, definitions)) : value;
  }
  if (!isObject(value) || !properties) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const expected = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (expected) return [[key, known(inner, expected, definitions)]];
    return additionalProperties ? [[key, inner]] : [];
  });
  return Object.fromEntries(entries);
}

/**
 * @param {unknown} value
 * @param {Schema} reference
 * @param {string} path
 * @param {Definitions} definitions
 * @returns {string | null}
 */
function fault(value, reference, path, definitions) {
  const schema = resolve(reference, definitions);
  if (schema.oneOf) return choiceFault(value, schema.oneOf, path, definitions);
  const unequal = kindFault(value, schema, path);
  if (unequal) return unequal;
  if (typeof value === 'number') return numberFault(value, schema, path);
  if (typeof value === 'string') return stringFault(value, schema, path);
  if (Array.isArray(value)) return arrayFault(value, schema, path, definitions);
  if (isObject(value)) return objectFault(value, schema, path, definitions);
  return null;
}

/**
 * @param {unknown} value
 * @param {Schema} schema
 * @param {string} path
 */
function kindFault(value, schema, path) {
  if ('const' in schema && value !== schema.const) {
    return `${path}: expected ${JSON.stringify(schema.const)}`;
  }
  if (schema.enum && !schema.enum.includes(value)) {
    return `${path}: expected one of ${JSON.stringify(schema.enum)}`;
  }
  if (schema.type && ![schema.type].flat().includes(typeName(value, schema))) {
    return `${path}: expected ${[schema.type].flat().join(' or ')}, got ${typeName(value, schema)}`;
  }
  return null;
}

/**
 * @param {unknown} value
 * @param {readonly Schema[]} choices messages, which exclude one another by their `type`
 * @param {string} path
 * @param {Definitions} definitions
 */
function choiceFault(value, choices, path, definitions) {
  if (!isObject(value)) return `${path}: expected object, got ${typeName(value, {})}`;
  const claimed = chosen(value, choices, definitions);
  return claimed ? fault(value, claimed, path, definitions) : `${path}.type: unknown`;
}

/**
 * @param {Record<string, unknown>} value
 * @param {readonly Schema[]} choices
 * @param {Definitions} definitions
 */
function chosen(value, choices, definitions) {
  return choices
    .map((choice) => resolve(choice, definitions))
    .find((choice) => choice.properties?.type?.const === value.type);
}

/**
 * @param {Schema} schema
 * @param {Definitions} definitions
 * @returns {Schema} what it refers to, or itself
 */
function resolve(schema, definitions) {
  if (schema.$ref === undefined) return schema;
  const target = definitions[schema.$ref.slice(REFERENCE.length)];
  if (!target) throw new Error(`no definition ${schema.$ref}`);
  return target;
}

/**
 * JSON Schema has integers, JavaScript does not.
 * @param {unknown} value
 * @param {Schema} schema
 */
function typeName(value, schema) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const wantsInteger = [schema.type].flat().includes('integer');
  return wantsInteger && Number.isInteger(value) ? 'integer' : typeof value;
}

/**
 * @param {number} value
 * @param {Schema} schema
 * @param {string} path
 */
function numberFault(value, { minimum = -Infinity, maximum = Infinity }, path) {
  if (value < minimum) return `${path}: ${value} is below ${minimum}`;
  if (value > maximum) return `${path}: ${value} is above ${maximum}`;
  return null;
}

/**
 * @param {string} value
 * @param {Schema} schema
 * @param {string} path
 */
function stringFault(value, { minLength = 0, maxLength = Infinity, pattern }, path) {
  // Lengths are in characters; a string has at most as many as it has UTF-16 units.
  if (value.length < minLength) return `${path}: shorter than ${minLength}`;
  if (value.length > maxLength && [...value].length > maxLength) {
    return `${path}: longer than ${maxLength}`;
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return `${path}: does not match ${pattern}`;
  }
  return null;
}

/**
 * @param {unknown[]} value
 * @param {Schema} schema
 * @param {string} path
 * @param {Definitions} definitions
 */
function arrayFault(value, { items, minItems = 0, maxItems = Infinity }, path, definitions) {
  if (value.length < minItems) return `${path}: fewer than ${minItems} items`;
  if (value.length > maxItems) return `${path}: more than ${maxItems} items`;
  if (!items) return null;
  for (const [index, item] of value.entries()) {
    const found = fault(item, items, `${path}[${index}]`, definitions);
    if (found) return found;
  }
  return null;
}

/**
 * @param {Record<string, unknown>} value
 * @param {Schema} schema
 * @param {string} path
 * @param {Definitions} definitions
 */
function objectFault(value, schema, path, definitions) {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${path}.${missing}: missing`;
  for (const [key, inner] of Object.entries(value)) {
    const expected = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!expected && !additionalProperties) return `${path}.${key}: unknown`;
    const found = expected ? fault(inner, expected, `${path}.${key}`, definitions) : null;
    if (found) return found;
  }
  return null;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
