"""A hand that reaches into the captions and asks what a word means."""

from typing import Final

from browser import Browser
from playwright.sync_api import Page
from waiting import wait_until

_REACHED: Final = "function () { return this.classList.contains('reached'); }"

_MIDDLE_OF: Final = """function (word, kind) {
  const words = [...this.querySelectorAll(`.${kind} .word`)];
  const found = words.find(({ textContent }) => textContent.includes(word));
  if (!found) return null;
  // The space in front of a word belongs to its element.
  const range = document.createRange();
  const from = found.textContent.indexOf(word);
  range.setStart(found.firstChild, from);
  range.setEnd(found.firstChild, from + word.length);
  const { left, top, width, height } = range.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}"""


def hold(browser: Browser, page: Page) -> None:
    """Hold the key until the captions feel the pointer."""
    page.keyboard.down("Control")
    wait_until(lambda: browser.ask_overlay(page, "stage", _REACHED), "not reached")


def look_up(browser: Browser, page: Page, word: str, kind: str = "original") -> str:
    """Double-click a word of the captions, which are reached; return what is said of it.

    Args:
        browser: that shows them.
        page: that they are over.
        word: as it is written there.
        kind: original or translation.
    """
    browser.resting_box(page, "flow")
    at = browser.ask_overlay(page, "stage", _MIDDLE_OF, word, kind)
    assert at is not None, f"no {word!r} in {browser.overlay_rows(page)}"
    frame = browser.overlay_box(page, "frame")
    page.mouse.dblclick(frame["left"] + at["x"], frame["top"] + at["y"])
    return wait_until(
        lambda: said if word in (said := browser.notice(page)) else "",
        lambda: f"nothing is said of {word!r}: {browser.notice(page)!r}",
        seconds=20,
    )
