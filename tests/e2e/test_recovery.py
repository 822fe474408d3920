"""What ends under captions in a real browser: they go on, or their user is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from conftest import FakeHost, Launch
from native_host import EXTENSION_ID
from pages import Clip, Site
from playwright.sync_api import Page
from unwatched import Unwatched, run_unwatched
from waiting import wait_until

pytestmark = pytest.mark.browser

CLIP = Clip(seconds=120)

COUNT_OPENINGS = """(() => {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  globalThis.openings = 0;
  mediaDevices.getUserMedia = (constraints) => {
    globalThis.openings += 1;
    return open(constraints);
  };
})()"""

OVERLAY = "document.querySelector('html > [popover]') !== null"
SHOWN = "document.querySelector('html > [popover]')?.matches(':popover-open') === true"


@pytest.fixture
def captioned(start_browser: Launch, fake_host: FakeHost, site: Site) -> tuple[Browser, Page]:
    """Return a browser with a page whose captions run."""
    site.add_clip("/recovery.wav", CLIP)
    site.add_player("/recovery", "/recovery.wav")
    browser = start_browser(fake_host.command)
    page = browser.open(site.url("/recovery"))
    browser.click_action(page)
    until_words(browser, page)
    return browser, page


def until_words(browser: Browser, page: Page) -> None:
    """Wait for captions, and for more of them."""
    before = wait_until(lambda: browser.captions(page), "no captions")
    wait_until(lambda: browser.captions(page) not in ("", before), "captions stand still")


def close(browser: Browser, kind: str, part: str) -> None:
    """Close one of the extension's contexts."""
    targets = browser.cdp.send("Target.getTargets", {"filter": [{"type": kind}]})["targetInfos"]
    [found] = [t for t in targets if EXTENSION_ID in t["url"] and part in t["url"]]
    browser.cdp.send("Target.closeTarget", {"targetId": found["targetId"]})


def test_captions_go_on_when_the_document_that_captures_is_closed(
    captioned: tuple[Browser, Page], fake_host: FakeHost
) -> None:
    browser, page = captioned
    [first] = fake_host.messages("start")
    close(browser, "background_page", "/offscreen/")
    wait_until(lambda: len(fake_host.messages("start")) == 2, "captions did not start again")
    assert [m["session"] for m in fake_host.messages("stop")] == [first["session"]]
    until_words(browser, page)
    assert browser.badge(page) == "on"


def test_a_click_is_served_though_the_worker_dies_over_it(
    start_browser: Launch, fake_host: FakeHost, site: Site
) -> None:
    site.add_clip("/recovery.wav", CLIP)
    site.add_player("/recovery", "/recovery.wav")
    browser = start_browser(fake_host.command)
    page = browser.open(site.url("/recovery"))
    browser.click_action(page)
    wait_until(lambda: browser.contexts("background_page"), "the click did nothing")
    browser.kill_worker()
    until_words(browser, page)
    assert len({m["session"] for m in fake_host.messages("start")}) == 1


@pytest.mark.parametrize(
    "cause",
    [
        # The audio device was changed, or taken away, and does not come back.
        ("AudioContext", "(it.resume = () => new Promise(() => {}), it.suspend())"),
        # The browser ends the capture.
        ("MediaStream", "it.getTracks().map((track) => track.dispatchEvent(new Event('ended')))"),
    ],
    ids=["device", "capture"],
)
def test_captions_go_on_when_sound_stops(
    captioned: tuple[Browser, Page], fake_host: FakeHost, cause: tuple[str, str]
) -> None:
    browser, page = captioned
    kind, action = cause
    offscreen = browser.offscreen()
    offscreen.evaluate(COUNT_OPENINGS)
    offscreen.each(kind, f"void {action}")
    # The badge says so meanwhile, too briefly to be seen here.
    wait_until(lambda: offscreen.evaluate("openings") == 1, "the sound was not opened again")
    wait_until(lambda: browser.badge(page) == "on", "the sound did not come back")
    until_words(browser, page)
    assert len(fake_host.messages("start")) == 1, "it goes on in the same session"


@pytest.fixture
def unwatched(
    tmp_path: Path, fake_host: FakeHost, site: Site
) -> Iterator[tuple[Unwatched, str, str]]:
    """Return a browser without a debugger, a page of it with captions, and the page's address."""
    site.add_clip("/recovery.wav", CLIP)
    site.add_player("/recovery", "/recovery.wav")
    url = site.url("/recovery")
    with run_unwatched(tmp_path / "profile", fake_host.command) as browser:
        page = browser.open(url)
        plays = "document.querySelector('video')?.currentTime > 0"
        wait_until(lambda: browser.ask(page, plays), "the page does not play")
        browser.press(url)
        wait_until(lambda: browser.ask(page, SHOWN), "no captions")
        yield browser, page, url


