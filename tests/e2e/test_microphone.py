"""The microphone as a second channel of a captioned tab: asked for, shown, captioned as "You"."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, Launch
from counted_words import until_word
from pages import Clip, Site
from playwright.sync_api import Page
from popup import Popup
from waiting import wait_until

pytestmark = pytest.mark.alone

CLIP = Clip(seconds=60)
VOICE = Clip(seconds=60, first_hz=2000.0)
PATIENCE_S = 20
APART = 12
"""So many words into the tab's clip, equal words of both channels are no echo of each other."""


@pytest.fixture
def voice(tmp_path: Path) -> list[str]:
    """Return the switches for a microphone that hears another sound than the tab's."""
    path = tmp_path / "voice.wav"
    path.write_bytes(VOICE.wav)
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={path}"]


@pytest.fixture
def captioned(
    start_browser: Launch, fake_host: FakeHost, site: Site
) -> Callable[[list[str], str], tuple[Browser, Page]]:
    """Start a browser whose one page is captioned."""

    def start(args: list[str], permission: str) -> tuple[Browser, Page]:
        site.add_clip("/meeting.wav", CLIP)
        site.add_player("/meeting", "/meeting.wav", style="background:#234")
        browser = start_browser(fake_host.command, args=args)
        browser.permit_microphone(permission)
        page = browser.open(site.url("/meeting"))
        browser.click_action(page)
        until_word(browser, page, APART)
        return browser, page

    return start


def microphone_page(browser: Browser) -> Page:
    """Return the page that asks for the microphone, which must be opening."""

    def opened() -> Page | None:
        return next((p for p in browser.context.pages if "/microphone/" in p.url), None)

    idle = browser.context.pages[0].evaluate
    return wait_until(opened, "no microphone page", seconds=PATIENCE_S, idle=lambda: idle("1"))


def own_words(browser: Browser, page: Page) -> str:
    """Return what is captioned as said by the user."""
    return "\n".join(r.committed for r in browser.overlay_rows(page) if r.speaker == "You:")


def until_state(popup: Popup, text: str) -> None:
    """Wait for what the popup says of the microphone."""
    said = lambda: text in popup.text("#microphone-state")  # noqa: E731
    wait_until(said, f"the popup did not say {text!r}", seconds=PATIENCE_S)


def is_on(popup: Popup) -> bool:
    """Return whether the switch is on."""
    return bool(popup.evaluate("document.querySelector('#microphone').checked"))


def test_the_popup_switches_the_microphone_on_and_off(
    captioned: Callable[..., tuple[Browser, Page]], fake_host: FakeHost, voice: list[str]
) -> None:
    browser, page = captioned(voice, "granted")
    assert own_words(browser, page) == ""
    popup = browser.popup(page)
    assert not is_on(popup)
    popup.click("#microphone")
    until_state(popup, "Microphone on")
    assert is_on(popup)
    assert faults_of(popup) == []
    popup.screenshot("popup-microphone.png")
    wait_until(lambda: browser.badge(page) == "mic", "the button does not tell", seconds=PATIENCE_S)
    assert "microphone" in browser.title(page)
    assert "Microphone on" in browser.notice(page)
    wait_until(
        lambda: "w0 w1 w2" in own_words(browser, page), "no words of the user", seconds=PATIENCE_S
    )
    visible = "function () { return getComputedStyle(this).visibility; }"
    assert browser.ask_overlay(page, "microphone", visible) == "visible"
    browser.screenshot(page, "microphone-on.png")

    tab, microphone = [m["session"] for m in fake_host.messages("start")]
    heard = fake_host.pcm(microphone)
    assert abs(heard[16_000:]).max() > 1000
    popup = browser.popup(page)
    popup.click("#microphone")
    wait_until(lambda: fake_host.messages("stop"), "the microphone stayed on", seconds=PATIENCE_S)
    assert [m["session"] for m in fake_host.messages("stop")] == [microphone]
    wait_until(lambda: browser.badge(page) == "on", "the button still says mic", seconds=PATIENCE_S)
    assert not is_on(popup)
    assert popup.text("#microphone-state") == ""
    assert browser.ask_overlay(page, "microphone", visible) == "hidden"
    said = len(fake_host.messages("audio"))
    wait_until(
        lambda: len(fake_host.messages("audio")) > said + 10, "captions ended", seconds=PATIENCE_S
    )
    assert {m["session"] for m in fake_host.messages("audio")[said:]} == {tab}


