"""Something dies under captions, in a real browser."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from conftest import FakeHost, Launch
from counted_words import (
    CLIP,
    SAMPLE_RATE,
    assert_consecutive,
    assert_is_clip,
    until_word,
)
from waiting import wait_until


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
    assert 3 <= len(fake_host.messages("started")) <= 6
    assert set(range(20)) - set(words) <= {12, 13, 14, 15}
    assert words == sorted(set(words))
    assert browser.badge(page) == "on"
