"""The extension in a real browser, with a host that recognises nothing and so shows everything."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from browser import EXTENSION_ID, Browser, register_host
from conftest import FakeHost, Launch
from numpy.typing import NDArray
from pages import STRICT_CSP, Clip, Site
from playwright.sync_api import Page
from waiting import wait_until

SAMPLE_RATE = 16_000
CLIP = Clip(seconds=60)


def words_shown(browser: Browser, page: Page) -> list[int]:
    """Return the numbers of the words over the page."""
    return [int(word[1:]) for word in browser.captions(page).split()]


def until_word(browser: Browser, page: Page, number: int) -> list[int]:
    """Wait for a word to be shown and return all that are."""

    def arrived() -> list[int]:
        shown = words_shown(browser, page)
        return shown if shown and shown[-1] >= number else []

    return wait_until(arrived, f"w{number} was not shown", seconds=number / 2 + 10)


def assert_consecutive(words: list[int]) -> None:
    """Fail when a word is missing or there twice."""
    assert words == list(range(words[0], words[0] + len(words)))


def dominant_hz(pcm: NDArray[np.int16]) -> float:
    """Return the strongest frequency."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)), n=1 << 16))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / (1 << 16)


def assert_is_clip(pcm: NDArray[np.int16], clip: Clip, least_seconds: float) -> None:
    """Fail unless the sound is a stretch of the clip, in order and without a hole.

    The fake sound card of a headless browser may glitch for some 10 ms, so the frequencies in the
    middle of each step are compared and not the samples.
    """
    hop = SAMPLE_RATE // 10
    windows = [pcm[start : start + hop] for start in range(0, len(pcm) - hop, hop)]
    audible = [window for window in windows if np.abs(window).max() > 1000]
    # In the first one the sound begins, in the middle of it.
    heard = [dominant_hz(window) for window in audible[1:]]
    steps = [int(np.argmin(np.abs(clip.frequencies - hz))) for hz in heard]
    assert len(steps) >= least_seconds * 10
    jumps = np.diff(steps)
    assert set(np.unique(jumps)) <= {0, 1}, steps
    seconds_by_step = (steps[-1] - steps[0]) / 2
    assert abs(seconds_by_step - len(steps) / 10) < 0.8


@pytest.fixture
def player(site: Site) -> Callable[..., str]:
    """Serve a page that plays `CLIP` and return its address."""

    def serve(path: str = "/player", *, clip: Clip = CLIP, csp: str | None = None) -> str:
        site.add_clip(f"{path}.wav", clip)
        site.add_player(path, f"{path}.wav", csp)
        return site.url(path)

    return serve


