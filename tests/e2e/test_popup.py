"""The popup while captions run, the side panel, and what both change."""

from collections.abc import Callable

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, Launch
from pages import Clip, Site
from playwright.sync_api import Page
from test_extension import until_word
from waiting import wait_until

CLIP = Clip(seconds=60)


@pytest.fixture
def captioned(
    start_browser: Launch, fake_host: FakeHost, site: Site
) -> Callable[[], tuple[Browser, Page]]:
    """Start a browser whose one page is captioned."""

    def start() -> tuple[Browser, Page]:
        site.add_clip("/popup.wav", CLIP)
        site.add_player("/popup", "/popup.wav")
        browser = start_browser(fake_host.command)
        page = browser.open(site.url("/popup"))
        browser.click_action(page)
        until_word(browser, page, 2)
        return browser, page

    return start


def test_the_popup_shows_what_runs_and_changes_it(
    captioned: Callable[[], tuple[Browser, Page]], fake_host: FakeHost
) -> None:
    browser, page = captioned()
    popup = browser.popup(page)
    wait_until(lambda: popup.text("h1") == "Listening", 5, "no state")
    wait_until(lambda: "Detect (English)" in popup.text("#language"), 5, "not what was detected")
    level = "Number(document.querySelector('#meter').style.getPropertyValue('--level'))"
    wait_until(lambda: popup.evaluate(level) > 0.5, 5, "the meter does not move")
    assert popup.evaluate("document.activeElement.id") == "stop"
    assert popup.text("#key") == "Ctrl+Shift+Y"
    popup.screenshot("popup-running.png")
    assert faults_of(popup) == []

    popup.choose("#language", "de")
    wait_until(lambda: fake_host.messages("configure"), 5, "the host was not told")
    assert fake_host.messages("configure")[-1]["options"]["language"] == "de"

    popup.click("#site-only")
    wait_until(lambda: "127.0.0.1" in _sites(browser), 5, "no rule for the site")
    popup.click("[name=mode][value=reading]")
    wait_until(
        lambda: _sites(browser)["127.0.0.1"].get("mode") == "reading", 5, "the rule did not change"
    )
    assert browser.stored()["settings"]["mode"] == "fast"
    wait_until(lambda: "Reading" in browser.notice(page), 5, "the overlay did not follow")
    popup.click("#bigger")
    size = "function () { return getComputedStyle(this).fontSize; }"
    wait_until(
        lambda: browser.ask_overlay(page, "original", size) == "25px", 5, "the text did not grow"
    )
    popup.click("#site-only")
    wait_until(lambda: not _sites(browser), 5, "the rule stayed")

    page.evaluate("document.querySelector('video').pause()")
    wait_until(lambda: popup.text("h1") == "No sound in this tab", 10, "silence is not told")
    popup.click("#stop")
    wait_until(lambda: fake_host.messages("stop"), 5, "the captions went on")


def test_the_popup_lists_the_other_captioned_tabs(
    captioned: Callable[[], tuple[Browser, Page]], fake_host: FakeHost, site: Site
) -> None:
    browser, _first = captioned()
    site.add_player("/second", "/popup.wav")
    page = browser.open(site.url("/second"))
    browser.click_action(page)
    until_word(browser, page, 2)
    popup = browser.popup(page)
    wait_until(lambda: popup.texts("#tabs .go") == ["/popup"], 5, "the other tab is not listed")
    popup.click("#tabs li button:last-child")
    wait_until(lambda: fake_host.messages("stop"), 5, "the other tab's captions went on")
    wait_until(lambda: popup.texts("#tabs .go") == [], 20, "the other tab stayed listed")


def test_the_side_panel_shows_the_captions_of_the_tab_in_front(
    captioned: Callable[[], tuple[Browser, Page]],
) -> None:
    browser, page = captioned()
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    wait_until(lambda: "w0 w1 w2 w3" in panel.text("#lines"), 10, "no captions in the panel")
    assert panel.text("#state") == "Listening"
    panel.screenshot("panel.png")
    assert faults_of(panel) == []


def _sites(browser: Browser) -> dict[str, dict[str, object]]:
    sites: dict[str, dict[str, object]] = (
        browser.stored("local").get("settings", {}).get("sites", {})
    )
    return sites
