/** @typedef {import('./grips.js').Grip} Grip */

/**
 * @typedef {object} Parts the modules of which the overlay is made
 * @property {typeof import('./flow.js')} flow
 * @property {typeof import('./grips.js')} grips
 * @property {typeof import('./look.js')} look
 * @property {typeof import('./meetings.js')} meetings
 * @property {typeof import('./pace.js')} pace
 * @property {typeof import('./placement.js')} placement
 * @property {typeof import('./player.js')} player
 * @property {typeof import('../shared/speakers.js')} speakers
 * @property {typeof import('./stage.js')} stage
 * @property {typeof import('./style.js')} style
 * @property {typeof import('./view.js')} view
 * @property {typeof import('./words.js')} words
 */

/**
 * Build what is seen. A page may load these modules only one by one, so they do not import each
 * other: here they are put together.
 * @param {Parts} parts
 * @param {Record<string, string>} fonts
 * @param {Record<Grip, string>} labels
 * @param {ConstructorParameters<typeof import('./stage.js').Stage>[1]} keep
 */
export function compose(parts, fonts, labels, keep) {
  const { lookOf } = parts.look;
  const { placeFor, positionOf } = parts.placement;
  const { lowerEdgeOf } = parts.meetings;
  const stage = new parts.stage.Stage({ lookOf, placeFor, positionOf, lowerEdgeOf, fonts }, keep);
  const { splitWords } = parts.words;
  const flow = new parts.flow.CaptionFlow(parts.pace, splitWords, parts.speakers.speakerColour);
  const players = new parts.player.PlayerWatch((video) => stage.keepOff(video));
  const grips = new parts.grips.Grips(stage, parts.placement, labels);
  const view = new parts.view.CaptionView(parts.style.STYLE, flow, grips.elements, {
    opened: () => players.start(),
    closed: () => players.stop(),
    gauged: (width) => stage.scaleText(width / parts.style.USUAL_GAUGE),
  });
  stage.enter({ view, flow });
  const rearrange = () => {
    stage.arrange();
    players.look();
  };
  addEventListener('resize', rearrange);
  document.addEventListener('fullscreenchange', rearrange);
  return { view, flow, stage };
}
