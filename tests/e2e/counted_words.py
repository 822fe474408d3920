"""The words that a host without recognition counts, and the clip that it hears."""

import numpy as np
from browser import Browser
from numpy.typing import NDArray
from pages import Clip
from playwright.sync_api import Page
from waiting import wait_until

SAMPLE_RATE = 16_000
CLIP = Clip(seconds=60)
"""What `player` plays."""


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
