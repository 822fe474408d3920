/** Owns the running captures. The service worker comes and goes; this document stays. */
import { Meter } from '../audio/meter.js';
import { faultOf } from '../shared/microphone.js';
import { SoundCapture } from './capture.js';
import { Conversation } from './conversation.js';

/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
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

/**
 * @typedef {object} Entry
 * @property {Conversation} conversation
 * @property {SoundCapture | null} capture of the tab; null when it is over
 * @property {SoundCapture | null} microphone
 * @property {Meter} meter
 */

/** @type {Map<string, Entry>} by the conversation's id */
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
  const captures = [...running.values()].map(({ conversation }) => conversation.state);
  report({ type: 'captures', captures });
}

/** @param {boolean} wanted */
function setMetering(wanted) {
  clearInterval(metering);
  if (wanted) metering = setInterval(publishLevels, METER_MS);
}

function publishLevels() {
  const levels = [...running.values()].map(({ conversation, meter }) => {
    return { tabId: conversation.tabId, level: meter.take() };
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
      return command.tabIds.flatMap(entriesAt).forEach(forget);
    case 'visible':
      return running.forEach(({ conversation }) =>
        conversation.setVisible(command.tabIds.includes(conversation.tabId)),
      );
    case 'muted':
      return activeAt(command.tabId).forEach(({ capture }) => capture?.setMuted(command.muted));
    case 'host':
      return setHostReady(command.ready);
    case 'from-host':
      return receive(command.message);
    default:
      for (const entry of activeAt(command.tabId)) steer(entry, command);
  }
}

/**
 * @typedef {'configure' | 'copy' | 'retranslate' | 'media' | 'audible' | 'leave-page' | 'microphone'
 *   | 'show' | 'end'} ToEntry
 */

/**
 * @param {Entry} entry
 * @param {Extract<OffscreenCommand, { type: ToEntry }>} command
 */
function steer(entry, command) {
  const { conversation } = entry;
  switch (command.type) {
    case 'configure':
      return conversation.configure(command.options);
    case 'copy':
      return copyLastLine(conversation);
    case 'retranslate':
      return conversation.retranslate();
    case 'media':
      return conversation.setPaused(command.paused);
    case 'audible':
      return conversation.setAudible(command.audible);
    case 'leave-page':
      return conversation.leavePage();
    case 'microphone':
      return void (command.on ? listen(entry) : closeMicrophone(entry, 'off'));
    case 'show':
      return conversation.show();
    case 'end':
      return void end(entry);
  }
}

/** @param {Extract<OffscreenCommand, { type: 'begin' }>} command */
async function begin({ session: id, tabId, streamId, options, visible, microphone, muted }) {
  const conversation = new Conversation(
    { id, tabId, options, visible },
    {
      toHost: (message) => report({ type: 'to-host', message }),
      toOverlay: (message) => report({ type: 'overlay', tabId, message }),
      stateChanged: publish,
    },
  );
  const meter = new Meter();
  /** @type {Entry} */
  const entry = { conversation, capture: null, microphone: null, meter };
  try {
    /** @param {Int16Array} pcm */
    const onFrame = (pcm) => {
      meter.push(pcm);
      conversation.push(pcm);
    };
    entry.capture = await SoundCapture.openTab(streamId, onFrame, () => void end(entry));
    entry.capture.setMuted(muted);
    running.set(id, entry);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const problem = { code: 'capture_failed', message: '', hint: error.message };
    return report({ type: 'begun', session: id, problem });
  }
  conversation.show();
  if (hostReady) conversation.attach();
  else publish();
  report({ type: 'begun', session: id, problem: null });
  // By itself it stays in the conversation that has it.
  if (microphone && !listener()) void listen(entry);
}

/** @returns {Entry | undefined} who has the microphone, or is about to */
function listener() {
  const states = ['starting', 'on'];
  return [...running.values()].find(({ conversation }) =>
    states.includes(conversation.state.microphone),
  );
}

/**
 * Caption the microphone as well, in this conversation alone.
 * @param {Entry} entry
 */
async function listen(entry) {
  const { conversation } = entry;
  const before = listener();
  if (before === entry) return;
  if (before) void closeMicrophone(before, 'off');
  conversation.setMicrophoneState('starting');
  const opened = await openMicrophone(entry);
  if (typeof opened === 'string') return conversation.setMicrophoneState(opened);
  // Meanwhile the user may have changed their mind.
  if (conversation.state.microphone !== 'starting' || !entry.capture) return void opened.close();
  entry.microphone = opened;
  conversation.openMicrophone(crypto.randomUUID(), hostReady);
}

/**
 * @param {Entry} entry
 * @returns {Promise<SoundCapture | MicrophoneState>} why not
 */
async function openMicrophone(entry) {
  // A document that nobody sees cannot ask.
  if (!(await microphoneAllowed())) return 'not_allowed';
  try {
    return await SoundCapture.openMicrophone(
      (pcm) => entry.conversation.pushMicrophone(pcm),
      () => void loseMicrophone(entry),
    );
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return faultOf(error);
  }
}

/** @param {Entry} entry whose microphone was unplugged, or is not allowed any more */
async function loseMicrophone(entry) {
  await closeMicrophone(entry, (await microphoneAllowed()) ? 'missing' : 'not_allowed');
}

async function microphoneAllowed() {
  return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted';
}

/**
 * @param {Entry} entry
 * @param {MicrophoneState} state why
 */
async function closeMicrophone(entry, state) {
  const { microphone } = entry;
  entry.microphone = null;
  entry.conversation.setMicrophoneState(state);
  await microphone?.close();
  if (microphone) entry.conversation.stopMicrophone();
}

/**
 * Put the newest line on the clipboard. A document without focus can do so only this way.
 * @param {Conversation} conversation
 */
function copyLastLine(conversation) {
  const field = document.createElement('textarea');
  field.value = conversation.lastLine();
  if (field.value === '') return;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (copied) conversation.confirmCopy();
}

/** @param {Entry} entry */
async function end(entry) {
  // A second click while the last samples are on their way.
  if (!entry.capture) return;
  await closeCaptures(entry);
  entry.conversation.stop();
  setTimeout(() => forget(entry), LAST_WORDS_MS);
}

/** @param {Entry} entry */
function forget(entry) {
  if (!running.delete(entry.conversation.id)) return;
  void closeCaptures(entry);
  entry.conversation.close();
  publish();
}

/** @param {Entry} entry */
async function closeCaptures(entry) {
  const { capture } = entry;
  entry.capture = null;
  await Promise.all([capture?.close(), closeMicrophone(entry, 'off')]);
}

/** @param {boolean} ready */
function setHostReady(ready) {
  if (ready === hostReady) return;
  hostReady = ready;
  for (const { conversation } of running.values()) {
    if (ready) conversation.attach();
    else conversation.detach();
  }
}

/** @param {ToExtension} message */
function receive(message) {
  if (message.type === 'hello') {
    for (const { conversation } of running.values()) conversation.repeatOptions();
  }
  if (!('session' in message) || message.session === null) return;
  for (const entry of running.values()) {
    const channel = entry.conversation.receive(message);
    if (channel === 'tab') forget(entry);
    else if (channel === 'microphone') void closeMicrophone(entry, 'failed');
  }
}

/** @param {number} tabId */
function entriesAt(tabId) {
  return [...running.values()].filter(({ conversation }) => conversation.tabId === tabId);
}

/** @param {number} tabId */
function activeAt(tabId) {
  return entriesAt(tabId).filter(({ conversation }) => !conversation.stopping);
}
