/** What conversations run with. Types only. */

/** @typedef {import('../audio/meter.js').Meter} Meter */
/** @typedef {import('../shared/messages.js').OffscreenReport} OffscreenReport */
/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./sources.js').Source} Source */

/** @typedef {import('../shared/messages.js').SessionMessage} SessionMessage */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */
/** @typedef {import('../shared/protocol.js').ToHost} ToHost */

/** @typedef {Extract<ToExtension, { type: 'captions' | 'recognised' | 'status' | 'translated' | 'error' }>} SaidOfSession */

/**
 * @typedef {object} Outlets
 * @property {import('./captioned_by.js').RemoteWatch} remote what the host says of a server
 * @property {(message: ToHost) => void} toHost
 * @property {(message: SessionMessage) => void} toOverlay
 * @property {(report: import('../shared/messages.js').OffscreenReport) => void} report
 * @property {() => void} stateChanged
 * @property {() => number} now Date.now()
 * @property {import('../translation/conversation_translation.js').TranslationEdges} translation
 */

/**
 * What the browser does for the conversations.
 * @typedef {object} Edges
 * @property {(report: OffscreenReport) => void} report to the worker; dropped where there is none
 * @property {(streamId: string, onFrame: (pcm: Int16Array) => void, onEnded: () => void) =>
 *   Promise<Source>} openTab throws a DOMException when it is refused
 * @property {(onFrame: (pcm: Int16Array) => void, onEnded: () => void) => Promise<Source>}
 *   openMicrophone throws a DOMException when there is none
 * @property {() => Promise<boolean>} microphoneAllowed without asking the user
 * @property {(text: string) => boolean} copy to the clipboard; whether that succeeded
 * @property {(action: () => void, delayMs: number) => void} schedule
 * @property {(action: () => void, everyMs: number) => () => void} repeat returns what stops it
 * @property {() => string} newId
 * @property {() => number} now Date.now()
 * @property {Pick<import('./archivist.js').Archivist, 'finish' | 'savedAs' | 'setKept'>} archivist
 * @property {Omit<import('../translation/conversation_translation.js').TranslationEdges,
 *   'duck' | 'now' | 'schedule' | 'toHost'>} translation
 */

/**
 * @typedef {object} Entry
 * @property {Conversation} conversation
 * @property {Source | null} capture of the tab; null when it is over, or interrupted
 * @property {boolean} ending no more sound will come
 * @property {Source | null} microphone
 * @property {Meter} meter
 */

export {};
