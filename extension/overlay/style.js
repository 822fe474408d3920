/**
 * The look of the captions. What the user chose comes as custom properties of `.stage`, which holds
 * all that is said.
 */
export const STYLE = `
.stage {
  color-scheme: light dark;
  --draft-ink: color-mix(in srgb, var(--ink) 70%, transparent);
  --paper: color-mix(in srgb, var(--ground) var(--ground-share), transparent);
  position: absolute;
  inset: auto 0 0;
  font: var(--weight) var(--size) / var(--row) var(--font);
  color: var(--ink);
  -webkit-font-smoothing: antialiased;
}

/* In a frame of its own. */
body > .stage {
  inset: auto var(--reach) var(--reach);
}

.stack {
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: calc(var(--size) * 0.5);
  opacity: var(--opacity);
}

.captions,
.notice {
  position: relative;
  box-sizing: border-box;
  background: var(--paper);
  box-shadow:
    0 0 0 1px color-mix(in srgb, var(--ink) var(--edge-share), transparent),
    0 8px 30px rgb(0 0 0 / var(--shade));
  opacity: 0;
  transition: opacity 320ms ease;
}

.captions.shown,
.notice.shown {
  opacity: 1;
  transition-duration: 140ms;
}

.captions {
  width: 100%;
  padding: var(--padding);
  border-radius: calc(var(--size) * 0.7);
}

/* Text grows downwards and leaves at the top: the newest row always stands at the same height. */
.window {
  display: flex;
  flex-direction: column;
  justify-content: flex-end;
  overflow: hidden;
  transition: height 180ms ease-out;
}

.flow {
  flex: none;
}

.text {
  margin: 0;
  overflow-wrap: anywhere;
  line-break: strict;
  word-break: auto-phrase;
  text-align: var(--align);
  text-shadow: var(--contour);
}

.stage.reached .text {
  cursor: text;
}

.stage.reached .text[data-speaker]:not([data-speaker=""])::before {
  cursor: pointer;
  text-decoration: underline dotted;
}

/* That they can be reached is seen. */
.stage.reached .captions {
  box-shadow:
    0 0 0 2px var(--ink),
    0 8px 30px rgb(0 0 0 / var(--shade));
}

.text.translation {
  font-size: var(--translation-size);
  line-height: var(--translation-row);
}

/* Beside its translation, the original steps back a little; colour, not size, tells them apart. */
.row.paired .original {
  color: color-mix(in srgb, var(--ink) 84%, transparent);
}

/* Who speaks; a word of the page would be taken for one that was said. */
.text[data-speaker]:not([data-speaker=""])::before {
  content: attr(data-speaker) " ";
  font-weight: 800;
  /* Most of it is the text's own colour, which stands out from every background. */
  color: color-mix(in srgb, var(--voice) 40%, var(--ink));
  unicode-bidi: isolate;
}

.text[data-colour="0"] {
  --voice: #d5d9e0;
}

.text[data-colour="1"] {
  --voice: #7cc4ff;
}

.text[data-colour="2"] {
  --voice: #ffb86b;
}

.text[data-colour="3"] {
  --voice: #8fe388;
}

.text[data-colour="4"] {
  --voice: #ff9db5;
}

.text[data-colour="5"] {
  --voice: #c9a8ff;
}

.text[data-colour="6"] {
  --voice: #6fe0d2;
}

/* The microphone is on: on the upper edge, where no word is. */
.microphone {
  position: absolute;
  top: calc(var(--size) * -0.55);
  inset-inline-end: calc(var(--size) * 0.7);
  box-sizing: border-box;
  width: calc(var(--size) * 1.1);
  height: calc(var(--size) * 1.1);
  padding: calc(var(--size) * 0.17);
  border-radius: 50%;
  background: #b3261e;
  fill: none;
  stroke: #ffffff;
  stroke-width: 2.4;
  stroke-linecap: round;
  visibility: hidden;
}

.captions.shown.listens .microphone {
  visibility: visible;
}

/* Another machine captions: on the upper edge, too. */
.server {
  position: absolute;
  top: calc(var(--size) * -0.5);
  inset-inline-start: calc(var(--size) * 0.7);
  max-width: 60%;
  padding: 0 calc(var(--size) * 0.35);
  overflow: hidden;
  border-radius: calc(var(--size) * 0.4);
  background: #1a56a8;
  color: #ffffff;
  font: 600 calc(var(--size) * 0.55) / 1.6 system-ui, sans-serif;
  text-overflow: ellipsis;
  white-space: nowrap;
  visibility: hidden;
}

.captions.shown.remote .server {
  visibility: visible;
}

.word {
  /* A new word stands there at once: to fade in, it would have every frame drawn anew. */
  transition: color 200ms ease;
}

.word.draft {
  color: var(--draft-ink);
}

.spoken {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

.notice {
  display: flex;
  align-items: center;
  gap: 0.65em;
  max-width: 100%;
  padding: 0.3em 0.95em 0.3em 0.8em;
  border-radius: 99em;
  font-family: system-ui, sans-serif;
  font-size: max(13px, calc(var(--size) * 0.68));
  line-height: 1.5;
  text-shadow: var(--contour);
}

.light {
  flex: none;
  width: 0.5em;
  height: 0.5em;
  border-radius: 50%;
  background: #63d68b;
}

.notice.busy .light {
  background: #f5b94a;
  animation: breathe 1.6s ease-in-out infinite;
}

.captions.held,
.captions.held .window {
  transition: none;
}

@keyframes breathe {
  50% {
    opacity: 0.25;
  }
}

@media (prefers-reduced-motion: reduce) {
  .captions,
  .notice,
  .window,
  .word,
  .light {
    transition-duration: 1ms;
    animation: none !important;
  }
}

@media (prefers-reduced-transparency: reduce), (prefers-contrast: more) {
  .stage {
    --paper: var(--ground);
  }

  .stack {
    opacity: 1;
  }
}

@media (prefers-contrast: more) {
  .stage {
    --draft-ink: color-mix(in srgb, var(--ink) 85%, var(--ground));
  }

  .row.paired .original {
    color: inherit;
  }

  .captions,
  .notice {
    box-shadow: 0 0 0 2px var(--ink);
  }
}

@media (prefers-contrast: less) {
  .captions,
  .notice {
    color: color-mix(in srgb, var(--ink) 84%, var(--ground));
  }
}

@media (forced-colors: active) {
  .stage {
    --draft-ink: GrayText;
  }

  .stack {
    opacity: 1;
  }

  .captions,
  .notice {
    border: 1px solid CanvasText;
    background: Canvas;
    color: CanvasText;
  }

  .text {
    text-shadow: none;
  }

  /* These tell by their colour. */
  .light,
  .microphone {
    forced-color-adjust: none;
  }
}
`;
