/** @typedef {import('./steps.js').FromPage} FromPage */
/** @typedef {import('./steps.js').ToPage} ToPage */

/**
 * Open the frame in which captions are drawn, where no script of the page can look.
 *
 * The frame has neither a name nor a `src`: `measureUserAgentSpecificMemory()` tells a page the
 * `src` of its frames, and the address holds a secret. `credentialless` lets it into pages that are
 * isolated from other origins (https://developer.mozilla.org/docs/Web/Security/IFrame_credentialless).
 * @param {import('./popover.js').CaptionPopover} popover
 * @param {string} address with the secret by which the worker knows the frame
 * @param {(message: ToPage) => void} receive
 * @returns {(message: FromPage) => void} speaks to the frame; what is said before it has loaded waits
 */
export function openFrame(popover, address, receive) {
  const frame = document.createElement('iframe');
  frame.className = 'frame';
  frame.tabIndex = -1;
  Object.assign(frame, { credentialless: true });
  popover.hold(frame);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => receive(data);
  // In a sandbox, the frame has an origin that nothing can name.
  const handOver = () => frame.contentWindow?.postMessage(null, '*', [port2]);
  frame.addEventListener('load', handOver, { once: true });
  frame.contentWindow?.location.replace(address);
  return (message) => port1.postMessage(message);
}
