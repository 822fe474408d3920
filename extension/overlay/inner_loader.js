// As loader.js, in the frames of a page.
import(chrome.runtime.getURL('overlay/inner.js')).then((inner) => inner.watch());
