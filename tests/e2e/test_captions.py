"""The whole chain with nothing scripted: spoken words in a real tab, a real model, the overlay."""

import json
import sys
from pathlib import Path
from typing import Protocol

import pytest
from browser import Browser
from conftest import Launch
from pages import Site
from playwright.sync_api import Page, expect
from popup import Popup
from translating import choose_target
from waiting import wait_until
from watching import Watcher, watch_all

from fixtures import models, sound, speech
from wlk_host.bench.scoring import Score, percentile, score
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.models import errors

pytestmark = pytest.mark.model

HOST = [sys.executable, "-m", "wlk_host.cli"]
FLUSH_S = 8.0
"""Longer than the host takes for its last lines after the sound has ended."""
FOUR_SENTENCES = 54
"""So many words of the English clip, in 17 s, where there need not be more."""


@pytest.fixture(autouse=True)
def real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host that the browser starts find the model, also without tests/run.py."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))


class Speak(Protocol):
    """Serves a page with the English clip or its first words, not yet playing; its address."""

    def __call__(self, path: str, n_words: int | None = None) -> str: ...


@pytest.fixture
def speaking_page(site: Site, tmp_path: Path) -> Speak:
    """Serve a page that speaks."""

    def serve(path: str, n_words: int | None = None) -> str:
        clip = speech.english_clip().path
        if n_words is not None:
            end_s = sound.english_words()[n_words - 1][2] + 0.3
            pcm = sound.english()[: round(end_s * SAMPLE_RATE)]
            clip = sound.write_wav(tmp_path / "first-words.wav", pcm)
        return add_video(site, path, clip)

    return serve


def add_video(site: Site, path: str, clip: Path) -> str:
    """Serve a page with a clip, not yet playing, and return its address."""
    site.add_clip(f"{path}.wav", clip)
    video = f"<video src='{path}.wav' controls style='width:100vw;height:100vh'></video>"
    site.add_page(path, f"<body style='margin:0;background:#1b2838'>{video}</body>")
    return site.url(path)


def listen(browser: Browser, page: Page) -> None:
    """Switch captions on and wait until the model is there."""
    browser.click_action(page)
    not_on = lambda: f"the host does not listen: {browser.button(page)}"  # noqa: E731
    wait_until(lambda: browser.badge(page) == "on", not_on, seconds=60)


def play(page: Page) -> None:
    """Start the clip."""
    page.evaluate("document.querySelector('video').play()")


def score_of(watcher: Watcher, n_words: int | None = None) -> Score:
    """Score what was shown against the clip's words or the first ones of them."""
    words = list(sound.english_words()[:n_words])
    return score(watcher.log, " ".join(word for word, _, _ in words), "en", words)


def first_words_after(watcher: Watcher) -> float:
    """Seconds from the first word's end to the first words on the page."""
    spoken = sound.english_words()[0][2]
    return next(shown.t for shown in watcher.log if shown.committed or shown.draft) - spoken


def assert_good(watcher: Watcher, n_words: int | None = None) -> None:
    """Fail unless the captions of the English clip were right and in time."""
    result = score_of(watcher, n_words)
    assert result.final_wer <= 15, watcher.log[-1].final
    assert first_words_after(watcher) <= 3
    median = percentile(result.commit_s, 0.5)
    assert median is not None
    assert median <= 1.5


@pytest.mark.alone
def test_a_tab_is_captioned(start_browser: Launch, speaking_page: Speak) -> None:
    browser = start_browser(HOST)
    page = browser.open(speaking_page("/speech"))
    listen(browser, page)
    watcher = Watcher(browser, page)
    play(page)
    watch_all([watcher], FLUSH_S, at={15.0: lambda: browser.screenshot(page, "captions.png")})
    assert_good(watcher)
    popup = browser.popup(page)
    wait_until(lambda: "Automatic (base)" in popup.texts("#model option"), "no model named")


