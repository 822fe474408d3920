"""A tab whose captions are what the test says, and hands that move them."""

from dataclasses import dataclass
from typing import Any, Protocol

from browser import Browser
from playwright.sync_api import Page
from waiting import wait_until


class Speaker(Protocol):
    """A host that says what it is told."""

    def say(self, *lines: dict[str, Any], draft: dict[str, Any] | None = None) -> None:
        """Say lines, of which the fields that matter are given."""


@dataclass
class Stage:
    """A tab with captions, and who says them."""

    browser: Browser
    page: Page
    host: Speaker
    said: int = 0

    def say(self, *texts: str, draft: str = "", **changes: Any) -> int:
        """Say new lines, a draft in the last one; return the id of the first."""
        first = self.said * 32_000
        self.said += len(texts)
        ids = range(first, self.said * 32_000, 32_000)
        lines = [{"id": i, "text": t, **changes} for i, t in zip(ids, texts, strict=True)]
        self.correct(*lines, draft=draft)
        return first

    def correct(self, *lines: dict[str, Any], draft: str = "") -> None:
        """Say lines again, as whole messages."""
        start = lines[-1]["id"]
        text = {"line": start, "text": draft, "start": start, "end": start + 32_000}
        self.host.say(*lines, draft=text if draft else None)

    def until(self, text: str) -> None:
        """Wait for the words over the page."""
        seen = lambda: text in self.browser.captions(self.page)  # noqa: E731
        wait_until(seen, f"{text!r} was not shown")

    def box(self) -> tuple[float, float, float]:
        """Return middle, lower edge and width of the captions, in whole pixels."""
        box = self.browser.overlay_box(self.page)
        middle = (box["left"] + box["right"]) / 2
        return round(middle), round(box["bottom"]), round(box["right"] - box["left"])

    def drag(self, grip: str, dx: float, dy: float) -> None:
        """Drag a grip with the mouse."""
        box = self.browser.resting_box(self.page, grip)
        x, y = (box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=4)
        self.page.mouse.up()

    def style(self, part: str, name: str) -> str:
        """Return a computed style."""
        return str(
            self.browser.ask_overlay(
                self.page, part, "function (name) { return getComputedStyle(this)[name]; }", name
            )
        )
