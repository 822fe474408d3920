"""Sound and picture as late as captions: what is heard, seen and read in one clock."""

import time
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Protocol

import av
import numpy as np
import pytest
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


def watched(cinema: Cinema, path: str, **options: str) -> Witness:
    """Play the film in step until its first flash was heard; what is seen is noted, too."""
    witness = cinema(path, in_step=True, **options)
    act(witness.page, "v.play()")
    wait_until(witness.canvases, "the picture is not delayed")
    witness.look()
    wait_until(lambda: witness.heard, "nothing was heard", seconds=30)
    return witness


def flashed(witness: Witness) -> float:
    """Wait for the film's next flash, and return when it was."""
    before = len(witness.film)
    wait_until(lambda: len(witness.film) > before, "the film does not flash")
    return witness.film[-1]


def now_ms() -> float:
    """Return Date.now()."""
    return time.time() * 1000


def tones(fake_host: FakeHost) -> list[int]:
    """Return the samples at which the tab sounded."""
    session = fake_host.messages("start")[-1]["session"]
    loud = np.flatnonzero(np.abs(fake_host.pcm(session).astype(float)) > 1600)
    return [int(at) for i, at in enumerate(loud) if i == 0 or at - loud[i - 1] > SAMPLE_RATE / 2]


def heard_words(fake_host: FakeHost, heard: list[float]) -> dict[str, float]:
    """Return when each word was heard, ms: from tones, whose samples the host has."""
    pairs = list(zip(tones(fake_host), heard, strict=False))
    zero = median(ms - sample / SAMPLE_RATE * 1000 for sample, ms in pairs)
    words = range(1 + tones(fake_host)[-1] // WORD)
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
    # Those that were shown when reading began were not seen to come.
    words = dict(sorted(witness.words.items(), key=lambda word: word[1])[3:])
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


def test_a_pause_holds_what_is_heard_and_seen(cinema: Cinema) -> None:
    witness = watched(cinema, "/paused")
    flash = flashed(witness)
    heard, seen = len(witness.heard), len(witness.seen)
    act(witness.page, "v.pause()")
    paused = now_ms()
    time.sleep(3)
    assert len(witness.heard) == heard, "what was on its way is heard in the pause"
    assert len(witness.seen) == seen
    act(witness.page, "v.play()")
    stood = now_ms() - paused
    wait_until(lambda: len(witness.heard) > heard, "it was lost")
    wait_until(lambda: len(witness.seen) > seen, "it was not seen")
    late = witness.heard[heard] - flash - stood
    apart = witness.seen[seen] - witness.heard[heard]
    print(f"heard {late:.0f} ms of playing later; picture from it {apart:.0f} ms")
    assert 1500 <= late <= 2100
    assert abs(apart) <= TOGETHER_MS


def test_a_seek_throws_away_what_is_on_its_way(cinema: Cinema) -> None:
    witness = watched(cinema, "/sought")
    flashed(witness)
    heard, seen = len(witness.heard), len(witness.seen)
    # Dark and silent for a second and a half.
    act(witness.page, f"v.currentTime = {20 * EVERY_S}")
    flash = flashed(witness)
    wait_until(lambda: len(witness.heard) > heard, "nothing is heard any more")
    wait_until(lambda: len(witness.seen) > seen, "nothing is seen any more")
    late = witness.heard[heard] - flash
    apart = witness.seen[seen] - witness.heard[heard]
    print(f"heard {late:.0f} ms later; picture from it {apart:.0f} ms")
    assert 1500 <= late <= 2100, "what was before the seek is heard after it"
    assert abs(apart) <= TOGETHER_MS


def test_what_is_replayed_is_in_step_with_what_is_heard(
    cinema: Cinema, fake_host: FakeHost
) -> None:
    witness = watched(cinema, "/replayed")
    wait_until(lambda: "w42" in witness.browser.captions(witness.page), "no captions", seconds=40)
    heard = len(witness.heard)
    act(witness.page, "v.currentTime = 1")
    wait_until(lambda: "w1" in witness.browser.captions(witness.page).split(), "no replay")
    witness.read()
    wait_until(lambda: len(witness.heard) >= heard + 4, "nothing is heard", seconds=30)
    # The third line begins with the twentieth word of the capture, which began before the film.
    third = min(at for word, at in witness.words.items() if int(word[1:]) in range(20, 30))
    after_tone_ms = (20 * WORD - tones(fake_host)[0]) / SAMPLE_RATE * 1000
    apart = third - (witness.heard[heard] + after_tone_ms)
    print(f"the third line is shown {apart:.0f} ms from when it is heard")
    assert abs(apart) <= 2 * TOGETHER_MS


def test_the_controls_switch_it_on_and_off(cinema: Cinema) -> None:
    witness = cinema("/switched", in_step=False)
    browser, page = witness.browser, witness.page
    act(page, "v.play()")
    popup = browser.popup(page)
    assert popup.text("#step-state") == ""
    popup.click("#step")
    wait_until(lambda: popup.text("#step-state") == "In step, 1.8 s later", "it is not told")
    wait_until(witness.canvases, "the picture is not delayed")
    popup.screenshot("in-step-popup.png")
    page.bring_to_front()
    browser.screenshot(page, "in-step.png")
    browser.command(page, "step")
    wait_until(lambda: witness.canvases() == [], "the picture is still delayed")
    wait_until(lambda: browser.notice(page) == "No longer delayed", lambda: browser.notice(page))


@pytest.mark.parametrize("alone", [False, True], ids=["in the page", "the film alone fills all"])
def test_the_film_of_another_site_is_drawn(cinema: Cinema, site: Site, alone: bool) -> None:
    body = BODY.replace("{film}", site.url("{film}", "localhost"))
    witness = cinema("/foreign", in_step=True, body=body)
    page = witness.page
    act(page, "v.play()")
    wait_until(witness.canvases, "the picture is not delayed")
    act(page, "v.pause(); v.currentTime = 1.65; v.style.visibility = 'hidden'")
    if alone:
        page.evaluate("addEventListener('click', () => document.querySelector('video')"
                      ".requestFullscreen(), { once: true })")  # fmt: skip
        page.mouse.click(600, 600)
        wait_until(lambda: page.evaluate("document.fullscreenElement !== null"), "not full")

    def brightness() -> float:
        with av.open(BytesIO(page.screenshot()), "r") as shot:
            [picture] = shot.decode(video=0)
        return float(picture.to_ndarray(format="gray")[40:300, 100:500].mean())

    wait_until(lambda: brightness() > 150, lambda: f"{brightness()}")
