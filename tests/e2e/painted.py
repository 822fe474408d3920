"""When words are on the screen after a seek, by the clocks of the page and of its captions."""

from typing import Any

from browser import Browser
from playwright.sync_api import Page

SEEK_SOON_MS = 500
"""Until then the captions are being looked at."""

SEEK = """([at, afterMs]) => {
  const video = document.querySelector('video');
  const now = () => performance.timeOrigin + performance.now();
  globalThis.sought = {};
  for (const type of ['seeking', 'seeked'])
    video.addEventListener(type, () => { sought[type] ??= now(); }, { once: true });
  setTimeout(() => { sought.asked = now(); video.currentTime = at; }, afterMs);
}"""

PAINTED = """function (words, withinMs) {
  return new Promise((resolve) => {
    const afterPaint = new MessageChannel();
    afterPaint.port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
    const look = () => {
      // Rows and words are elements, with or without a space between them.
      const shown = this.textContent.replace(/\\s/g, '');
      if (!this.classList.contains('shown') || !shown.includes(words.replace(/\\s/g, ''))) return;
      observer.disconnect();
      // A task that was posted within a frame runs behind its paint.
      requestAnimationFrame(() => afterPaint.port2.postMessage(null));
    };
    const observer = new MutationObserver(look);
    const changes = { subtree: true, childList: true, characterData: true, attributes: true };
    observer.observe(this, changes);
    setTimeout(() => resolve(null), withinMs);
  });
}"""


def painted_after_seek(browser: Browser, page: Page, at: float, words: str) -> dict[str, float]:
    """Seek the page's video and wait for words that are not shown yet.

    Returns:
        Milliseconds from each of "asked", "seeking" and "seeked" to the paint.
    """
    assert words not in browser.captions(page), "they are there before the seek"
    page.evaluate(SEEK, [at, SEEK_SOON_MS])
    painted = browser.ask_overlay(page, "captions", PAINTED, words, SEEK_SOON_MS + 10_000)
    assert painted is not None, f"{words!r} is not shown: {browser.captions(page)!r}"
    sought: dict[str, Any] = page.evaluate("sought")
    return {name: painted - when for name, when in sought.items()}
