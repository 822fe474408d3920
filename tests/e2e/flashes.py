"""A film that flashes with a tone, and when each is seen and heard."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from browser import Browser
from playwright.sync_api import Page

from fixtures.film import write_film
from wlk_host.core.types import SAMPLE_RATE

EVERY_S = 3
FIRST_S = 1.5
LASTS_S = 0.3
RATE = 25

ONSETS = "globalThis.onsets"
"""Where each observer below keeps the times (Date.now()) at which something began."""

LISTEN = f"""(() => {{
  const {{ context }} = it;
  {ONSETS} = [];
  let last = -Infinity;
  const tap = context.createScriptProcessor(256, 2, 1);
  tap.onaudioprocess = ({{ inputBuffer }}) => {{
    const loud = inputBuffer.getChannelData(0).some((sample) => Math.abs(sample) > 0.05);
    if (loud && Date.now() - last > 500) {ONSETS}.push(Date.now());
    if (loud) last = Date.now();
  }};
  it.connect(tap).connect(context.destination);
}})()"""
"""Note what is heard: `it` is what the sound is played through."""

LOOK = f"""function () {{
  const probe = new OffscreenCanvas(1, 1).getContext('2d', {{ willReadFrequently: true }});
  {ONSETS} = [];
  globalThis.looks = 0;
  let was = false;
  const look = () => {{
    requestAnimationFrame(look);
    if (!this.width) return;
    probe.drawImage(this, 0, 0, 1, 1);
    const [red] = probe.getImageData(0, 0, 1, 1).data;
    const bright = red > 128;
    globalThis.looks++;
    globalThis.bright = bright;
    if (bright && !was) {ONSETS}.push(Date.now());
    was = bright;
  }};
  look();
}}"""
"""Note when the canvas, `this`, shows a flash."""

READ = f"""function () {{
  {ONSETS} = {{}};
  new MutationObserver(() => {{
    for (const word of this.textContent.match(/w\\d+/g) ?? [])
      {ONSETS}[word] ??= Date.now();
  }}).observe(this, {{ subtree: true, childList: true, characterData: true }});
}}"""
"""Note when each word of the captions, in `this`, is shown first."""

WATCH = """() => {
  const video = document.querySelector('video');
  const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  globalThis.flashes = [];
  let was = false;
  const look = (now, { expectedDisplayTime }) => {
    video.requestVideoFrameCallback(look);
    probe.drawImage(video, 0, 0, 1, 1);
    const bright = probe.getImageData(0, 0, 1, 1).data[0] > 128;
    if (bright && !was) globalThis.flashes.push(performance.timeOrigin + expectedDisplayTime);
    was = bright;
  };
  video.requestVideoFrameCallback(look);
}"""
"""Note when the film itself flashes."""


def write_flashes(path: Path, seconds: float, size: tuple[int, int] = (320, 180)) -> Path:
    """Write a film that is dark and silent but for a flash and a tone now and then."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    on = (at >= FIRST_S) & ((at - FIRST_S) % EVERY_S < LASTS_S)
    pcm = (0.5 * np.sin(2 * np.pi * 660 * at) * on).astype(np.float32)
    width, height = size
    dark, bright = (np.full((height, width, 3), level, np.uint8) for level in (20, 235))

    def draw(number: int) -> np.ndarray:
        flashes = bool(on[min(len(on) - 1, round(number / RATE * SAMPLE_RATE))])
        return bright if flashes else dark

    return write_film(path, pcm, draw, RATE)


@dataclass
class Witness:
    """Notes in one clock when flashes are seen, tones are heard, and words are shown."""

    browser: Browser
    page: Page

    def attend(self) -> None:
        """Begin with what is heard, and with what the film shows by itself."""
        self.browser.offscreen().each("GainNode", LISTEN)
        self.page.evaluate(WATCH)

    def look(self) -> None:
        """Begin with what is seen, which must be delayed already."""
        [canvas] = self.canvases()
        self.ask(canvas, LOOK)

    def read(self) -> None:
        """Begin with the captions, which must be shown already."""
        self.browser.ask_overlay(self.page, "window", READ)

    @property
    def film(self) -> list[float]:
        """When the film flashed, ms."""
        return list(self.page.evaluate("globalThis.flashes"))

    @property
    def seen(self) -> list[float]:
        """When a flash was seen, ms."""
        return list(self.page.evaluate(ONSETS))

    @property
    def heard(self) -> list[float]:
        """When a tone was heard, ms."""
        return list(self.browser.offscreen().evaluate(ONSETS))

    @property
    def words(self) -> dict[str, float]:
        """When each word was shown first, ms."""
        return dict(self.browser.ask_overlay(self.page, "window", f"() => {ONSETS}"))

    def canvases(self) -> list[dict[str, Any]]:
        """Return the canvases of the extension in the page."""
        return self.browser.own_canvases(self.page)

    def ask(self, node: dict[str, Any], function: str) -> Any:
        """Return what a function says of a node, its `this`."""
        return self.browser.ask_node(self.page, node, function)
