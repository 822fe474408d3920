"""Captions stay over whatever a page does."""

from collections.abc import Callable

import pytest
from conftest import FakeHost, Launch
from counted_words import CLIP, assert_consecutive, until_word
from native_host import EXTENSION_ID
from pages import STRICT_CSP, Site
from waiting import wait_until


def test_a_strict_content_security_policy_does_not_matter(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player("/strict", csp=STRICT_CSP))
    browser.click_action(page)
    until_word(browser, page, 5)
    assert browser.overlay_is_on_top(page)
    browser.screenshot(page, "overlay-strict-csp.png")


def test_a_page_cannot_find_out_about_the_extension(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    address = f"chrome-extension://{EXTENSION_ID}/overlay/overlay.js"
    fetched = "address => fetch(address).then(() => 'known', () => 'unknown')"
    assert page.evaluate(fetched, address) == "unknown"


@pytest.mark.parametrize("what", ["video", "div"])
def test_captions_stay_over_a_fullscreen_element(
    start_browser: Launch, fake_host: FakeHost, site: Site, what: str
) -> None:
    site.add_clip("/full.wav", CLIP)
    site.add_page(
        "/full",
        "<body><div id=box style='background:#246'><video src=/full.wav autoplay></video></div>"
        f"<button onclick=\"document.querySelector('{what}').requestFullscreen()\">full</button>"
        "<button id=out onclick='document.exitFullscreen()'>back</button></body>",
    )
    browser = start_browser(fake_host.command)
    page = browser.open(site.url("/full"))
    browser.click_action(page)
    until_word(browser, page, 3)
    page.click("text=full")
    wait_until(lambda: page.evaluate("document.fullscreenElement !== null"), "not fullscreen")
    wait_until(lambda: browser.overlay_is_on_top(page), "the captions lie underneath")
    shown = until_word(browser, page, 7)
    assert_consecutive(shown)
    browser.screenshot(page, f"overlay-fullscreen-{what}.png")
    page.evaluate("document.exitFullscreen()")
    wait_until(lambda: page.evaluate("document.fullscreenElement === null"), "still fullscreen")
    assert browser.overlay_is_on_top(page)


@pytest.mark.parametrize("opening", ["showModal()", "showPopover()"])
def test_captions_stay_over_what_the_page_puts_in_front(
    start_browser: Launch, fake_host: FakeHost, site: Site, opening: str
) -> None:
    site.add_clip("/front.wav", CLIP)
    popover = "popover" if opening == "showPopover()" else ""
    site.add_page(
        "/front",
        f"<body><video src=/front.wav autoplay></video><dialog {popover} id=box style='inset:0;"
        "margin:0;max-width:none;max-height:none;width:100vw;height:100vh'></dialog></body>",
    )
    browser = start_browser(fake_host.command)
    page = browser.open(site.url("/front"))
    browser.click_action(page)
    until_word(browser, page, 3)
    page.evaluate(f"document.getElementById('box').{opening}")
    wait_until(lambda: browser.overlay_is_on_top(page), "the captions lie underneath")
    assert_consecutive(until_word(browser, page, 9))
    assert browser.overlay_is_on_top(page)


def test_captions_follow_a_tab_through_navigation(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str], site: Site
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player("/one"))
    browser.click_action(page)
    until_word(browser, page, 3)
    page.goto(player("/two"))
    assert_consecutive(until_word(browser, page, 9))
    assert browser.badge(page) == "on"

    page.goto(site.url("/two", host="localhost"))
    wait_until(lambda: browser.badge(page) == "↻", "the badge does not ask for a click")
    assert "Click again" in browser.title(page)
    browser.click_action(page)
    assert_consecutive(until_word(browser, page, 15))
    wait_until(lambda: browser.badge(page) == "on", "the badge did not recover")
    assert len(fake_host.messages("start")) == 1
