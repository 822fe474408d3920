"""From a foreign language to translated lines: what the user clicks, and reads, step by step."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, Launch
from pages import Clip, Site
from playwright.sync_api import Page, expect
from popup import Popup
from translating import (
    OFFERS,
    choose_target,
    spanish,
    stand_in,
    translations,
    without,
)
from waiting import wait_until

from wlk_host.core.language_names import NAMES
from wlk_host.core.translation import m2m_codes, nllb_codes

PORTUGUESE = ["--accept-lang=pt-BR,en"]
PAIR = ".offers li[data-id='argos-es-pt']"
BROWSERS_OWN = ".offers li[data-id='browser']"


class Watched:
    """A Spanish page that somebody watches whose browser is in Portuguese."""

    def __init__(self, browser: Browser, page: Page, host: FakeHost) -> None:
        self.browser = browser
        self.page = page
        self.host = host

    def popup(self) -> Popup:
        """Return the controls, once they know that Spanish is spoken."""
        popup = self.browser.popup(self.page)
        wait_until(lambda: "Spanish" in popup.text("#rule-label"), "Spanish was not heard")
        return popup

    def asked(self) -> list[str | None]:
        """Return which languages the host was asked for, one after the other."""
        told = self.host.messages("start", "configure")
        return [message["options"]["translate_to"] for message in told]


class Watch(Protocol):
    """Starts a browser whose one page is captioned, in Spanish, with a host of that behaviour."""

    def __call__(self, **behaviour: Any) -> Watched: ...


@pytest.fixture
def watched(start_browser: Launch, fake_host: FakeHost, site: Site) -> Watch:
    """Start a browser whose one page is captioned, in Spanish."""

    def start(**behaviour: Any) -> Watched:
        usual = {"scripted": True, "language": "es", "offers": OFFERS}
        fake_host.behave(**{**usual, "catalog": {"base": "installed"}, **behaviour})
        site.add_clip("/spanish.wav", Clip(seconds=120))
        site.add_player("/spanish", "/spanish.wav")
        browser = start_browser(fake_host.command, args=PORTUGUESE)
        page = browser.open(site.url("/spanish"))
        browser.click_action(page)
        wait_until(lambda: fake_host.messages("audio"), "captions did not start")
        spanish(fake_host, "Hola, ¿qué tal?")
        wait_until(lambda: "Hola" in browser.captions(page), "no captions")
        return Watched(browser, page, fake_host)

    return start


def test_two_clicks_lead_to_lines_in_the_users_language(watched: Watch) -> None:
    """The download breaks off, then lies, then ends well; it is resumed each time."""
    transfers = {"argos-es-pt": ["break", "lie", "slow", "whole"]}
    seen = watched(transfers=transfers)
    popup = seen.popup()
    without(popup)
    assert popup.text("#suggest-text") == "Spoken here: Spanish"
    assert popup.text("#suggest-take") == "Translate to Portuguese"
    popup.screenshot("translate-1-suggested.png")
    assert faults_of(popup) == []

    popup.click("#suggest-take")
    wait_until(lambda: "Spanish → Portuguese" in popup.text(".offers"), "nothing is offered")
    wait_until(lambda: seen.asked()[-1] == "pt", "the host does not know what is wanted")
    first = popup.texts(".offers > ul > li")
    assert any("88 MB · CC-BY-4.0 AND MIT · good quality" in text for text in first), first
    nllb = popup.evaluate("document.querySelector('.offers [data-id=\"nllb-600M\"]').textContent")
    assert "Not for commercial use." in nllb
    assert "0.42 s a line here" in nllb
    popup.screenshot("translate-2-offered.png")
    assert faults_of(popup) == []

    for problem, name in (("ended at 40 %", "broken"), ("not what was expected", "lied")):
        popup.click(f"{PAIR} button")
        wait_until(_tells(popup, PAIR, problem), f"not told: {problem}")
        assert popup.text(f"{PAIR} button") == "Try again"
        popup.screenshot(f"translate-3-{name}.png")
    popup.click(f"{PAIR} button")
    wait_until(lambda: "26 MB / 88 MB" in popup.text(PAIR), "no progress")
    popup.screenshot("translate-4-progress.png")
    assert faults_of(popup) == []
    popup.click(f"{PAIR} button")
    wait_until(lambda: popup.text(f"{PAIR} button") == "Get it", "it was not cancelled")
    configured = len(seen.asked())
    popup.click(f"{PAIR} button")
    wait_until(lambda: popup.evaluate("document.querySelector('.offers').hidden"), "still offered")
    # Running captions hear their options once more, so they are translated from now on.
    wait_until(lambda: len(seen.asked()) > configured, "the running captions do not know of it")
    assert seen.asked()[-1] == "pt"
    told = {"text": "Olá, tudo bem?", "language": "pt", "state": "final"}
    seen.host.say(
        {
            "id": 0,
            "text": "Hola, ¿qué tal?",
            "language": "es",
            "state": "final",
            "translation": told,
        }
    )
    wait_until(
        lambda: translations(seen.browser, seen.page) == ["Olá, tudo bem?"], "no translation"
    )
    popup.screenshot("translate-5-there.png")
    seen.browser.screenshot(seen.page, "translate-6-lines.png")
    requests = [m["type"] for m in seen.host.messages("download", "cancel")]
    assert requests == ["download", "download", "download", "cancel", "download"]


def test_the_list_is_searched_with_the_keyboard_alone(watched: Watch) -> None:
    seen = watched()
    page = seen.browser.open_own("options/options.html")
    field = page.get_by_role("combobox", name="Translate to")
    expect(page.locator("#host-state")).to_contain_text("responding")
    field.focus()
    page.keyboard.press("ArrowDown")
    options = page.locator("#translateTo-list [role=option]")
    expect(options.nth(1)).to_contain_text("Portuguese")
    expect(options.nth(2)).to_contain_text("English")
    seen.browser.screenshot(page, "translate-list.png")
    assert faults_of(page) == []
    page.keyboard.type("aleman")
    expect(options).to_have_count(0)
    page.keyboard.press("Control+A")
    page.keyboard.type("deutsch")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(field).to_have_value("German")
    expect(page.locator("#translateTo-list")).to_be_hidden()

    def is_kept() -> bool:
        settings: dict[str, object] = seen.browser.stored().get("settings", {})
        return settings.get("translateTo") == "de"

    wait_until(is_kept, "not kept")
    expect(page.locator(".offers")).to_contain_text("Get it")
    page.locator(".offers").scroll_into_view_if_needed()
    seen.browser.screenshot(page, "translate-options.png")
    field.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field).to_have_value("German")
    row = page.locator("#model-argos-es-en")
    expect(row).to_contain_text("Translates: Spanish → English")
    expect(page.locator("#model-nllb-600M")).to_contain_text("Not for commercial use.")


def test_the_browser_translates_and_the_host_is_told_nothing(watched: Watch) -> None:
    seen = watched(offers=[])
    stand_in(seen.browser.offscreen(), state="downloadable")
    popup = seen.popup()
    stand_in(popup, state="downloadable", steps=[0.2, 0.6, 1], slow=1500)
    choose_target(popup, "pt")
    wait_until(lambda: "on this device" in popup.text(BROWSERS_OWN), "the browser is not offered")
    popup.screenshot("browser-1-offered.png")
    popup.click(f"{BROWSERS_OWN} button")
    wait_until(
        lambda: popup.evaluate("document.querySelector('.offers progress')?.value") == 0.6, "?"
    )
    popup.screenshot("browser-2-progress.png")
    gone = "document.querySelector('.offers').hidden"
    wait_until(lambda: popup.evaluate(gone), "it did not end")
    # The document that captures finds out by itself; nobody clicks there.
    stand_in(seen.browser.offscreen(), state="available")
    spanish(seen.host, "Bien, gracias, y", first=1, state="committed")

    def lines() -> list[str]:
        return translations(seen.browser, seen.page)

    wait_until(lambda: lines()[-1:] == ["[pt] Bien, gracias,"], lambda: f"no draft: {lines()}")
    spanish(seen.host, "Bien, gracias, ¿y tú?", first=1)
    whole = "[pt] Bien, gracias, ¿y tú?"
    wait_until(lambda: lines()[-1:] == [whole], lambda: f"no line: {lines()}")
    wait_until(lambda: "By the browser" in popup.text("#translation-state"), "not told by whom")
    popup.screenshot("browser-3-translating.png")
    seen.browser.screenshot(seen.page, "browser-4-lines.png")
    assert set(seen.asked()) == {None} | ({"pt"} & set(seen.asked()[:2]))
    assert seen.asked()[-1] is None


FAILURES: dict[str, tuple[dict[str, Any] | None, str]] = {
    "click": ({"state": "downloadable"}, "The browser has to download Spanish → Portuguese first"),
    "pair": ({"state": "unavailable"}, "The browser doesn\u2019t translate Spanish → Portuguese"),
    "network": ({"refuse": "NetworkError"}, "couldn\u2019t download Spanish → Portuguese"),
    "failed": ({"refuse": "OperationError"}, "The browser\u2019s translator failed"),
    "missing": (None, "This browser has no translator of its own"),
}


@pytest.mark.parametrize("what", FAILURES)
def test_what_the_user_reads_when_the_browser_does_not_translate(watched: Watch, what: str) -> None:
    how, words = FAILURES[what]
    seen = watched(offers=[])
    document = seen.browser.offscreen()
    if how is None:
        without(document)
    else:
        stand_in(document, **how)
    seen.browser.choose(translateTo="pt", translator="browser")
    spanish(seen.host, "¿Y tú?", first=1)
    # Captions go on, and say once that there is something to be read.
    wait_until(
        lambda: "Translation isn\u2019t working" in seen.browser.notice(seen.page), "no notice"
    )
    wait_until(lambda: "¿Y tú?" in seen.browser.captions(seen.page), "captions have stopped")
    popup = seen.popup()
    stand_in(popup)
    popup.click("#translate")
    wait_until(lambda: words in popup.text("#translation-state"), lambda: popup.text("main"))
    popup.screenshot(f"browser-fails-{what}.png")


def test_a_download_by_the_browser_that_fails_or_is_cancelled_is_told(watched: Watch) -> None:
    seen = watched(offers=[])
    popup = seen.popup()
    stand_in(popup, state="downloadable", steps=[0.4], refuse="NetworkError")
    choose_target(popup, "pt")
    wait_until(lambda: popup.text(BROWSERS_OWN), "not offered")
    popup.click(f"{BROWSERS_OWN} button")
    failed = "couldn\u2019t download Spanish → Portuguese"
    wait_until(lambda: failed in popup.text(BROWSERS_OWN), "not told")
    popup.screenshot("browser-fails-download.png")
    assert faults_of(popup) == []
    stand_in(popup, state="downloadable", steps=[0.4], hang=True)
    popup.click(f"{BROWSERS_OWN} button")
    wait_until(lambda: popup.text(f"{BROWSERS_OWN} button") == "Cancel", "it cannot be cancelled")
    popup.click(f"{BROWSERS_OWN} button")
    wait_until(lambda: popup.text(f"{BROWSERS_OWN} button") == "Get it", "it was not cancelled")


def test_chromiums_own_translator_says_what_it_can(watched: Watch) -> None:
    """Without a network it has no model: that it is asked, and bounded, is all that runs here."""
    seen = watched(offers=[])
    popup = seen.popup()
    assert popup.evaluate("typeof Translator") == "function"
    assert seen.browser.offscreen().evaluate("typeof Translator") == "function"
    choose_target(popup, "pt")
    wait_until(lambda: popup.text(f"{BROWSERS_OWN} button") == "Get it", "not offered")
    popup.click(f"{BROWSERS_OWN} button")
    wait_until(lambda: popup.text(f"{BROWSERS_OWN} button") == "Cancel", "it does not begin")
    popup.click(f"{BROWSERS_OWN} button")
    wait_until(lambda: popup.text(f"{BROWSERS_OWN} button") == "Get it", "it was not cancelled")
    spanish(seen.host, "Sigue.", first=1)
    wait_until(lambda: "Sigue." in seen.browser.captions(seen.page), "captions have stopped")


def test_a_language_is_never_or_always_translated_on_a_site(watched: Watch) -> None:
    seen = watched(translators=[{"name": "fake", "sources": ["es", "en"], "targets": ["pt", "de"]}])
    popup = seen.popup()
    choose_target(popup, "pt")
    wait_until(lambda: seen.asked()[-1] == "pt", "nothing was asked for")
    popup.choose("#language-rule", "never")
    wait_until(lambda: seen.asked()[-1] is None, "it is still translated")
    sites = seen.browser.stored("local")["settings"]["sites"]
    assert sites["127.0.0.1"] == {"languageRules": [{"language": "es", "translate": "never"}]}
    popup.screenshot("translate-rule.png")
    # The language changes in the middle of the video.
    seen.host.say({"id": 64_000, "text": "And now in English.", "language": "en"}, spoken="en")
    wait_until(lambda: seen.asked()[-1] == "pt", "English is not translated")
    spanish(seen.host, "Otra vez.", first=3)
    wait_until(lambda: seen.asked()[-1] is None, "Spanish is translated again")
    wait_until(lambda: "Otra vez." in seen.browser.captions(seen.page), "not shown")


def test_final_translations_are_read_out_and_the_tab_is_turned_down(watched: Watch) -> None:
    seen = watched(offers=[])
    document = seen.browser.offscreen()
    stand_in(document)
    document.evaluate(
        """(() => {
          window.uttered = [];
          speechSynthesis.getVoices = () => [{ lang: 'pt-BR', localService: true, default: true }];
          globalThis.SpeechSynthesisUtterance = class extends EventTarget {
            constructor(text) { super(); this.text = text; }
          };
          speechSynthesis.speak = (one) => {
            uttered.push(one.text);
            const tell = (type) => {
              const event = new Event(type);
              one.dispatchEvent(event);
              one[`on${type}`]?.(event);
            };
            setTimeout(() => tell('start'), 50);
            window.finish = () => tell('end');
          };
        })()"""
    )
    seen.browser.choose(translateTo="pt", translator="browser", speakTranslations=True)
    spanish(seen.host, "Uno.", first=1)

    def said() -> list[str]:
        return list(document.evaluate("window.uttered"))

    wait_until(lambda: said() == ["[pt] Uno."], lambda: f"said: {said()}")

    def volumes() -> list[float]:
        return document.each("GainNode", "it.gain.value")

    wait_until(lambda: volumes() and abs(volumes()[0] - 0.2) < 0.01, "it is not turned down")
    spanish(seen.host, "Dos.", "Tres.", "Cuatro.", "Cinco.", first=2)
    wait_until(lambda: "Lines skipped: 2" in seen.browser.notice(seen.page), "skipping is not told")
    for count, text in ((2, "[pt] Cuatro."), (3, "[pt] Cinco.")):
        document.evaluate("void finish()")
        wait_until(_has(said, count), "it does not go on")
        assert said()[-1] == text
    document.evaluate("void finish()")
    wait_until(lambda: volumes() == [1], "it stayed turned down")


def _has(list_of: Callable[[], list[str]], count: int) -> Callable[[], bool]:
    return lambda: len(list_of()) == count


def _tells(popup: Popup, selector: str, words: str) -> Callable[[], bool]:
    return lambda: words in popup.text(selector)


def test_every_language_of_a_list_has_a_name_of_its_own(start_browser: Launch) -> None:
    """Chromium names those alone that its own settings offer."""
    page = start_browser().open_own("options/options.html")
    codes = sorted({*nllb_codes.TARGETS, *m2m_codes.TARGETS, *NAMES})
    names = page.evaluate(
        "async (codes) => { const { languageName } = await import('/shared/languages.js');"
        " return codes.map((code) => languageName(code, 'de')); }",
        codes,
    )
    named = dict(zip(codes, names, strict=True))
    # Two are called as their codes are.
    assert {c for c in codes if named[c].casefold() == c.casefold()} == {"fon", "luo"}
    assert (named["bo"], named["ace-Arab"]) == ("Tibetan", "Acehnese (Arabisch)")
    # Twi is Akan; Whisper and the standard have a code each for Javanese.
    same = {name for name in names if names.count(name) > 1}
    assert {code for code in codes if named[code] in same} == {"ak", "tw", "jv", "jw"}