def test_captions_of_a_page_that_crashed_and_is_loaded_again_are_a_click_away(
    unwatched: tuple[Unwatched, str, str], fake_host: FakeHost
) -> None:
    """Its sound goes on. With the crash the browser takes back the leave to draw over it."""
    browser, page, url = unwatched
    browser.crash(page)
    browser.go(page, url)
    badges = (
        "chrome.tabs.query({}).then((tabs) => Promise.all("
        "tabs.map(({ id: tabId }) => chrome.action.getBadgeText({ tabId }))))"
    )
    offered = lambda: "↻" in browser.ask_worker(badges)  # noqa: E731
    wait_until(offered, "captions are not offered")
    browser.press(url)
    wait_until(lambda: browser.ask(page, SHOWN), "captions did not come back")
    n_audio = len(fake_host.messages("audio"))
    wait_until(lambda: len(fake_host.messages("audio")) > n_audio + 20, "nothing is heard")
    assert len({m["session"] for m in fake_host.messages("start")}) == 1


def test_captions_of_a_tab_that_the_browser_puts_to_sleep_are_offered_again(
    unwatched: tuple[Unwatched, str, str], fake_host: FakeHost
) -> None:
    browser, _, url = unwatched
    browser.open("about:blank")
    asleep = (
        "chrome.tabs.query({ active: false })"
        f".then((tabs) => tabs.find((tab) => tab.url === {url!r}))"
        ".then(({ id }) => chrome.tabs.discard(id)).then(({ id: tabId }) => tabId)"
    )
    tab = browser.ask_worker(asleep)
    wait_until(lambda: fake_host.messages("stop"), "the host's session goes on")
    badge = f"chrome.action.getBadgeText({{ tabId: {tab} }})"
    offered = lambda: browser.ask_worker(badge) == "↻"  # noqa: E731
    wait_until(offered, "captions are not offered")


def test_after_a_reload_of_the_extension_the_overlay_goes_and_captions_are_offered(
    unwatched: tuple[Unwatched, str, str], fake_host: FakeHost
) -> None:
    browser, page, url = unwatched
    browser.reload_extension()
    wait_until(lambda: not browser.ask(page, OVERLAY), "the overlay stayed")
    wait_until(lambda: fake_host.messages("eof"), "the host goes on")

    def of_tab(expression: str) -> object:
        query = "chrome.tabs.query({ active: true })"
        return browser.ask_worker(f"{query}.then(([{{ id: tabId }}]) => {expression})")

    offered = lambda: of_tab("chrome.action.getBadgeText({ tabId })") == "↻"  # noqa: E731
    wait_until(offered, "captions are not offered")
    assert "updated" in str(of_tab("chrome.action.getTitle({ tabId })"))
    # Why they do not go on by themselves.
    refused = "chrome.tabCapture.getMediaStreamId({ targetTabId: tabId }).catch(String)"
    assert "has not been invoked" in str(of_tab(refused))
    browser.press(url)
    wait_until(lambda: len(fake_host.messages("start")) == 2, "captions did not start again")
    wait_until(lambda: browser.ask(page, SHOWN), "no captions")


def test_after_a_removal_of_the_extension_what_was_drawn_in_the_page_goes(
    tmp_path: Path, fake_host: FakeHost, site: Site
) -> None:
    site.add_clip("/recovery.wav", CLIP)
    # Without scripts there is no frame that would notice.
    site.add_page("/scriptless", "<video src=/recovery.wav autoplay loop></video>", "sandbox")
    url = site.url("/scriptless")
    with run_unwatched(tmp_path / "profile", fake_host.command) as browser:
        page = browser.open(url)
        wait_until(lambda: browser.shows(page, url), "no page")
        browser.press(url)
        wait_until(lambda: browser.popovers(page) == 1, "no captions")
        # One that the command line has loaded is not loaded again.
        browser.ask_worker("void setTimeout(() => chrome.runtime.reload())")
        wait_until(lambda: browser.popovers(page) == 0, "the overlay stayed")
        wait_until(lambda: fake_host.messages("eof"), "the host goes on")