@pytest.mark.alone
def test_sound_reaches_the_host_and_its_words_the_page(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    assert_consecutive(until_word(browser, page, 13))
    rows = browser.overlay_rows(page)
    assert rows[-1].text.startswith(rows[-1].committed)
    assert len(rows[-1].text) > len(rows[-1].committed)
    assert browser.badge(page) == "on"

    audio = fake_host.messages("audio")
    assert [m["seq"] for m in audio] == list(range(len(audio)))
    assert [m["start"] for m in audio] == [n * 1600 for n in range(len(audio))]
    heard_s = len(audio) / 10
    wall_s = audio[-1]["at"] - audio[0]["at"]
    assert abs(heard_s - wall_s) < 0.5
    assert_is_clip(fake_host.pcm(audio[0]["session"]), CLIP, least_seconds=5)


def test_channels_that_cancel_each_other_out_are_heard(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    clip = Clip(seconds=30, opposite=True)
    browser = start_browser(fake_host.command)
    page = browser.open(player(clip=clip))
    browser.click_action(page)
    until_word(browser, page, 10)
    pcm = fake_host.pcm(fake_host.messages("audio")[0]["session"])
    heard = pcm[len(pcm) // 2 :].astype(np.float64) / 32768
    assert np.sqrt(np.mean(heard**2)) > 0.2, "mixed down, both channels are silence"
    assert_is_clip(pcm, clip, least_seconds=3)


def test_stopping_shows_the_last_words_and_ends(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    until_word(browser, page, 3)
    browser.stop_captions(page)
    wait_until(lambda: fake_host.messages("stop"), "the host was not told to stop")
    last = fake_host.messages("audio")[-1]["start"] // (SAMPLE_RATE // 2) - 1
    wait_until(lambda: words_shown(browser, page)[-1] >= last, "the last words are missing")
    wait_until(lambda: browser.badge(page) == "", "the badge stayed")
    wait_until(lambda: browser.captions(page) == "", "the captions stayed")
    wait_until(lambda: not browser.overlay_is_in(page), "the overlay stayed in the page")
    audio = len(fake_host.messages("audio"))
    browser.click_action(page)
    wait_until(lambda: len(fake_host.messages("audio")) > audio + 5, "it did not start again")


def test_sound_from_before_the_host_is_ready_is_not_lost(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    fake_host.behave(hello_delay_s=2.5)
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    wait_until(lambda: browser.notice(page) == "Starting captions…", "no notice")
    until_word(browser, page, 7)
    first, *_, last = fake_host.messages("audio")
    assert first["start"] == 0
    assert last["start"] / SAMPLE_RATE > last["at"] - first["at"] + 1.5


@pytest.mark.alone
@pytest.mark.parametrize("victim", ["worker", "host"])
def test_no_caption_is_lost_or_doubled_when_something_dies(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str], victim: str
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    until_word(browser, page, 33)
    if victim == "worker":
        browser.kill_worker()
    else:
        os.kill(fake_host.messages("started")[-1]["pid"], signal.SIGKILL)
    wait_until(lambda: len(fake_host.messages("start")) == 2, "the session did not resume")
    assert_consecutive(until_word(browser, page, 45))

    first, second = fake_host.messages("start")
    assert second["session"] == first["session"]
    assert second["from"] == 10 * SAMPLE_RATE // 2
    assert second["context"] == " ".join(f"w{n}" for n in range(10))
    resumed = [m["start"] for m in fake_host.messages("audio") if m["host"] == second["host"]]
    assert resumed[0] == second["from"]
    assert set(np.diff(resumed)) == {1600}
    assert_is_clip(fake_host.pcm(first["session"]), CLIP, least_seconds=20)


def test_a_host_that_hangs_is_replaced(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    until_word(browser, page, 5)
    pid = fake_host.messages("started")[-1]["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(
            lambda: len(fake_host.messages("start")) == 2, "the host was not replaced", seconds=90
        )
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert_consecutive(until_word(browser, page, 75))
    second = fake_host.messages("start")[1]
    assert second["from"] == 0
    resumed = [m["start"] for m in fake_host.messages("audio") if m["host"] == second["host"]]
    assert set(np.diff(resumed)) == {1600}


def test_sound_that_crashes_the_host_is_left_out(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    fake_host.behave(fatal_word=14)
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    until_word(browser, page, 12)
    wait_until(lambda: "Left out" in browser.notice(page), "it is not told")
    words = until_word(browser, page, 20)
    # Of one that dies at once the browser does not always pass on what it has said.
    assert len(fake_host.messages("started")) in (3, 4)
    assert set(range(20)) - set(words) <= {12, 13, 14, 15}
    assert words == sorted(set(words))
    assert browser.badge(page) == "on"


def test_a_missing_host_is_explained_and_retried(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(None)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert "isn\u2019t installed" in popup.text("#sentence")
    assert popup.texts("code") == ["python3 installers/quickstart.py", "wlk-host doctor"]
    popup.screenshot("popup-host-not-found.png")

    popup.click("#retry")
    wait_until(lambda: popup.text("#retry") == "Try again", "no second answer")
    assert "isn\u2019t installed" in popup.text("#sentence")

    register_host(browser.profile, fake_host.command)
    popup.click("#retry")
    until_word(browser, page, 3)
    assert browser.badge(page) == "on"


@pytest.mark.parametrize(
    ("behaviour", "sentence", "command"),
    [
        ({"exit_at_start": True}, "stopped right after", "wlk-host doctor"),
        ({"garbage": True}, "couldn\u2019t read", "wlk-host doctor"),
        ({"protocol": 99}, "different versions", "python3 installers/quickstart.py"),
        (
            {"refuse": {"code": "model_missing", "message": "No model base.", "hint": "Get one."}},
            "No model base.",
            None,
        ),
    ],
    ids=["exits", "garbage", "protocol", "refused"],
)
def test_what_goes_wrong_is_explained(
    start_browser: Launch,
    fake_host: FakeHost,
    player: Callable[..., str],
    behaviour: dict[str, object],
    sentence: str,
    command: str | None,
) -> None:
    fake_host.behave(**behaviour)
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert sentence in popup.text("#sentence")
    popup.screenshot(f"popup-{next(iter(behaviour))}.png")
    commands = popup.texts("code")
    assert commands == ([] if command is None else [command])
    assert browser.badge(page) == "!"


def test_captions_start_again_after_the_host_was_given_up(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    fake_host.behave(break_port=True)
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert popup.text("#sentence") == "It broke."
    assert popup.text("#remedy") == "Mend it."
    fake_host.behave()
    popup.click("#retry")
    until_word(browser, page, 3)


def test_a_host_for_another_extension_is_explained(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(None)
    register_host(browser.profile, fake_host.command, extension_id="a" * 32)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert popup.texts("code") == [f"wlk-host install --extension-id {EXTENSION_ID}"]
    assert EXTENSION_ID in popup.text("#extension-id")


def test_a_page_closed_to_extensions_is_explained(
    start_browser: Launch, fake_host: FakeHost
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open("chrome://version")
    browser.click_action(page)
    assert "draw on this page" in browser.popup(page, "problem").text("#sentence")
    assert fake_host.messages() == []


def test_a_permission_that_the_browser_refuses_is_explained(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    # Nobody has clicked, so the browser gives out neither page nor sound.
    browser.command(page, "toggle")
    popup = browser.popup(page, "problem")
    assert "hasn\u2019t allowed captions on this page yet" in popup.text("#sentence")
    assert popup.texts("code") == []
    assert not fake_host.messages("start")
    popup.evaluate("window.close()")
    wait_until(lambda: not browser.contexts("page"), "the popup stayed")
    # Opened by a click, as it is now, it has the permission.
    browser.popup(page, "problem").click("#retry")
    until_word(browser, page, 3)


def test_nothing_runs_on_after_captions_have_ended(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    until_word(browser, page, 2)
    assert browser.contexts("background_page")
    browser.stop_captions(page)
    # What could cost anything: the document with the sound, and the host. The worker has no timers,
    # and the browser ends it when it likes.
    wait_until(lambda: fake_host.messages("eof"), "the host was not let go", seconds=90)
    wait_until(
        lambda: not browser.contexts("background_page"), "the sound's document stayed", seconds=30
    )


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


@pytest.mark.alone
def test_two_tabs_are_captioned_at_once_and_closing_one_leaves_the_other(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    low, high = Clip(60), Clip(60, first_hz=2500.0)
    browser = start_browser(fake_host.command)
    pages = [browser.open(player("/low", clip=low)), browser.open(player("/high", clip=high))]
    for page in pages:
        browser.click_action(page)
        until_word(browser, page, 3)
    until_word(browser, pages[0], 13)
    until_word(browser, pages[1], 9)
    sessions = [m["session"] for m in fake_host.messages("start")]
    assert_is_clip(fake_host.pcm(sessions[0]), low, least_seconds=4)
    assert_is_clip(fake_host.pcm(sessions[1]), high, least_seconds=3)
    changes = [(m["session"], m["visible"]) for m in fake_host.messages("visibility")]
    assert (sessions[0], False) in changes

    pages[0].close()
    wait_until(lambda: fake_host.messages("stop"), "the closed tab's session went on")
    assert [m["session"] for m in fake_host.messages("stop")] == [sessions[0]]
    until_word(browser, pages[1], words_shown(browser, pages[1])[-1] + 4)
    assert {m["session"] for m in fake_host.messages("audio")[-5:]} == {sessions[1]}


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


def test_captions_fade_in_silence_and_come_back_without_the_old_words(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    fake_host.behave(pause_words=[4, 20])
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    until_word(browser, page, 2)
    wait_until(lambda: browser.captions(page) == "", "the captions stayed in silence")
    shown = until_word(browser, page, 22)
    assert shown[0] > 4
