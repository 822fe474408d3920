/** Answers that are kept, since `Intl` takes long to make its objects and codes are few. Pure. */

/**
 * @template Answer
 * @param {(text: string) => Answer} answer pure, and never undefined
 * @returns {(text: string) => Answer} the same, asked once for each text
 */
export function memoised(answer) {
  /** @type {Map<string, Answer>} */
  const known = new Map();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = answer(text);
    known.set(text, found);
    return found;
  };
}