def test_another_model_takes_over_without_losing_a_word(
    start_browser: Launch, speaking_page: Speak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models.model("tiny.en")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    browser = start_browser(HOST)
    page = browser.open(speaking_page("/zanzibar", FOUR_SENTENCES))
    page.evaluate("document.title = 'Mirabelle'")
    listen(browser, page)
    popup = browser.popup(page)
    wait_until(lambda: "tiny.en" in popup.texts("#model option"), "the model is not offered")
    watcher = Watcher(browser, page)
    play(page)
    watch_all([watcher], FLUSH_S, at={8.0: lambda: popup.choose("#model", "tiny.en")})
    assert score_of(watcher, FOUR_SENTENCES).final_wer <= 15, watcher.log[-1].final
    report = browser.open_own("options/options.html")
    report.locator("#diagnose").click()
    expect(report.locator("#report")).to_contain_text('"running"')
    written = report.locator("#report").inner_text()
    [running] = json.loads(written)["running"]
    assert running["model"] == "tiny.en"
    run = json.loads(written)["health"][0]
    assert (run["state"], run["failures"]) == ("running", [])
    assert run["minutes"][-1]["sessions"] == 1
    spoken = {word.strip(".,").lower() for word, _, _ in sound.english_words() if len(word) > 8}
    # A phase has the name of a word of the clip.
    told = {"zanzibar", "mirabelle", "127.0.0.1", *(spoken - {"listening"})}
    files = [file for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert {file.name for file in files} == {"host.log", "health.json"}
    for text in (written, *(file.read_text(encoding="utf-8") for file in files)):
        assert not {word for word in told if word in text.lower()}


@pytest.mark.alone
def test_a_fullscreen_video_is_captioned(start_browser: Launch, speaking_page: Speak) -> None:
    browser = start_browser(HOST)
    page = browser.open(speaking_page("/fullscreen", FOUR_SENTENCES))
    listen(browser, page)
    page.evaluate(
        "document.body.onclick = () => document.querySelector('video').requestFullscreen()"
    )
    page.mouse.click(640, 300)
    wait_until(lambda: page.evaluate("document.fullscreenElement !== null"), "no fullscreen")
    watcher = Watcher(browser, page)
    play(page)
    on_top: list[bool] = []

    def look_closer() -> None:
        on_top.append(browser.overlay_is_on_top(page))
        browser.screenshot(page, "captions-fullscreen.png")

    watch_all([watcher], FLUSH_S, at={15.0: look_closer})
    assert on_top == [True]
    assert_good(watcher, FOUR_SENTENCES)


def test_two_tabs_are_captioned_at_once(start_browser: Launch, speaking_page: Speak) -> None:
    browser = start_browser(HOST)
    pages = [browser.open(speaking_page(path, FOUR_SENTENCES)) for path in ("/one", "/two")]
    for page in pages:
        listen(browser, page)
    watchers = [Watcher(browser, page) for page in pages]
    for page in pages:
        play(page)
    watch_all(watchers, FLUSH_S)
    for watcher in watchers:
        assert score_of(watcher, FOUR_SENTENCES).final_wer <= 15, watcher.log[-1].final


class PairWatcher(Watcher):
    """Keeps what stood beneath each line."""

    def __init__(self, browser: Browser, page: Page) -> None:
        super().__init__(browser, page)
        self.pairs: dict[str, str] = {}

    def look(self) -> None:
        """Take down what is shown now."""
        super().look()
        for row in self._browser.overlay_rows(self._page):
            if row.translation:
                # A line that has just begun is all draft.
                self.pairs[row.text] = row.translation


def test_each_line_has_its_translation_beneath_it(
    start_browser: Launch, speaking_page: Speak
) -> None:
    browser = start_browser(HOST)
    browser.choose(language="en", translateTo="pt", bilingual={"show": "both"})
    page = browser.open(speaking_page("/translated"))
    listen(browser, page)
    watcher = PairWatcher(browser, page)
    play(page)
    watch_all([watcher], FLUSH_S, at={23.0: lambda: browser.screenshot(page, "translated.png")})
    assert score_of(watcher).final_wer <= 15, watcher.log[-1].final
    for english, portuguese in (("machine", "máquina"), ("meeting", "reunião"), ("away", "rede")):
        beneath = [text for line, text in watcher.pairs.items() if english in line]
        assert any(portuguese in text for text in beneath), watcher.pairs


@pytest.mark.parametrize(
    ("language", "names", "translator", "spoken", "english"),
    [
        ("pt", ("pangrama", "contagem"), None, "raposa", "fox"),
        ("fr", ("pangrama", "bonjour_monde"), "whisper", "Bonjour", "world"),
    ],
)
def test_english_stands_beneath_each_foreign_line(
    start_browser: Launch,
    site: Site,
    tmp_path: Path,
    language: str,
    names: tuple[str, str],
    translator: str | None,
    spoken: str,
    english: str,
) -> None:
    browser = start_browser(HOST)
    browser.choose(
        language=language, translateTo="en", translator=translator, bilingual={"show": "both"}
    )
    clip = sound.write_wav(tmp_path / "clip.wav", sound.sentences(language, *names))
    page = browser.open(add_video(site, f"/{language}", clip))
    listen(browser, page)
    watcher = PairWatcher(browser, page)
    play(page)

    def stands_beneath() -> bool:
        watcher.look()
        pairs = watcher.pairs.items()
        has_other = any(spoken not in line for line, _ in pairs)
        return has_other and any(spoken in line and english in text for line, text in pairs)

    wait_until(stands_beneath, "the line has no English beneath it", seconds=120)
    others = [text for line, text in watcher.pairs.items() if spoken not in line]
    assert not any(english in text for text in others), watcher.pairs


def told(panel: Popup) -> list[tuple[str, str]]:
    """Return what the side panel holds: each name, and all that is said up to the next one."""
    lines: list[list[str]] = panel.evaluate(
        "[...document.querySelectorAll('#lines .line')].map(line => ['.speaker', '.committed']"
        ".map(part => line.querySelector(part).textContent.trim()))"
    )
    turns: list[tuple[str, str]] = []
    for name, said in lines:
        if name or not turns:
            turns.append((name, said))
        else:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]} {said}")
    return turns


