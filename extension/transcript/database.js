/** IndexedDB with promises, as far as it is used. */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function answerTo(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>} when all of it is written; nothing of it is, if it fails
 */
export function written(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @param {IDBFactory} factory
 * @param {string} name
 * @param {number} version
 * @param {(database: IDBDatabase) => void} create its stores, where it is new
 * @returns {Promise<IDBDatabase>}
 */
export function openDatabase(factory, name, version, create) {
  const request = factory.open(name, version);
  request.onupgradeneeded = () => create(request.result);
  return answerTo(request);
}
