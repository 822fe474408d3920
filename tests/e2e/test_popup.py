"""The popup while captions run, the side panel, and what both change."""

from typing import Protocol

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, Launch
from counted_words import until_word
from pages import Clip, Site
from playwright.sync_api import Page, expect
from translating import choose_target
from waiting import wait_until

CLIP = Clip(seconds=60)


class Captioned(Protocol):
    """Starts a browser whose one page is captioned."""

    def __call__(self, word: int = 2) -> tuple[Browser, Page]: ...


@pytest.fixture
def captioned(start_browser: Launch, fake_host: FakeHost, site: Site) -> Captioned:
    """Start a browser whose one page is captioned, up to some word."""

    def start(word: int = 2) -> tuple[Browser, Page]:
        site.add_clip("/popup.wav", CLIP)
        site.add_player("/popup", "/popup.wav")
        browser = start_browser(fake_host.command)
        page = browser.open(site.url("/popup"))
        browser.click_action(page)
        if word:
            until_word(browser, page, word)
        return browser, page

    return start


def test_the_popup_shows_what_runs_and_changes_it(
    captioned: Captioned, fake_host: FakeHost
) -> None:
    browser, page = captioned()
    popup = browser.popup(page)
    wait_until(lambda: popup.text("h1") == "Listening", "no state")
    wait_until(lambda: "English (detected)" in popup.text("#language"), "not what was detected")
    level = "Number(document.querySelector('#meter').style.getPropertyValue('--level'))"
    wait_until(lambda: popup.evaluate(level) > 0.5, "the meter does not move")
    assert popup.evaluate("document.activeElement.id") == "stop"
    assert popup.text("#key") == "Ctrl+Shift+Y"
    popup.screenshot("popup-running.png")
    assert faults_of(popup) == []

    popup.choose("#language", "de")
    wait_until(lambda: fake_host.messages("configure"), "the host was not told")
    assert fake_host.messages("configure")[-1]["options"]["language"] == "de"

    popup.click("#site-only")
    wait_until(lambda: "127.0.0.1" in _sites(browser), "no rule for the site")
    popup.click("[name=mode][value=reading]")
    wait_until(
        lambda: _sites(browser)["127.0.0.1"].get("mode") == "reading", "the rule did not change"
    )
    assert browser.stored()["settings"]["mode"] == "fast"
    wait_until(lambda: "Reading" in browser.notice(page), "the overlay did not follow")
    popup.click("#bigger")
    size = "function () { return getComputedStyle(this).fontSize; }"
    wait_until(
        lambda: browser.ask_overlay(page, "original", size) == "25px", "the text did not grow"
    )
    popup.click("#site-only")
    wait_until(lambda: not _sites(browser), "the rule stayed")

    page.evaluate("document.querySelector('video').pause()")
    wait_until(lambda: popup.text("h1") == "Paused", "the pause is not told")
    page.evaluate("document.querySelector('video').play()")
    wait_until(lambda: popup.text("h1") == "Listening", "it stayed paused")
    page.evaluate("document.querySelector('video').volume = 0")
    wait_until(lambda: popup.text("h1") == "No sound in this tab", "silence is not told")
    popup.click("#stop")
    wait_until(lambda: fake_host.messages("stop"), "the captions went on")


SHADOW_PLAYER = """<body><div id=player></div><script>
  const root = document.getElementById('player').attachShadow({ mode: 'open' });
  root.innerHTML = '<video src="/popup.wav" autoplay loop></video>';
  window.video = root.querySelector('video');
</script>"""


def test_a_pause_is_told_after_a_reload_and_of_a_player_in_a_shadow_root(
    captioned: Captioned, site: Site
) -> None:
    browser, page = captioned()
    popup = browser.popup(page)
    page.evaluate("document.querySelector('video').pause()")
    wait_until(lambda: popup.text("h1") == "Paused", "the pause is not told")
    site.add_page("/popup", SHADOW_PLAYER)
    page.reload()
    wait_until(lambda: popup.text("h1") == "Listening", "the new page counts as paused")
    page.evaluate("window.video.pause()")
    wait_until(lambda: popup.text("h1") == "Paused", "the second pause is not told")


FRAMED_PLAYER = "<body><video src='/popup.wav' autoplay loop></video>"


