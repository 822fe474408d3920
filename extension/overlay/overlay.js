/** The overlay's ears: messages of the extension in, captions on the page. */
/** @typedef {import('../shared/captions.js').CaptionRow} CaptionRow */
/** @typedef {import('../shared/messages.js').MicrophoneState} MicrophoneState */
/** @typedef {import('../shared/messages.js').OverlayMessage} OverlayMessage */
/** @typedef {import('../shared/messages.js').PageMessage} PageMessage */
/** @typedef {import('../shared/messages.js').Phase} Phase */
/** @typedef {import('../shared/messages.js').WorkerMessage} WorkerMessage */
/** @typedef {import('../shared/settings.js').SiteSettings} SiteSettings */
/** @typedef {import('./notices.js').Notice} Notice */
/** @typedef {import('./steady.js').Held} Held */

// A page must not be able to find out that its visitor uses captions, so these files have addresses
// that change (`use_dynamic_url`). A static import would ask for the fixed address, in vain: this
// module loads all others and hands them what they need of each other.
/** @type {typeof import('../shared/captions.js')} */
const { applyUpdate, captionRows, EMPTY_MODEL } = await load('shared/captions.js');
/** @type {typeof import('../shared/settings.js')} */
const { DEFAULTS, FONTS, hostOptions, settingsFor } = await load('shared/settings.js');
/** @type {typeof import('../shared/speakers.js')} */
const speakers = await load('shared/speakers.js');
/** @type {typeof import('../shared/swearwords.js')} */
const { SWEARWORDS } = await load('shared/swearwords.js');
/** @type {typeof import('../shared/text_filters.js')} */
const { makeFilter } = await load('shared/text_filters.js');
/** @type {typeof import('./announcer.js')} */
const { announcement } = await load('overlay/announcer.js');
/** @type {typeof import('./bilingual.js')} */
const { shownLines } = await load('overlay/bilingual.js');
/** @type {typeof import('./media.js')} */
const { MediaWatch } = await load('overlay/media.js');
/** @type {typeof import('./notices.js')} */
const { changeFor, microphoneNotice, reply } = await load('overlay/notices.js');
/** @type {typeof import('./steady.js')} */
const { holdNothingBack, steadyRows } = await load('overlay/steady.js');
/** @type {typeof import('./compose.js')} */
const { compose } = await load('overlay/compose.js');
/** @type {import('./compose.js').Parts} */
const PARTS = {
  flow: await load('overlay/flow.js'),
  grips: await load('overlay/grips.js'),
  look: await load('overlay/look.js'),
  meetings: await load('overlay/meetings.js'),
  pace: await load('overlay/pace.js'),
  placement: await load('overlay/placement.js'),
  player: await load('overlay/player.js'),
  speakers,
  stage: await load('overlay/stage.js'),
  style: await load('overlay/style.js'),
  view: await load('overlay/view.js'),
  words: await load('overlay/words.js'),
};

/** Lines that may wait for their turn; those that were read leave the page. */
const LINES_HELD = 40;

/** Silence after which captions make way. */
const LINGER_MS = 6_000;

/** A line that has faded may still be revised and then end a little later: that is no new speech. */
const REVISED_END_SAMPLES = 16_000;

/** How long the last words stay when captions were switched off. */
const LAST_WORDS_MS = 2_500;

const MODE_NOTICES = { fast: 'choice_mode_fast', reading: 'choice_mode_reading' };

/** @type {string | null} */
let session = null;
let model = EMPTY_MODEL;
/** @type {Phase | null} */
let phase = null;
/** @type {MicrophoneState} */
let microphone = 'off';
/** @type {Notice | null} what is to be said of it as soon as captions run */
let microphoneNews = null;
let settings = settingsFor(DEFAULTS, null);
let filter = makeFilter(settings.filters, SWEARWORDS);
/** @type {Held} */
let held = new Map();
/** Captions that end before this sample have faded and do not come back. */
let fadedUntil = 0;
let shownText = '';
/** @type {Set<number>} lines that a screen reader was told */
let announced = new Set();
/** The user has asked for no captions for now. */
let hidden = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let nextClause;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let nextNotice;
/** @type {ReturnType<typeof compose> | null} */
let seen = null;

const media = new MediaWatch((paused) => tell({ type: 'media', paused }));

/** Begin to listen; a second call changes nothing. */
export function listen() {
  if (seen) return;
  const labels = {
    move: text('grip_move'),
    left: text('grip_left'),
    right: text('grip_right'),
  };
  seen = compose(PARTS, FONTS, labels, (screen, position) =>
    tell({ type: 'position', screen, position }),
  );
  seen.stage.dress(settings.appearance, bilingual(), { windowed: null, fullscreen: null });
  chrome.runtime.onMessage.addListener(receive);
}

/** @param {OverlayMessage} message */
function receive(message) {
  if (message.type === 'snapshot') return follow(message);
  if (message.type === 'settings') return obey(message);
  if (message.type === 'hide') return hide(!hidden);
  if (message.session !== session) return;
  switch (message.type) {
    case 'captions':
      model = applyUpdate(model, message);
      return showCaptions();
    case 'phase':
      return showPhase(message.phase);
    case 'microphone':
      return showMicrophone(message.microphone);
    case 'copied':
      return say(reply('notice_copied'));
    case 'end':
      return end();
  }
}

