// A content script cannot be a module, but it can import one. Chrome waits for the promise that an
// injected script results in, so the worker knows when the overlay listens.
// https://developer.chrome.com/docs/extensions/reference/api/scripting
import(chrome.runtime.getURL('overlay/overlay.js')).then((overlay) => overlay.listen());