def test_the_microphone_is_asked_for_on_a_page_of_its_own(
    captioned: Callable[..., tuple[Browser, Page]], voice: list[str]
) -> None:
    browser, page = captioned(voice, "prompt")
    browser.popup(page).click("#microphone")
    asking = microphone_page(browser)
    asking.get_by_text("Microphone access isn\u2019t allowed yet.").wait_for()
    assert faults_of(asking) == []
    browser.screenshot(asking, "microphone-ask.png")
    browser.permit_microphone("granted")
    asking.get_by_text("Microphone on: what you say is captioned.").wait_for()
    browser.screenshot(asking, "microphone-allowed.png")
    with asking.expect_event("close"):
        asking.click("#back")
    wait_until(lambda: browser.badge(page) == "mic", "the microphone is off", seconds=PATIENCE_S)
    wait_until(lambda: own_words(browser, page), "no words of the user", seconds=PATIENCE_S)


def test_a_refused_microphone_is_explained_and_captions_go_on(
    captioned: Callable[..., tuple[Browser, Page]], fake_host: FakeHost, voice: list[str]
) -> None:
    browser, page = captioned(voice, "denied")
    browser.popup(page).click("#microphone")
    asking = microphone_page(browser)
    asking.get_by_text("Microphone access is blocked.").wait_for()
    asking.get_by_text("set “Microphone” to “Allow”").wait_for()
    assert asking.locator("#settings").is_visible()
    assert faults_of(asking) == []
    browser.screenshot(asking, "microphone-refused.png")
    said = len(fake_host.messages("audio"))
    wait_until(
        lambda: len(fake_host.messages("audio")) > said + 10, "captions ended", seconds=PATIENCE_S
    )
    assert len(fake_host.messages("start")) == 1
    # Allowed in the settings after all: the page hears of it and needs no reload.
    browser.permit_microphone("granted")
    asking.get_by_text("Microphone on: what you say is captioned.").wait_for()


def test_a_machine_without_a_microphone_is_told_so(
    captioned: Callable[..., tuple[Browser, Page]],
) -> None:
    browser, page = captioned([], "granted")
    popup = browser.popup(page)
    popup.click("#microphone")
    until_state(popup, "No microphone found.")
    assert not is_on(popup)
    assert "microphone isn\u2019t working" in browser.notice(page)
    popup.screenshot("popup-microphone-missing.png")
    popup.click("#microphone-help")
    asking = microphone_page(browser)
    asking.get_by_text("No microphone found.").wait_for()
    asking.get_by_text("Connect a microphone").wait_for()
    browser.screenshot(asking, "microphone-missing.png")


def test_captions_begin_with_the_microphone_where_the_user_has_chosen_so(
    start_browser: Launch, fake_host: FakeHost, site: Site, voice: list[str]
) -> None:
    site.add_clip("/chosen.wav", CLIP)
    for path in ("/chosen", "/other"):
        site.add_player(path, "/chosen.wav")
    browser = start_browser(fake_host.command, args=voice)
    browser.permit_microphone("granted")
    options = browser.open_own("options/options.html")
    options.check("#microphone")
    chosen = lambda: browser.stored("local").get("settings", {}).get("microphone")  # noqa: E731
    wait_until(chosen, "the choice was not kept", seconds=PATIENCE_S)
    assert "microphone" not in browser.stored()["settings"], "it depends on this machine"
    first, second = (browser.open(site.url(path)) for path in ("/chosen", "/other"))
    browser.click_action(first)
    wait_until(lambda: browser.badge(first) == "mic", "the microphone is off", seconds=PATIENCE_S)
    browser.click_action(second)
    until_word(browser, second, 2)
    assert browser.badge(second) == "on", "it belongs to the first"
    popup = browser.popup(second)
    popup.click("#microphone")
    wait_until(lambda: browser.badge(second) == "mic", "it did not change over", seconds=PATIENCE_S)
    wait_until(lambda: browser.badge(first) == "on", "two tabs have it", seconds=PATIENCE_S)


def test_a_chosen_microphone_that_is_not_allowed_is_told_over_the_page(
    start_browser: Launch, fake_host: FakeHost, site: Site, voice: list[str]
) -> None:
    site.add_clip("/unallowed.wav", CLIP)
    site.add_player("/unallowed", "/unallowed.wav")
    browser = start_browser(fake_host.command, args=voice)
    browser.permit_microphone("prompt")
    options = browser.open_own("options/options.html")
    options.check("#microphone")
    microphone_page(browser).close()
    chosen = lambda: browser.stored("local").get("settings", {}).get("microphone")  # noqa: E731
    wait_until(chosen, "the choice was not kept", seconds=PATIENCE_S)
    page = browser.open(site.url("/unallowed"))
    browser.click_action(page)
    told = lambda: "microphone isn\u2019t working" in browser.notice(page)  # noqa: E731
    wait_until(told, "the overlay says nothing", seconds=PATIENCE_S)
    popup = browser.popup(page)
    until_state(popup, "Microphone access is blocked.")
    popup.click("#microphone-help")
    microphone_page(browser).get_by_text("Microphone access isn\u2019t allowed yet.").wait_for()