/** @param {Extract<OverlayMessage, { type: 'snapshot' }>} snapshot */
function follow(snapshot) {
  if (snapshot.session !== session) {
    session = snapshot.session;
    clearTimeout(silence);
    fadedUntil = 0;
    shownText = '';
    hidden = false;
    phase = null;
    microphone = 'off';
    microphoneNews = null;
    held = new Map();
    announced = new Set();
    seen?.flow.jump();
  }
  model = snapshot.model;
  showCaptions();
  showPhase(snapshot.phase);
  showMicrophone(snapshot.microphone);
  media.start();
}

/** @param {Extract<WorkerMessage, { type: 'settings' }>} message */
function obey({ settings: next, positions }) {
  const switched = next.mode !== settings.mode;
  settings = next;
  filter = makeFilter(settings.filters, SWEARWORDS);
  seen?.stage.dress(settings.appearance, bilingual(), positions);
  seen?.view.setAnnounced(settings.liveRegion === 'polite');
  if (session === null) return;
  if (switched) {
    held = holdNothingBack(captionRows(model, fadedUntil, LINES_HELD));
    say(reply(MODE_NOTICES[settings.mode]));
  }
  showCaptions();
}

/** @param {boolean} wanted */
function hide(wanted) {
  if (session === null) return;
  hidden = wanted;
  seen?.flow.jump();
  showCaptions();
  if (hidden) say(reply('notice_hidden'));
  else seen?.view.endNotice();
}

function end() {
  session = null;
  media.stop();
  clearTimeout(silence);
  clearTimeout(nextClause);
  clearTimeout(nextNotice);
  silence = setTimeout(() => seen?.view.dismiss(), shownText === '' ? 0 : LAST_WORDS_MS);
}

function showCaptions() {
  const spoken = captionRows(model, fadedUntil, LINES_HELD);
  const rows = settings.mode === 'reading' ? steady(spoken) : spoken;
  const lines = hidden ? [] : shownLines(rows, bilingual(), filter, labelsOf);
  seen?.view.showLines(lines);
  if (settings.liveRegion === 'polite') announce(lines);
  const words = lines.flatMap(({ texts }) =>
    texts.map(({ committed, draft }) => committed + draft),
  );
  // Words that turn from draft to committed are no news: they do not prolong the stay.
  if (words.join('\n') === shownText) return;
  shownText = words.join('\n');
  clearTimeout(silence);
  silence = setTimeout(() => {
    fadedUntil = Math.max(fadedUntil, ...spoken.map((row) => row.end + REVISED_END_SAMPLES));
    showCaptions();
  }, LINGER_MS);
}

/**
 * @param {readonly CaptionRow[]} rows
 * @returns {CaptionRow[]}
 */
function steady(rows) {
  const now = performance.now();
  const next = steadyRows(held, rows, now);
  held = next.held;
  clearTimeout(nextClause);
  if (next.dueAt !== null) nextClause = setTimeout(showCaptions, next.dueAt - now);
  return next.rows;
}

/** @param {import('./bilingual.js').ShownLine[]} lines */
function announce(lines) {
  const { text: news, announced: told } = announcement(lines, announced);
  announced = told;
  if (news !== '') seen?.view.announce(news);
}

/** @param {(string | null)[]} shown the speakers of lines that are shown */
function labelsOf(shown) {
  const named = settings.speakers && speakers.severalSpeak(model);
  return speakers.speakerLabels(shown, named, {
    you: text('speaker_you'),
    numbered: (number) => text('speaker_number', number),
  });
}

/** @returns {SiteSettings['bilingual']} as it holds: without a translator there is one language */
function bilingual() {
  const translated = (hostOptions(settings).translate_to ?? null) !== null;
  return translated ? settings.bilingual : { ...settings.bilingual, show: 'original' };
}

/** @param {Phase} next */
function showPhase(next) {
  const change = changeFor(phase, next);
  phase = next;
  if (!change) return;
  clearTimeout(nextNotice);
  if (change.afterMs > 0) nextNotice = setTimeout(() => say(change.notice), change.afterMs);
  else if (next.name !== 'listening' || !microphoneNews) say(change.notice);
  tellOfMicrophone();
}

/** @param {MicrophoneState} next */
function showMicrophone(next) {
  microphoneNews = microphoneNotice(microphone, next) ?? microphoneNews;
  microphone = next;
  seen?.view.setMicrophone(next === 'on');
  tellOfMicrophone();
}

/** Until captions run, that they do not yet is what is said. */
function tellOfMicrophone() {
  if (phase?.name !== 'listening' || !microphoneNews) return;
  say(microphoneNews);
  microphoneNews = null;
}

/** @param {Notice | null} notice */
function say(notice) {
  if (notice) seen?.view.showNotice({ ...notice, text: text(notice.key, notice.detail) });
  else seen?.view.endNotice();
}

/**
 * @param {string} key
 * @param {string} [detail]
 */
function text(key, detail) {
  return chrome.i18n.getMessage(key, detail);
}

/** @param {PageMessage} message */
function tell(message) {
  void chrome.runtime.sendMessage(message);
}

/** @param {string} path */
function load(path) {
  return import(chrome.runtime.getURL(path));
}
