"""The extension in a real browser, with a host that recognises nothing and so shows everything."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import FakeHost, Launch
from counted_words import (
    CLIP,
    SAMPLE_RATE,
    assert_consecutive,
    assert_is_clip,
    until_word,
    words_shown,
)
from pages import Clip
from waiting import wait_until


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
