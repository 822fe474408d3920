/**
 * The overlay put together of its modules. A page may load these only one by one, so they do not
 * import each other.
 */

/** @typedef {import('./grips.js').Grip} Grip */
/** @typedef {import('./steps.js').FromPage} FromPage */
/** @typedef {import('./steps.js').ToPage} ToPage */

/**
 * @typedef {object} CaptionParts the modules of what is drawn
 * @property {typeof import('./captioner.js')} captioner
 * @property {typeof import('./flow.js')} flow
 * @property {typeof import('./pace.js')} pace
 * @property {typeof import('./reducer.js')} reducer
 * @property {typeof import('./view.js')} view
 * @property {typeof import('./words.js')} words
 */

/**
 * @typedef {object} PageParts the modules of the overlay's place in the page
 * @property {typeof import('./grips.js')} grips
 * @property {typeof import('./held_key.js')} heldKey
 * @property {typeof import('./insistence.js')} insistence
 * @property {typeof import('./look.js')} look
 * @property {typeof import('./main_medium.js')} mainMedium
 * @property {typeof import('./media.js')} media
 * @property {typeof import('./meeting_names.js')} meetingNames
 * @property {typeof import('./meetings.js')} meetings
 * @property {typeof import('./place_style.js')} placeStyle
 * @property {typeof import('./placement.js')} placement
 * @property {typeof import('./player.js')} player
 * @property {typeof import('./popover.js')} popover
 * @property {typeof import('./stage.js')} stage
 * @property {typeof import('./style.js')} style
 */

/**
 * What captions are made of.
 * @param {CaptionParts} parts
 * @param {import('./steps.js').Rules} rules
 * @param {(message: ToPage) => void} toPage
 * @param {(key: string, detail?: string) => string} textOf in the user's language
 * @param {(message: import('../shared/messages.js').FrameMessage) => void} [toWorker] nobody, where
 *   captions are drawn in the page itself
 */
export function composeCaptions(parts, rules, toPage, textOf, toWorker = () => {}) {
  const { splitWords } = parts.words;
  const flow = new parts.flow.CaptionFlow(
    parts.pace,
    splitWords,
    rules.speakers.speakerColour,
    (height) => view.setHeight(height),
  );
  const view = new parts.view.CaptionView(flow, toPage, toWorker);
  const reducer = new parts.reducer.OverlayReducer(
    rules,
    {
      you: textOf('speaker_you'),
      numbered: (number) => textOf('speaker_number', number),
    },
    navigator.language,
  );
  const captioner = new parts.captioner.Captioner(reducer, view, flow, toPage, textOf);
  return { captioner, element: view.element };
}

/**
 * What captions need of the page.
 * @param {PageParts} parts
 * @param {Record<string, string>} fonts
 * @param {Record<Grip, string>} labels
 * @param {(message: import('../shared/messages.js').PageMessage) => void} tell the worker
 * @param {(message: FromPage) => void} toCaptions
 * @param {import('./media.js').RootOf} rootOf
 */
export function composePage(parts, fonts, labels, tell, toCaptions, rootOf) {
  const { lookOf } = parts.look;
  const { placeFor, positionOf } = parts.placement;
  const { lowerEdgeOf, serviceOf } = parts.meetings;
  const stage = new parts.stage.Stage(
    { lookOf, placeFor, positionOf, lowerEdgeOf, fonts },
    (screen, position) => tell({ type: 'position', screen, position }),
  );
  const media = new parts.media.MediaWatch(parts.mainMedium, tell, rootOf);
  const players = new parts.player.PlayerWatch((video) => stage.keepOff(video));
  const grips = new parts.grips.Grips(stage, parts.placement, labels);
  const popover = makePopover(parts, grips, {
    opened: () => players.start(),
    closed: () => players.stop(),
    hampered: () => tell({ type: 'hampered' }),
    gauged: (width) => stage.scaleText(width / parts.placeStyle.USUAL_GAUGE),
    pointed: (pointed) => toCaptions({ type: 'pointed', pointed }),
  });
  stage.enter(popover, toCaptions);
  const key = makeKey(parts, popover, toCaptions);
  const names = new parts.meetingNames.MeetingNames(
    () => serviceOf(location),
    (seen) => tell({ type: 'speaking', ...seen }),
  );
  followWindow(stage, players);
  /** @param {ToPage} message */
  const receive = (message) => {
    switch (message.type) {
      case 'look':
        names.setWanted(message.meetingNames);
        return stage.dress(message.appearance, message.bilingual, message.positions);
      case 'media':
        popover.setNeeded(message.watched);
        names.setWatching(message.watched);
        return message.watched ? media.start() : media.stop();
      case 'seen':
        key.watch(message.captions);
        return popover.show(message);
      case 'released':
        return key.release();
      case 'over':
        media.stop();
        names.setWatching(false);
        key.watch(false);
        return popover.remove();
    }
  };
  return { popover, receive, media };
}

/**
 * @param {import('./stage.js').Stage} stage
 * @param {import('./player.js').PlayerWatch} players
 */
function followWindow(stage, players) {
  const rearrange = () => {
    stage.arrange();
    players.look();
  };
  addEventListener('resize', rearrange);
  document.addEventListener('fullscreenchange', rearrange);
}

/**
 * @param {PageParts} parts
 * @param {import('./grips.js').Grips} grips
 * @param {ConstructorParameters<typeof import('./popover.js').CaptionPopover>[2]} listener
 */
function makePopover({ placeStyle, style, popover, insistence }, grips, listener) {
  const styles = [placeStyle.PLACE_STYLE, style.STYLE];
  return new popover.CaptionPopover(styles, grips.elements, listener, insistence.Insistence);
}

/**
 * @param {PageParts} parts
 * @param {import('./popover.js').CaptionPopover} popover
 * @param {(message: FromPage) => void} toCaptions
 */
function makeKey({ heldKey }, popover, toCaptions) {
  const changed = (/** @type {boolean} */ held) => {
    popover.setReached(held);
    toCaptions({ type: 'reached', reached: held });
  };
  return new heldKey.HeldKey(changed, () => popover.hasFocus);
}
