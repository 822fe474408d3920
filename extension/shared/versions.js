/** How versions of the extension and of wlk-host compare. */

/**
 * @param {string} version
 * @returns {number[]} the numbers of a version such as 0.12.1; none if it does not begin with one
 */
function parts(version) {
  const [found] = /^\d{1,9}(?:\.\d{1,9}){0,3}/.exec(version) ?? [];
  return found === undefined ? [] : found.split('.').map(Number);
}

/**
 * @param {string} version
 * @param {string} than
 * @returns {boolean} whether a version is newer; one that cannot be read is not
 */
export function isNewer(version, than) {
  const ours = parts(than);
  for (const [index, number] of parts(version).entries()) {
    const other = ours[index] ?? -1;
    if (number !== other) return number > other;
  }
  return false;
}
