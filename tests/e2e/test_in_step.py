"""Sound and picture as late as captions: what is heard, seen and read in one clock."""

import time
from pathlib import Path
from statistics import median
from typing import Protocol

import numpy as np
import pytest
from browser import Browser
from conftest import FakeHost, Launch
from flashes import EVERY_S, Witness, write_flashes
from pages import Site
from playwright.sync_api import Page
from waiting import wait_until

from wlk_host.core.types import SAMPLE_RATE

pytestmark = pytest.mark.alone

TOGETHER_MS = 150
WORD = SAMPLE_RATE // 2
"""The fake host says one for each."""
BODY = "<body style='margin:0'><video src='{film}' style='width:640px'></video>"
FILM_S = 90


class Cinema(Protocol):
    """Opens a page with a flashing film that stands still, captions switched on."""

    def __call__(self, path: str, *, in_step: bool, body: str = ...) -> Witness: ...


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that flashes."""
    return write_flashes(tmp_path_factory.mktemp("film") / "flashes.webm", FILM_S)


@pytest.fixture
def cinema(start_browser: Launch, fake_host: FakeHost, site: Site, film: Path) -> Cinema:
    """Show the film to a host that says a word for each half second that it hears."""

    def show(path: str, *, in_step: bool, body: str = BODY) -> Witness:
        site.add_clip("/flashes.webm", film)
        site.add_page(path, body.format(film="/flashes.webm"))
        browser = start_browser(fake_host.command)
        browser.choose(inStep=in_step)
        page = browser.open(site.url(path))
        browser.click_action(page)
        wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page))
        witness = Witness(browser, page)
        witness.attend()
        return witness

    return show


def act(page: Page, script: str) -> None:
    """Run a script in which `v` is the page's video."""
    page.evaluate(f"(() => {{ const v = document.querySelector('video'); {script} }})()")


def settled_count(read: list[float]) -> int:
    """Return how many there are."""
    return len(read)


def heard_words(fake_host: FakeHost, heard: list[float]) -> dict[str, float]:
    """Return when each word was heard, ms: from tones, whose samples the host has."""
    session = fake_host.messages("start")[-1]["session"]
    pcm = fake_host.pcm(session).astype(float)
    loud = np.flatnonzero(np.abs(pcm) > 1600)
    onsets = [int(at) for i, at in enumerate(loud) if i == 0 or at - loud[i - 1] > SAMPLE_RATE / 2]
    pairs = list(zip(onsets, heard, strict=False))
    zero = median(ms - sample / SAMPLE_RATE * 1000 for sample, ms in pairs)
    words = range(len(pcm) // WORD)
    return {f"w{n}": zero + (n + 1) * WORD / SAMPLE_RATE * 1000 for n in words}


def test_what_is_heard_seen_and_read_is_together(cinema: Cinema, fake_host: FakeHost) -> None:
    witness = cinema("/together", in_step=True)
    act(witness.page, "v.play()")
    wait_until(witness.canvases, "the picture is not delayed")
    witness.look()
    wait_until(lambda: "w2" in witness.browser.captions(witness.page), "no captions")
    witness.read()
    wait_until(lambda: len(witness.heard) >= 6, "too little was heard", seconds=60)
    heard, seen, film = witness.heard, witness.seen, witness.film
    apart = [see - hear for see in seen for hear in heard if abs(see - hear) < 1000 * EVERY_S / 2]
    late = [hear - flash for flash, hear in zip(film, heard, strict=False)]
    words = witness.words
    spoken = heard_words(fake_host, heard)
    read = [at - spoken[word] for word, at in words.items() if word in spoken]
    print(f"sound {np.round(late)} ms later; picture from it {np.round(apart)} ms")
    print(f"captions from it {np.round(sorted(read))} ms")
    assert len(apart) >= 4
    assert median(late) >= 900
    assert max(map(abs, apart)) <= TOGETHER_MS
    assert len(read) >= 10
    assert abs(median(read)) <= TOGETHER_MS


def test_off_nothing_is_delayed(cinema: Cinema) -> None:
    witness = cinema("/at_once", in_step=False)
    act(witness.page, "v.play()")
    wait_until(lambda: len(witness.heard) >= 3, "too little was heard", seconds=30)
    late = [hear - flash for flash, hear in zip(witness.film, witness.heard, strict=False)]
    print(f"sound {np.round(late)} ms after the picture")
    assert median(late) <= TOGETHER_MS
    assert witness.canvases() == []
    loaded = "performance.getEntriesByType('resource').map(({ name }) => name).join()"
    assert "delay" not in witness.browser.offscreen().evaluate(loaded)
    assert "picture" not in witness.page.evaluate(loaded)
