/** How wide a gauge is, in pixels, when neither browser nor system shows larger text. */
export const USUAL_GAUGE = 160;

/**
 * The look of the captions' place in the page. The rules of the host are `!important`, because with
 * important rules the shadow tree wins over the page
 * (https://drafts.csswg.org/css-scoping/#shadow-cascading). Nothing can be selected. What the user
 * chose comes as custom properties of `.place`.
 */
export const PLACE_STYLE = `
:host {
  all: initial !important;
  position: fixed !important;
  inset: 0 !important;
  width: auto !important;
  height: auto !important;
  overflow: clip !important;
  pointer-events: none !important;
  user-select: none !important;
  contain: layout style !important;
  display: none !important;
}

:host(:popover-open) {
  display: block !important;
}

@media print {
  :host(:popover-open) {
    display: none !important;
  }
}

/* How large browser and system show text; neither tells otherwise. */
.gauge {
  visibility: hidden;
  position: absolute;
  font: medium system-ui;
  width: calc(10em * env(preferred-text-scale, 1));
}

/* Where the captions are in the page. */
.place {
  color-scheme: light dark;
  position: absolute;
  left: var(--left);
  bottom: var(--bottom);
  width: var(--width);
}

/* The frame in which they are drawn: wider for their shadow, taller for a notice. */
.frame {
  position: absolute;
  left: calc(-1 * var(--reach));
  bottom: calc(-1 * var(--reach));
  width: calc(100% + 2 * var(--reach));
  height: calc(var(--height) + 8 * var(--size) + 2 * var(--reach));
  border: 0;
  background: transparent;
  /* A frame is transparent only while its document has the same scheme. */
  color-scheme: light dark;
  pointer-events: none;
}

/* While a key is held, text can be selected. */
.frame.reached,
.stage.reached {
  pointer-events: auto;
}

.stage.reached {
  user-select: text;
}

/* Invisible, where full captions are: what covers it covers them. */
.probe {
  position: absolute;
  inset: auto 0 0;
  height: var(--height);
}

/* As large as the captions. */
.grips {
  position: absolute;
  inset: auto 0 0;
  height: calc(var(--text-height) + var(--text-padding));
  opacity: var(--opacity);
  transition: height 180ms ease-out;
}

/* The only parts that feel the pointer. They are seen when it comes near. */
.grip {
  all: unset;
  position: absolute;
  display: grid;
  place-items: center;
  visibility: hidden;
  pointer-events: auto;
  touch-action: none;
  opacity: 0;
  transition: opacity 160ms ease;
}

.grips.shown .grip {
  visibility: visible;
}

.grips.near .grip,
.grips .grip:hover,
.grips .grip:focus-visible,
.grips.held .grip {
  opacity: 1;
}

.grip::before {
  content: "";
  border-radius: 99px;
  background: var(--ink);
  box-shadow: 0 0 0 1.5px var(--ground);
}

.grip:focus-visible::before {
  box-shadow:
    0 0 0 2px var(--ground),
    0 0 0 4px var(--ink);
}

.grip.move {
  top: -12px;
  left: calc(50% - 36px);
  width: 72px;
  height: 24px;
  cursor: grab;
}

.grip.move::before {
  width: 44px;
  height: 5px;
}

.grips.held .grip.move {
  cursor: grabbing;
}

.grip.left,
.grip.right {
  top: 0;
  bottom: 0;
  width: 24px;
  cursor: ew-resize;
}

.grip.left {
  left: -12px;
}

.grip.right {
  right: -12px;
}

.grip.left::before,
.grip.right::before {
  width: 5px;
  height: min(44px, 60%);
}

.grips.held {
  transition: none;
}

@media (prefers-reduced-motion: reduce) {
  .grips,
  .grip {
    transition-duration: 1ms;
  }
}

@media (prefers-reduced-transparency: reduce), (prefers-contrast: more), (forced-colors: active) {
  .grips {
    opacity: 1;
  }
}

@media (forced-colors: active) {
  .grip::before {
    background: CanvasText;
  }
}
`;
