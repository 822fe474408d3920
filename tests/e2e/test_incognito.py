"""A private window is captioned as any other, and nothing of it is kept."""

import json
from pathlib import Path

import pytest
from conftest import FakeHost
from pages import Clip, Site
from unwatched import Unwatched, run_unwatched
from waiting import wait_until

pytestmark = pytest.mark.browser

POSITION = {"x": 0.25, "y": 0.5, "width": 0.5}
DRAGGED = json.dumps({"type": "position", "screen": "windowed", "position": POSITION})


def open_private(browser: Unwatched, url: str) -> tuple[object, str]:
    """Open a page in a private window; return the window's id and the page's target."""
    create = f"chrome.windows.create({{ incognito: true, url: {url!r} }})"
    window = browser.ask_worker(f"{create}.then(({{ id }}) => id)")

    def opened() -> list[str]:
        targets = browser.send("Target.getTargets", filter=[{"type": "page"}])["targetInfos"]
        return [target["targetId"] for target in targets if target["url"] == url]

    [page] = wait_until(opened, "no private window")
    plays = "document.querySelector('video')?.currentTime > 0"
    wait_until(lambda: browser.ask(page, plays), "the page does not play")
    return window, page


def stored(browser: Unwatched, area: str) -> str:
    """Return what an area of the storage holds, as JSON."""
    return str(browser.ask_worker(f"chrome.storage.{area}.get().then(JSON.stringify)"))


def test_nothing_of_a_private_window_is_kept(
    tmp_path: Path, fake_host: FakeHost, site: Site
) -> None:
    site.add_clip("/private.wav", Clip(seconds=60))
    site.add_player("/private", "/private.wav")
    url = site.url("/private", host="localhost")
    with run_unwatched(tmp_path / "profile", fake_host.command) as browser:
        browser.reload_extension(incognito=True)
        allowed = "chrome.extension.isAllowedIncognitoAccess()"
        wait_until(lambda: browser.ask_worker(allowed), "private windows are closed to it")
        window, page = open_private(browser, url)
        browser.press(url)
        wait_until(lambda: len(fake_host.messages("audio")) > 10, "no captions")
        shown = "document.querySelector('html > [popover]')?.matches(':popover-open') === true"
        wait_until(lambda: browser.ask(page, shown), "no captions are shown")

        browser.ask_content_script(page, f"void chrome.runtime.sendMessage({DRAGGED})")
        wait_until(lambda: "localhost" in stored(browser, "session"), "it was not noted")
        tab = "chrome.tabs.query({ active: true }).then((tabs) => tabs.find((t) => t.incognito))"
        give = "(tab) => chrome.commands.onCommand.dispatch('mode', tab)"
        browser.ask_worker(f"{tab}.then({give})")
        wait_until(lambda: "reading" in stored(browser, "session"), "the mode was not changed")
        for area in ("local", "sync"):
            assert "localhost" not in stored(browser, area)
            assert "reading" not in stored(browser, area)

        browser.ask_worker(f"chrome.windows.remove({window})")
        wait_until(lambda: "private" not in stored(browser, "session"), "the memory remembers")
    written = [path for path in (tmp_path / "profile").rglob("*Settings/**/*") if path.is_file()]
    assert written
    assert [path for path in written if b"localhost" in path.read_bytes()] == []
