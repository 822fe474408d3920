"""What ends under captions in a real browser: they go on, or their user is told."""

import os
from collections.abc import Callable

import pytest
from browser import EXTENSION_ID, Browser
from conftest import FakeHost, Launch
from pages import Clip, Site
from playwright.sync_api import Page
from waiting import wait_until

pytestmark = pytest.mark.browser

CLIP = Clip(seconds=120)


@pytest.fixture
def captioned(
    start_browser: Launch, fake_host: FakeHost, site: Site
) -> tuple[Browser, Page]:
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
        # The audio device was changed, or taken away.
        ("AudioContext", "it.suspend()"),
        # The browser ends the capture.
        ("MediaStreamTrack", "(it.stop(), it.dispatchEvent(new Event('ended')))"),
    ],
    ids=["device", "capture"],
)
def test_captions_go_on_when_sound_stops(
    captioned: tuple[Browser, Page], fake_host: FakeHost, cause: tuple[str, str]
) -> None:
    browser, page = captioned
    kind, action = cause
    browser.offscreen().each(kind, f"void {action}")
    wait_until(lambda: browser.badge(page) == "…", "nobody is told")
    wait_until(lambda: browser.badge(page) == "on", "the sound did not come back")
    until_words(browser, page)
    assert len(fake_host.messages("start")) == 1, "it goes on in the same session"


def test_captions_go_on_when_the_page_has_crashed_and_is_loaded_again(
    captioned: tuple[Browser, Page], fake_host: FakeHost
) -> None:
    browser, page = captioned
    session = browser.context.new_cdp_session(page)
    tree = browser.cdp.send("SystemInfo.getProcessInfo")["processInfo"]
    assert tree
    with page.expect_event("crash"):
        session.send("Page.crash") if False else page.goto("chrome://crash", wait_until="commit")
    page.reload()
    until_words(browser, page)
    assert len(fake_host.messages("start")) == 1


def test_after_a_reload_of_the_extension_the_overlay_goes_and_captions_are_offered(
    captioned: tuple[Browser, Page], fake_host: FakeHost
) -> None:
    browser, page = captioned
    browser.context.service_workers[-1].evaluate("setTimeout(() => chrome.runtime.reload(), 100)")
    wait_until(lambda: fake_host.messages("eof"), "the extension was not reloaded")
    no_overlay = "document.querySelector('html > [popover]') === null"
    wait_until(lambda: page.evaluate(no_overlay), "the overlay stayed")
    wait_until(lambda: browser.contexts("service_worker"), "the extension did not come back")
    wait_until(lambda: browser.badge(page) == "↻", "captions are not offered")
    assert "updated" in browser.title(page)
    browser.click_action(page)
    until_words(browser, page)
    assert browser.badge(page) == "on"
