// A content script cannot be a module, but it can import one. The module is loaded once a page;
// its promise is this script's result, so who injects it knows when the overlay listens.
import(chrome.runtime.getURL('overlay/overlay.js')).then((overlay) => overlay.listen());
