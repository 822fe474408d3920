/** Pages of video meetings: what they keep at the lower edge of their window. Pure. */

/**
 * Known by their address alone, for what is in the page changes with every release. `edge` is what
 * their buttons and captions of their own take, in CSS pixels from the lower edge.
 * @type {{ service: 'meet' | 'zoom' | 'teams', host: RegExp, path: RegExp, edge: number }[]}
 */
const MEETINGS = [
  // Buttons of 80 px, above them three rows of captions.
  { service: 'meet', host: /^meet\.google\.com$/, path: /^\/./, edge: 232 },
  // Buttons of 64 px, above them two rows of captions.
  {
    service: 'zoom',
    host: /^(?:[a-z0-9-]+\.)*zoom\.(?:us|com)$/,
    path: /^\/wc(?:\/|$)/,
    edge: 172,
  },
  // Buttons at the upper edge; at the lower one three rows of captions.
  {
    service: 'teams',
    host: /^teams\.(?:microsoft\.com|live\.com|cloud\.microsoft|microsoft\.us)$/,
    path: /^\//,
    edge: 176,
  },
];

/**
 * @param {{ hostname: string, pathname: string }} address of a page
 * @returns {number | null} what it has at its lower edge, CSS pixels; null: it is no known meeting
 */
export function lowerEdgeOf(address) {
  return knownAt(address)?.edge ?? null;
}

/**
 * @param {{ hostname: string, pathname: string }} address of a page
 * @returns {'meet' | 'zoom' | 'teams' | null} whose meeting it is; null: of no service that is known
 */
export function serviceOf(address) {
  return knownAt(address)?.service ?? null;
}

/** @param {{ hostname: string, pathname: string }} address */
function knownAt({ hostname, pathname }) {
  return MEETINGS.find(({ host, path }) => host.test(hostname) && path.test(pathname));
}