def test_two_voices_are_told_apart(start_browser: Launch, site: Site, tmp_path: Path) -> None:
    models.model("speakers")
    browser = start_browser(HOST)
    browser.choose(language="en")
    clip = sound.write_wav(tmp_path / "clip.wav", sound.conversation())
    page = browser.open(add_video(site, "/conversation", clip))
    listen(browser, page)
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    play(page)

    def everybody_has_spoken() -> bool:
        return [name for name, _ in told(panel)] == ["Speaker 1:", "Speaker 2:"] * 2

    wait_until(everybody_has_spoken, lambda: f"the turns are {told(panel)}", seconds=120)
    browser.screenshot(page, "captions-speakers.png")
    wait_until(lambda: "dog" in told(panel)[-1][1], lambda: f"{told(panel)}", seconds=60)
    assert everybody_has_spoken(), told(panel)
    turns = [said for _, said in told(panel)]
    for word, said in zip(("welcome", "fox", "toolbar", "fox"), turns, strict=True):
        assert word in said, turns
    panel.screenshot("panel-speakers.png")


def test_what_was_said_before_is_translated_when_asked_for(
    start_browser: Launch, speaking_page: Speak
) -> None:
    browser = start_browser(HOST)
    browser.choose(language="en")
    page = browser.open(speaking_page("/retranslated"))
    listen(browser, page)
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    play(page)
    wait_until(lambda: "computer" in panel.text("#lines"), "no captions in the panel", seconds=60)
    page.evaluate("document.querySelector('video').pause()")
    wait_until(lambda: panel.text("#state") == "Paused", "the pause is not told")
    assert not panel.evaluate("document.querySelector('.translation').textContent")
    # The popup stays open, and with it the same thread.
    choose_target(browser.popup(page), "pt")
    hidden = "document.querySelector('#retranslate').hidden"
    wait_until(lambda: not panel.evaluate(hidden), "no button")
    panel.click("#retranslate")
    wait_until(lambda: "computador" in panel.text("#lines"), "not translated", seconds=60)
    wait_until(lambda: panel.evaluate(hidden), "the button stayed", seconds=60)
    panel.screenshot("panel-translated.png")


def test_an_open_list_of_languages_stays_as_it_is_while_captions_come(
    start_browser: Launch, speaking_page: Speak
) -> None:
    """A click is lost where its entry is written anew under the mouse."""
    browser = start_browser(HOST)
    browser.choose(language="en")
    page = browser.open(speaking_page("/list"))
    listen(browser, page)
    popup = browser.popup(page)
    popup.click("#translate")
    entry = "document.querySelector(`#translate-list [data-code='pt']`)"
    wait_until(lambda: " MB" in popup.text("#translate-list"), "no translators to be got")
    popup.evaluate(f"void (window.entry = {entry})")
    play(page)
    wait_until(lambda: "computer" in browser.captions(page), "no captions", seconds=60)
    assert popup.evaluate("window.entry.isConnected")


def test_the_first_page_speaks_and_is_captioned(start_browser: Launch) -> None:
    browser = start_browser(HOST, keep_welcome=True)
    page = next(page for page in browser.context.pages if "/welcome/" in page.url)
    expect(page.locator("#engine")).to_contain_text("responding", timeout=60_000)
    listen(browser, page)
    expect(page.locator("#try")).to_contain_text("Play a sample", timeout=20_000)
    page.locator("#speak").click()
    expect(page.locator("#try")).to_contain_text("Hello, and welcome.", timeout=20_000)
    expect(page.locator("#captions")).to_contain_text("computer", timeout=60_000)
    browser.screenshot(page, "welcome-spoken.png")


def test_a_missing_model_is_explained(
    start_browser: Launch,
    speaking_page: Speak,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path / "empty"))
    browser = start_browser(HOST)
    page = browser.open(speaking_page("/no-model"))
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert "model" in popup.text("#sentence")
    popup.screenshot("popup-model-missing.png")
