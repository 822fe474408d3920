/** Messages given to the one handler that each type has. */

/**
 * A table of handlers. `A`: what each is given besides its message; `R`: what it returns.
 * @template {{ type: string }} M
 * @template {unknown[]} [A=[]]
 * @template [R=void]
 * @typedef {{ [T in M['type']]: (message: Extract<M, { type: T }>, ...more: A) => R }} Handlers
 */

/**
 * Call the handler of a message's type. A message of a type without one is passed over.
 * @template {{ type: string }} M
 * @template {unknown[]} A
 * @template R
 * @param {Handlers<M, A, R>} handlers
 * @param {M} message
 * @param {A} more
 * @returns {R | undefined} what the handler returned; undefined without a handler
 */
export function handle(handlers, message, ...more) {
  const type = /** @type {M['type']} */ (message.type);
  if (!Object.hasOwn(handlers, type)) return undefined;
  // A handler takes the messages of its own type, which the compiler cannot follow through a table.
  const handler = /** @type {(message: M, ...more: A) => R} */ (handlers[type]);
  return handler(message, ...more);
}
