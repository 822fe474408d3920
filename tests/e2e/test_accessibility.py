"""Every page of the extension on light and dark systems, and with the keyboard alone."""

from collections.abc import Callable

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, Launch
from counted_words import until_word
from pages import Clip, Site
from playwright.sync_api import Page, expect
from popup import Popup
from reach import assert_keyboard_reaches_all
from waiting import wait_until

SCHEMES = ("light", "dark")

STILL = "document.getAnimations().length === 0"


def assert_good_in_both_schemes(popup: Popup, name: str) -> None:
    """Fail where axe finds something; leave pictures."""
    for scheme in SCHEMES:
        popup.prefer(scheme)
        # Colours pass into each other.
        wait_until(lambda: popup.evaluate(STILL), "the colours do not settle")
        popup.screenshot(f"{name}-{scheme}.png")
        assert faults_of(popup) == [], scheme


@pytest.fixture
def captioned(
    start_browser: Launch, fake_host: FakeHost, site: Site
) -> Callable[[], tuple[Browser, Page]]:
    """Start a browser whose one page is captioned."""

    def start() -> tuple[Browser, Page]:
        site.add_clip("/access.wav", Clip(seconds=60))
        site.add_player("/access", "/access.wav")
        browser = start_browser(fake_host.command)
        page = browser.open(site.url("/access"))
        browser.click_action(page)
        until_word(browser, page, 2)
        return browser, page

    return start


def test_the_popup_and_the_side_panel(captioned: Callable[[], tuple[Browser, Page]]) -> None:
    browser, page = captioned()
    popup = browser.popup(page)
    wait_until(lambda: "English (detected)" in popup.text("#language"), "not ready")
    assert_good_in_both_schemes(popup, "popup")
    assert_keyboard_reaches_all(popup, popup.press_tab)
    popup.click("#panel")
    panel = browser.side_panel()
    wait_until(lambda: "w0" in panel.text("#lines"), "no captions in the panel")
    assert_good_in_both_schemes(panel, "panel")
    assert_keyboard_reaches_all(panel, panel.press_tab)


def test_the_popup_with_a_problem(start_browser: Launch, site: Site) -> None:
    site.add_page("/problem", "<body>")
    browser = start_browser(None)
    page = browser.open(site.url("/problem"))
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    wait_until(lambda: popup.text("#remedy"), "no remedy")
    assert_good_in_both_schemes(popup, "problem")
    assert_keyboard_reaches_all(popup, popup.press_tab)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_options_page(start_browser: Launch, fake_host: FakeHost, scheme: str) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open_own("options/options.html")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    expect(page.locator("#host-state")).to_contain_text("responding")
    browser.screenshot(page, f"options-{scheme}.png")
    assert faults_of(page) == []
    page.locator("#diagnose").click()
    expect(page.locator("#report")).to_be_visible()
    assert faults_of(page) == []
    assert_keyboard_reaches_all(page, lambda: page.keyboard.press("Tab"))
