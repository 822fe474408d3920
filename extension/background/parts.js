/** What the controller is given. Types only. */

/**
 * @typedef {object} Parts
 * @property {import('./host_link.js').HostLink} host
 * @property {import('./captures.js').Captures} offscreen
 * @property {import('./overlays.js').Overlays} overlays
 * @property {import('./preferences.js').Preferences} preferences
 * @property {import('./recovery.js').Recovery} recovery
 * @property {import('./restarts.js').Restarts} restarts
 * @property {import('./streams.js').Streams} streams
 * @property {Pick<import('./transcripts.js').Transcripts, 'fill' | 'tellReaders'>} transcripts
 * @property {import('./views.js').Views} views
 */

export {};
