/** Owns the running captures. The service worker comes and goes; this document stays. */
import { Meter } from '../audio/meter.js';
import { TabCapture } from './capture.js';
import { CaptionSession } from './session.js';

/** @typedef {import('../shared/messages.js').OffscreenCommand} OffscreenCommand */
/** @typedef {import('../shared/messages.js').OffscreenReport} OffscreenReport */
/** @typedef {import('../shared/messages.js').Problem} Problem */
/** @typedef {import('../shared/protocol.js').ToExtension} ToExtension */

/** A host that has not said its last words by then will not. */
const LAST_WORDS_MS = 15_000;

/** A worker that dies at its start must not be started in a tight loop. */
const RECONNECT_MS = 100;

/** A look at the levels; fast enough to follow speech. */
const METER_MS = 150;

/** @type {Map<string, { session: CaptionSession, capture: TabCapture | null, meter: Meter }>} */
const running = new Map();

let hostReady = false;

/** @type {ReturnType<typeof setInterval> | undefined} runs while somebody looks at the levels */
let metering;

/** @type {chrome.runtime.Port | null} */
let worker = null;
connect();

/** Connecting starts the worker if it does not run, and tells it what does. */
function connect() {
  worker = chrome.runtime.connect({ name: 'captures' });
  worker.onMessage.addListener(obey);
  worker.onDisconnect.addListener(() => {
    worker = null;
    setHostReady(false);
    setMetering(false);
    if (running.size === 0) window.close();
    else setTimeout(connect, RECONNECT_MS);
  });
  publish();
}

/** @param {OffscreenReport} report dropped without a worker: the next one is told everything */
function report(report) {
  worker?.postMessage(report);
}

function publish() {
  const captures = [...running.values()].map(({ session }) => session.state);
  report({ type: 'captures', captures });
}

/** @param {boolean} wanted */
function setMetering(wanted) {
  clearInterval(metering);
  if (wanted) metering = setInterval(publishLevels, METER_MS);
}

function publishLevels() {
  const levels = [...running.values()].map(({ session, meter }) => {
    return { tabId: session.tabId, level: meter.take() };
  });
  report({ type: 'levels', levels });
}

/** @param {OffscreenCommand} command */
function obey(command) {
  switch (command.type) {
    case 'begin':
      return void begin(command);
    case 'meter':
      return setMetering(command.wanted);
    case 'abandon':
      return void command.tabIds.flatMap(sessionsAt).forEach(forget);
    case 'visible':
      for (const { session } of running.values()) {
        session.setVisible(command.tabIds.includes(session.tabId));
      }
      return;
    case 'host':
      return setHostReady(command.ready);
    case 'from-host':
      return receive(command.message);
    default:
      for (const session of activeAt(command.tabId)) steer(session, command);
  }
}

/** @typedef {'configure' | 'copy' | 'retranslate' | 'media' | 'show' | 'end'} ToSession */

/**
 * @param {CaptionSession} session
 * @param {Extract<OffscreenCommand, { type: ToSession }>} command
 */
function steer(session, command) {
  switch (command.type) {
    case 'configure':
      return session.configure(command.options);
    case 'copy':
      return copyLastLine(session);
    case 'retranslate':
      return session.retranslate();
    case 'media':
      return session.setPaused(command.paused);
    case 'show':
      return session.show();
    case 'end':
      return void end(session);
  }
}

/** @param {Extract<OffscreenCommand, { type: 'begin' }>} command */
async function begin({ session: id, tabId, streamId, options, visible }) {
  const session = new CaptionSession(
    { id, tabId, options, visible },
    {
      toHost: (message) => report({ type: 'to-host', message }),
      toOverlay: (message) => report({ type: 'overlay', tabId, message }),
      phaseChanged: publish,
    },
  );
  try {
    const meter = new Meter();
    /** @param {Int16Array} pcm */
    const onFrame = (pcm) => {
      meter.push(pcm);
      session.push(pcm);
    };
    const capture = await TabCapture.open(streamId, onFrame, () => end(session));
    running.set(id, { session, capture, meter });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const problem = { code: 'capture_failed', message: '', hint: error.message };
    return report({ type: 'begun', session: id, problem });
  }
  session.show();
  if (hostReady) session.attach();
  else publish();
  report({ type: 'begun', session: id, problem: null });
}

/**
 * Put a session's newest line on the clipboard. A document without focus can do so only this way.
 * @param {CaptionSession} session
 */
function copyLastLine(session) {
  const field = document.createElement('textarea');
  field.value = session.lastLine();
  if (field.value === '') return;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (copied) session.confirmCopy();
}

/** @param {CaptionSession} session */
async function end(session) {
  // A second click while the last samples are on their way.
  if (!running.get(session.id)?.capture) return;
  await closeCapture(session);
  session.stop();
  setTimeout(() => forget(session), LAST_WORDS_MS);
}

/** @param {CaptionSession} session */
function forget(session) {
  if (!running.has(session.id)) return;
  void closeCapture(session);
  running.delete(session.id);
  session.close();
  publish();
}

/** @param {CaptionSession} session */
async function closeCapture(session) {
  const entry = running.get(session.id);
  const capture = entry?.capture;
  if (!entry || !capture) return;
  entry.capture = null;
  await capture.close();
}

/** @param {boolean} ready */
function setHostReady(ready) {
  if (ready === hostReady) return;
  hostReady = ready;
  for (const { session } of running.values()) {
    if (ready) session.attach();
    else session.detach();
  }
}

/** @param {ToExtension} message */
function receive(message) {
  if (!('session' in message) || message.session === null) return;
  const session = running.get(message.session)?.session;
  // The host may still speak of a session that was forgotten here.
  if (!session) return;
  if (message.type === 'captions') session.applyCaptions(message);
  else if (message.type === 'error') forget(session);
  else if (message.state === 'ended') return session.goOn() ? undefined : forget(session);
  else session.applyStatus(message);
}

/** @param {number} tabId */
function sessionsAt(tabId) {
  return [...running.values()].map(({ session }) => session).filter((s) => s.tabId === tabId);
}

/** @param {number} tabId */
function activeAt(tabId) {
  return sessionsAt(tabId).filter((session) => !session.stopping);
}