@pytest.mark.parametrize(
    ("host", "paused", "muted"),
    [
        ("127.0.0.1", "Paused", "No sound in this tab"),
        ("localhost", "Paused or muted", "Paused or muted"),
    ],
)
def test_a_pause_in_a_frame_is_told(
    captioned: Captioned, site: Site, host: str, paused: str, muted: str
) -> None:
    """In one of the same site and in one of another, into which no extension sees by a click."""
    browser, page = captioned()
    popup = browser.popup(page)
    site.add_page("/framed", FRAMED_PLAYER)
    address = site.url("/framed", host=host)
    site.add_page("/popup", f"<body><iframe allow=autoplay src='{address}'></iframe>")
    page.reload()
    frame = wait_until(lambda: page.frame(url=address), "no frame")
    played = "document.querySelector('video')?.currentTime > 2"
    wait_until(lambda: frame.evaluate(played), "the frame does not play")
    for _ in range(2):
        wait_until(lambda: popup.text("h1") == "Listening", "not told that it plays")
        frame.evaluate("document.querySelector('video').pause()")
        wait_until(lambda: popup.text("h1") == paused, "the pause is not told")
        frame.evaluate("document.querySelector('video').play()")
    wait_until(lambda: popup.text("h1") == "Listening", "not told that it plays")
    frame.evaluate("document.querySelector('video').muted = true")
    wait_until(lambda: popup.text("h1") == muted, "the silence is not told")


def test_a_pause_of_sound_that_is_not_in_the_page_is_told(captioned: Captioned, site: Site) -> None:
    browser, page = captioned()
    popup = browser.popup(page)
    sound = "window.sound = new Audio('/popup.wav'); sound.loop = true; sound.play();"
    site.add_page("/popup", f"<body><script>{sound}</script>")
    page.reload()
    wait_until(lambda: page.evaluate("sound.currentTime > 2"), "the page does not play")
    for _ in range(2):
        wait_until(lambda: popup.text("h1") == "Listening", "not told that it plays")
        page.evaluate("sound.pause()")
        wait_until(lambda: popup.text("h1") == "Paused or muted", "the pause is not told")
        page.evaluate("sound.play()")
    page.evaluate("sound.pause()")
    wait_until(lambda: popup.text("h1") == "Paused or muted", "the pause is not told")
    # A page that has not begun to play is not paused.
    site.add_page("/popup", "<body>Nothing here.")
    page.reload()
    wait_until(lambda: popup.text("h1") == "No sound in this tab", "silence is not told")


def test_a_muted_tab_is_captioned_as_ever_and_not_heard(captioned: Captioned) -> None:
    browser, page = captioned()
    popup = browser.popup(page)
    wait_until(lambda: popup.text("h1") == "Listening", "no state")
    # What plays the sound of the tab is not muted with it.
    player = browser.offscreen()

    def volumes() -> list[float]:
        return player.each("GainNode", "it.gain.value")

    assert volumes() == [1]
    browser.mute(page)
    wait_until(lambda: volumes() == [0], "it is heard")
    # Some seconds on: the browser takes two to find that nothing can be heard.
    until_word(browser, page, 14)
    assert popup.text("h1") == "Listening"
    browser.mute(page, muted=False)
    wait_until(lambda: volumes() == [1], "it stayed muted")


def test_what_was_said_before_can_be_translated_too(
    captioned: Captioned, fake_host: FakeHost
) -> None:
    fake_host.behave(
        scripted=True, translators=[{"name": "fake", "sources": ["en"], "targets": ["pt", "es"]}]
    )
    browser, page = captioned(word=0)
    wait_until(lambda: fake_host.messages("audio"), "captions did not start")
    fake_host.say({"id": 0, "text": "So far.", "state": "final"})
    popup = browser.popup(page)
    wait_until(lambda: "So far." in browser.captions(page), "no captions")
    assert popup.evaluate("document.querySelector('#retranslate').hidden")
    choose_target(popup, "pt")
    shown = "!document.querySelector('#retranslate').hidden"
    wait_until(lambda: popup.evaluate(shown), "no button")
    popup.screenshot("popup-retranslate.png")
    popup.click("#retranslate")
    wait_until(lambda: fake_host.messages("retranslate"), "the host was not asked")
    order = [m["type"] for m in fake_host.messages("configure", "retranslate")]
    assert order == ["configure", "retranslate"]
    assert popup.text("#retranslate") == "Translating…"
    translation = {"text": "Até agora.", "language": "pt", "state": "final"}
    fake_host.say({"id": 0, "text": "So far.", "state": "final", "translation": translation})
    wait_until(lambda: not popup.evaluate(shown), "the button stayed")


def test_the_popup_lists_the_other_captioned_tabs(
    captioned: Captioned, fake_host: FakeHost, site: Site
) -> None:
    browser, _first = captioned()
    site.add_player("/second", "/popup.wav")
    page = browser.open(site.url("/second"))
    browser.click_action(page)
    until_word(browser, page, 2)
    popup = browser.popup(page)
    wait_until(lambda: popup.texts("#tabs .go") == ["/popup"], "the other tab is not listed")
    popup.evaluate("document.querySelector('#tabs .go').focus()")
    page.evaluate("document.querySelector('video, audio').pause()")
    wait_until(lambda: popup.text("#state") == "Paused", "the pause is not told")
    assert popup.evaluate("document.activeElement.matches('#tabs .go')"), "news took the focus"
    popup.click("#tabs li button:last-child")
    wait_until(lambda: fake_host.messages("stop"), "the other tab's captions went on")
    wait_until(lambda: popup.texts("#tabs .go") == [], "the other tab stayed listed")


