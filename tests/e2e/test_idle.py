"""Without captions nothing of the extension runs: no worker, no document, nothing in pages."""

import time
from pathlib import Path

import pytest
from conftest import FakeHost
from pages import Clip, Site
from unwatched import Unwatched, run_unwatched
from waiting import wait_until

pytestmark = pytest.mark.browser

IDLE_S = 180.0
"""The browser ends an idle worker after 30 s, the extension its host and document after 30 s."""


def until_asleep(browser: Unwatched) -> None:
    """Wait until nothing of the extension runs. To ask more often keeps the worker awake."""
    wait_until(
        lambda: asleep(browser),
        lambda: f"still there: {browser.ours()}",
        seconds=IDLE_S,
        idle=lambda: time.sleep(15),
    )


def asleep(browser: Unwatched) -> bool:
    """Return whether nothing of the extension runs."""
    return browser.ours() == []


def test_without_captions_nothing_runs(tmp_path: Path, fake_host: FakeHost, site: Site) -> None:
    site.add_clip("/idle.wav", Clip(seconds=60))
    for path in ("/idle", "/idle-2"):
        site.add_page(path, "<body><video src=/idle.wav autoplay loop></video>")
    first, second = site.url("/idle"), site.url("/idle-2")
    with run_unwatched(tmp_path / "profile", fake_host.command) as browser:
        until_asleep(browser)
        n_started = len(fake_host.messages("started"))

        # Pages that come, play and go wake nobody.
        page = browser.open(first)
        plays = "document.querySelector('video')?.currentTime > 1"
        wait_until(lambda: browser.ask(page, plays), "the page does not play")
        browser.ask(page, f"void (location.href = {second!r})")
        on_second = f"location.href === {second!r} && {plays}"
        wait_until(lambda: browser.ask(page, on_second), "the second page does not play")
        assert asleep(browser), browser.ours()
        assert overlays_in(browser, page) == 0
        assert len(fake_host.messages("started")) == n_started

        # Captions that have ended leave nothing behind.
        browser.press(second)
        wait_until(lambda: len(fake_host.messages("audio")) > 20, "no captions")
        wait_until(lambda: overlays_in(browser, page) == 1, "no overlay in the page")
        assert browser.ours("service_worker")
        assert browser.ours("background_page")
        stop_from_popup(browser, second)
        wait_until(lambda: fake_host.messages("stop"), "captions did not end")
        until_asleep(browser)
        wait_until(lambda: fake_host.messages("eof"), "the host goes on")
        assert overlays_in(browser, page) == 0


def overlays_in(browser: Unwatched, page: str) -> int:
    """Return how many overlays are in a page, be they seen or not."""
    # Whatever the extension adds stands beside the page's own head and body.
    return int(browser.ask(page, "document.documentElement.childElementCount")) - 2


def stop_from_popup(browser: Unwatched, url: str) -> None:
    """Open the controls of running captions and press their first button."""
    browser.press(url)
    opened = lambda: [t for t in browser.ours() if "/popup.html" in t["url"]]  # noqa: E731
    [popup] = wait_until(opened, "no popup")
    there = "document.readyState === 'complete' && document.querySelector('h1').innerText !== ''"
    wait_until(lambda: browser.ask(popup["targetId"], there), "an empty popup")
    browser.close_with(popup["targetId"], "#stop")
