/** Times as people read them. Pure. */

/**
 * @param {number} seconds of media time
 * @returns {string} as players write it: 0:07, 12:34, 1:02:03
 */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (/** @type {number} */ number) => String(number).padStart(2, '0');
  const rest = twoDigits(whole % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
}