def test_the_side_panel_shows_the_captions_of_the_tab_in_front(
    captioned: Captioned,
) -> None:
    browser, page = captioned()
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    wait_until(lambda: "w0 w1 w2 w3" in panel.text("#lines"), "no captions in the panel")
    assert panel.text("#state") == "Listening"
    panel.screenshot("panel.png")
    assert faults_of(panel) == []


def _sites(browser: Browser) -> dict[str, dict[str, object]]:
    sites: dict[str, dict[str, object]] = (
        browser.stored("local").get("settings", {}).get("sites", {})
    )
    return sites


def test_a_smaller_model_is_offered_and_taken_with_one_click(
    captioned: Captioned, fake_host: FakeHost
) -> None:
    fake_host.behave(status={"state": "lagging", "lag_ms": 4000, "smaller_model": "tiny"})
    browser, page = captioned()
    popup = browser.popup(page)
    wait_until(lambda: popup.text("#offer-take") == "Use tiny", "nothing is offered")
    assert "fake" in popup.text("#offer-text")
    assert faults_of(popup) == []
    popup.click("#offer-take")
    wait_until(lambda: len(fake_host.messages("start")) == 2, "the model did not change")
    first, second = fake_host.messages("start")
    assert (first["options"]["model"], second["options"]["model"]) == (None, "tiny")
    assert first["session"] == second["session"]
    wait_until(lambda: popup.evaluate("document.querySelector('#offer').hidden"), "still there")


def test_the_popup_switches_speakers_while_captions_run(
    captioned: Captioned, fake_host: FakeHost
) -> None:
    browser, page = captioned()
    assert fake_host.messages("start")[-1]["options"]["speakers"] is True
    popup = browser.popup(page)
    wait_until(
        lambda: popup.evaluate("document.querySelector('#speakers').checked"), "they are not on"
    )
    assert popup.text("#speakers-part label") == "Tell speakers apart"
    popup.click("#speakers")
    wait_until(lambda: fake_host.messages("configure"), "the host was not told")
    assert fake_host.messages("configure")[-1]["options"]["speakers"] is False
    assert len(fake_host.messages("start")) == 1, "captions began anew"
    popup.click("#site-only")
    wait_until(lambda: "127.0.0.1" in _sites(browser), "no rule for the site")
    popup.click("#speakers")
    wait_until(lambda: _sites(browser)["127.0.0.1"]["speakers"] is True, "the rule did not change")
    assert browser.stored()["settings"]["speakers"] is False
    assert popup.evaluate("document.querySelector('#speakers-missing').hidden")


def test_the_popup_leads_to_the_model_of_speakers_and_knows_when_it_is_there(
    captioned: Captioned, fake_host: FakeHost
) -> None:
    fake_host.behave(
        speakers=False, downloads=True, catalog={"base": "installed", "speakers": "absent"}
    )
    browser, page = captioned()
    popup = browser.popup(page)
    wait_until(lambda: "Needs a 35 MB model" in popup.text("#speakers-missing"), "no hint")
    popup.screenshot("popup-speakers.png")
    assert faults_of(popup) == []
    popup.click("#speakers-get")
    # Playwright hears of new pages only while it is being called.
    idle = lambda: page.evaluate("1")  # noqa: E731
    options = wait_until(lambda: _options_page(browser), "no options were opened", idle=idle)
    row = options.locator("#model-speakers")
    expect(row).to_contain_text("Tells speakers apart")
    expect(row.get_by_role("button", name="Download: speakers")).to_be_focused()
    expect(row).to_be_in_viewport()
    assert "speakers" not in options.locator("#model").inner_text(), "it recognises nothing"
    options.keyboard.press("Enter")
    expect(row).to_contain_text("Installed")
    expect(row.get_by_role("button", name="Remove: speakers")).to_be_focused()
    told = wait_until(lambda: fake_host.messages("configure"), "running captions do not know of it")
    assert told[-1]["options"]["speakers"] is True
    page.bring_to_front()
    popup = browser.popup(page)
    wait_until(
        lambda: popup.evaluate("document.querySelector('#model').options.length > 1"),
        "no word of the host",
    )
    assert popup.evaluate("document.querySelector('#speakers-missing').hidden")
    assert len(fake_host.messages("started")) == 1, "the host was started again"


def _options_page(browser: Browser) -> Page | None:
    """Return the options, where they are open."""
    return next((page for page in browser.context.pages if "options.html" in page.url), None)
