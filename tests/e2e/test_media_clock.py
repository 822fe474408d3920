"""Whether sound is placed in a film where it is in it, at any speed; nobody recognises anything."""

from pathlib import Path

import numpy as np
import pytest
from conftest import FakeHost, Launch
from numpy.typing import NDArray
from pages import Site
from test_media_time import VIDEO, act, add_film, play_until
from transcripts import Entry, TranscriptReader
from waiting import wait_until

from fixtures.sound import noise
from wlk_host.bench.scoring import percentile
from wlk_host.core.types import SAMPLE_RATE, Pcm

pytestmark = pytest.mark.alone

LINE = 5 * SAMPLE_RATE
"""Samples of a whole line of the fake host."""
BURST_S, EVERY_S = 0.2, 1.0
LOUD = 1000
OFF_S = 0.05
"""Times of words may be off by 80 ms."""


def bursts(seconds: int) -> Pcm:
    """Silence, with noise at the start of each second but the first one."""
    pcm = np.zeros(seconds * SAMPLE_RATE, np.float32)
    burst = noise(BURST_S, 0.3)
    for second in range(1, seconds):
        pcm[second * SAMPLE_RATE :][: len(burst)] = burst
    return pcm


def onsets(pcm: NDArray[np.int16], speed: float) -> NDArray[np.int64]:
    """Samples at which it becomes loud after most of the silence between two bursts."""
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > LOUD)
    quiet = (EVERY_S - BURST_S) / 2 / speed * SAMPLE_RATE
    return loud[np.flatnonzero(np.diff(loud, prepend=-SAMPLE_RATE) > quiet)]


def placed(entries: list[Entry], samples: NDArray[np.int64]) -> NDArray[np.float64]:
    """Media times of samples, where a line that is final tells them."""
    found = []
    for entry in entries:
        # Ids of a tab's lines are even, those of its microphone's odd.
        first = int(entry.id.split()[-1]) // 2
        # The film begins somewhere in the first line.
        if entry.media is None or entry.state != "final" or first == 0:
            continue
        inside = samples[(samples >= first) & (samples < first + LINE)]
        rate = (entry.end - entry.start) / LINE
        found.append(entry.start + (inside - first) * rate)
    return np.concatenate(found)


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.5, 2.0])
def test_sound_is_placed_where_it_is_in_the_film(
    start_browser: Launch, fake_host: FakeHost, site: Site, tmp_path: Path, speed: float
) -> None:
    add_film(site, tmp_path, "/bursts.webm", bursts(round(40 * speed)))
    site.add_page("/bursts", VIDEO.format(film="/bursts.webm"))
    browser = start_browser(fake_host.command)
    page = browser.open(site.url("/bursts"))
    browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page))
    reader = TranscriptReader(browser)
    page.bring_to_front()
    act(page, f"v.playbackRate = {speed}; v.play()")
    play_until(page, 36 * speed)
    [session] = {message["session"] for message in fake_host.messages("start")}
    at = placed(reader.entries, onsets(fake_host.pcm(session), speed))
    off = at - np.round(at)
    sizes = sorted(np.abs(off).tolist())
    median, most = percentile(sizes, 0.5), percentile(sizes, 0.95)
    print(f"{speed}x: {len(off)} bursts, signed median {np.median(off) * 1000:.0f} ms,")
    assert median is not None
    assert most is not None
    print(f"median {median * 1000:.0f} ms, 95 % {most * 1000:.0f} ms")
    assert len(off) >= 10 * speed
    assert most <= OFF_S * max(1, speed), off
