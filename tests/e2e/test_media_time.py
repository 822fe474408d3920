"""Captions by the time of the page's media: seeks, speeds, sources, and what was seen already."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import pytest
from browser import EXTENSION, Browser
from conftest import FakeHost, Launch
from pages import Site
from playwright.sync_api import Page
from transcripts import Entry, TimedWord, TranscriptReader, word_time_errors
from waiting import wait_until

from fixtures import models, sound
from fixtures.film import write_film
from fixtures.sound import noise
from wlk_host.bench.scoring import error_rate, percentile
from wlk_host.core.types import SAMPLE_RATE, Pcm
from wlk_host.models import errors

REPLAYED_WITHIN_S = 0.5
"""A seek shows what is known in some 30 ms; looking at it takes longer than that."""


class Cinema(Protocol):
    """Opens a page with a film that stands still, captions switched on."""

    def __call__(self, path: str, seconds: float, body: str = ...) -> tuple[Browser, Page]: ...


REAL_HOST = [sys.executable, "-m", "wlk_host.cli"]
VIDEO = "<video src='{film}' controls style='width:100vw;height:100vh'></video>"


@pytest.fixture
def cinema(start_browser: Launch, fake_host: FakeHost, site: Site, tmp_path: Path) -> Cinema:
    """Show films that hiss, to a host that says a word for each half second that it hears."""

    def show(path: str, seconds: float, body: str = VIDEO) -> tuple[Browser, Page]:
        add_film(site, tmp_path, f"{path}.webm", noise(seconds, 0.1))
        site.add_page(path, f"<body style='margin:0'>{body.format(film=f'{path}.webm')}</body>")
        browser = start_browser(fake_host.command)
        page = browser.open(site.url(path))
        browser.click_action(page)
        wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page))
        return browser, page

    return show


def add_film(site: Site, folder: Path, path: str, pcm: Pcm) -> None:
    """Serve a film with that sound."""
    site.add_clip(path, write_film(folder / Path(path).name, pcm))


def act(page: Page, script: str) -> None:
    """Run a script in which `v` is the page's first video."""
    page.evaluate(f"(() => {{ const v = document.querySelector('video'); {script} }})()")


def play_until(page: Page, seconds: float) -> None:
    """Wait until the video has come so far."""
    come = lambda: page.evaluate("document.querySelector('video').currentTime") >= seconds  # noqa: E731
    wait_until(come, f"the video has not come to {seconds} s", seconds=seconds + 20)


def cuts(host: FakeHost) -> list[int]:
    """Where the host was told that the sound breaks."""
    return [message["at"] for message in host.messages("cut")]


T = TypeVar("T")


def heard(reader: TranscriptReader) -> list[list[float]]:
    """Return what of the one medium is final."""
    [medium] = [source for source in reader.transcript["sources"] if source["key"]]
    found: list[list[float]] = medium["heard"]
    return found


def settle(read: Callable[[], T]) -> T:
    """Return what is read once it has not changed for a second."""
    last, since = read(), time.monotonic()
    while time.monotonic() - since < 1:
        time.sleep(0.1)
        if (now := read()) != last:
            last, since = now, time.monotonic()
    return last


def test_each_seek_is_one_cut(cinema: Cinema, fake_host: FakeHost) -> None:
    _, page = cinema("/seeks", 120)
    act(page, "v.play()")
    play_until(page, 3)
    act(page, "v.pause()")
    time.sleep(1)
    act(page, "v.playbackRate = 1.5; v.play()")
    play_until(page, 6)
    act(page, "v.playbackRate = 1")
    play_until(page, 7)
    assert settle(lambda: cuts(fake_host)) == [], "nothing was skipped"
    act(page, "v.currentTime = 60")
    play_until(page, 61)
    assert len(settle(lambda: cuts(fake_host))) == 1
    # Somebody drags the handle.
    for second in range(70, 80):
        act(page, f"v.currentTime = {second}")
        time.sleep(0.03)
    play_until(page, 80)
    assert len(settle(lambda: cuts(fake_host))) == 2
    # Sought while it stands still.
    act(page, "v.pause(); v.currentTime = 20")
    time.sleep(0.5)
    act(page, "v.play()")
    play_until(page, 22)
    assert len(settle(lambda: cuts(fake_host))) == 3


@pytest.mark.parametrize("where", ["the same element", "another element"])
def test_an_advertisement_is_a_source_of_its_own(
    cinema: Cinema, fake_host: FakeHost, site: Site, tmp_path: Path, where: str
) -> None:
    add_film(site, tmp_path, "/spot.webm", noise(4, 0.1))
    body = VIDEO.format(film="/spot.webm")
    if where == "another element":
        body += "<video id=second src='{film}' style='width:100vw'></video>"
    browser, page = cinema("/advertised", 60, body=body)
    reader = TranscriptReader(browser)
    page.bring_to_front()
    if where == "another element":
        act(page, "v.onended = () => { document.querySelector('#second').play(); v.remove(); }")
    else:
        act(page, "v.onended = () => { v.onended = null; v.src = '/advertised.webm'; v.play(); }")
    act(page, "v.play()")
    wait_until(
        lambda: {entry.media for entry in reader.entries if entry.start > 5},
        "the film's lines are missing",
        seconds=40,
    )
    spot, film = (source["key"] for source in reader.transcript["sources"] if source["key"])
    assert spot.endswith(" 4")
    assert film.endswith(" 60")
    assert 1 <= len(cuts(fake_host)) <= 2
    ends = [entry.end for entry in reader.entries if entry.media == spot]
    assert max(ends) <= 4.1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "<iframe id=inner></iframe><script>inner.srcdoc = `<video src='{film}'></video>`;"
            " start = () => inner.contentDocument.querySelector('video').play()</script>",
            id="a frame of the same site",
        ),
        pytest.param(
            "<div id=player></div><script>const root = player.attachShadow({{ mode: 'open' }});"
            " root.innerHTML = `<video src='{film}'></video>`;"
            " start = () => root.querySelector('video').play()</script>",
            id="a shadow root",
        ),
        pytest.param(
            "<x-player></x-player><script>customElements.define('x-player',"
            " class extends HTMLElement {{ constructor() {{ super();"
            " const root = this.attachShadow({{ mode: 'closed' }});"
            " root.innerHTML = `<div id=inner></div>`;"
            " const inner = root.firstChild.attachShadow({{ mode: 'closed' }});"
            " inner.innerHTML = `<video src='{film}'></video>`;"
            " window.start = () => inner.querySelector('video').play() }} }})</script>",
            id="closed shadow roots",
        ),
        pytest.param(
            "<video id=old src='/silent.wav' muted></video><script>start = () => {{"
            " const video = document.createElement('video'); video.src = '{film}';"
            " old.replaceWith(video); video.play(); }}</script>",
            id="an element that replaces another",
        ),
    ],
)
def test_a_medium_is_found_wherever_it_is(cinema: Cinema, body: str) -> None:
    browser, page = cinema("/hidden", 30, body=body)
    reader = TranscriptReader(browser)
    page.bring_to_front()
    page.evaluate("start()")
    wait_until(
        lambda: [e for e in reader.entries if (e.media or "").endswith(" 30")],
        "no line has the time of the medium",
    )


def allowed_at(folder: Path, site: str) -> list[str]:
    """Switches that load the extension with access to a site, as a user can give it."""
    copy = shutil.copytree(EXTENSION, folder / "extension")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["host_permissions"] = [site]
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    # Of a switch that is there twice, the last one counts.
    return [f"--load-extension={copy}", f"--disable-extensions-except={copy}"]


@pytest.mark.parametrize("allowed", [True, False], ids=["allowed", "not allowed"])
def test_a_medium_in_a_frame_of_another_site_is_followed_where_that_is_allowed(
    start_browser: Launch, fake_host: FakeHost, site: Site, tmp_path: Path, allowed: bool
) -> None:
    add_film(site, tmp_path, "/inner.webm", noise(30, 0.1))
    site.add_page("/inner", VIDEO.format(film="/inner.webm"))
    inner = site.url("/inner", host="localhost")
    site.add_page("/outer", f"<iframe src='{inner}' allow='autoplay' width=640></iframe>")
    switches = allowed_at(tmp_path, "http://localhost/*") if allowed else []
    browser = start_browser(fake_host.command, args=switches)
    may = "chrome.permissions.contains({ origins: ['http://localhost/*'] })"
    assert browser.context.service_workers[-1].evaluate(may) is allowed
    page = browser.open(site.url("/outer"))
    browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page))
    reader = TranscriptReader(browser)
    page.bring_to_front()
    [frame] = [frame for frame in page.frames if frame.url == inner]
    frame.evaluate("document.querySelector('video').play()")
    wait_until(lambda: len(reader.entries) > 0, "nothing is captioned")
    if not allowed:
        assert {entry.media for entry in settle(lambda: reader.entries[:1])} == {None}
        return

    def followed() -> list[Entry]:
        return [entry for entry in reader.entries if (entry.media or "").startswith(inner)]

    wait_until(followed, "no line has the time of the medium")
    frame.evaluate("document.querySelector('video').currentTime = 20")
    wait_until(lambda: len(cuts(fake_host)) == 1, lambda: f"cuts: {cuts(fake_host)}")
    reader.seek(followed()[0].media or "", 5)
    at = "document.querySelector('video').currentTime"
    wait_until(lambda: 5 <= float(frame.evaluate(at)) < 15, "the panel's click does nothing")


def test_what_was_captioned_is_shown_again_in_step(cinema: Cinema, fake_host: FakeHost) -> None:
    browser, page = cinema("/rewound", 60)
    reader = TranscriptReader(browser)
    page.bring_to_front()
    act(page, "v.play()")
    play_until(page, 24)
    there = next(entry for entry in reader.entries if entry.media and entry.start > 1)
    before = time.monotonic()
    act(page, f"v.currentTime = {there.start + 1}")
    wait_until(lambda: there.text in browser.captions(page), lambda: browser.captions(page))
    took = time.monotonic() - before
    print(f"a line that is known was shown {took * 1000:.0f} ms after the seek")
    assert took <= REPLAYED_WITHIN_S
    # The host finishes what the seek broke off.
    known = settle(lambda: max(until for _, until in heard(reader)))
    play_until(page, known - 1)
    [session] = {message["session"] for message in fake_host.messages("start")}
    [cut] = cuts(fake_host)
    assert len(fake_host.pcm(session)) <= cut, "what is known was captioned again"
    play_until(page, known + 6)
    pcm = fake_host.pcm(session)[cut:]
    silent_s = np.flatnonzero(pcm)[0] / SAMPLE_RATE
    replayed_s = known - there.start - 1
    assert silent_s == pytest.approx(replayed_s, abs=0.6), "it went on at another place"
    assert len(cuts(fake_host)) == 1
    spans = sorted((e.start, e.end) for e in reader.entries if e.media)
    for (_, end), (start, _) in pairwise(spans):
        assert start >= end - 0.2, "something is there twice"


@pytest.mark.parametrize("how", ["loaded again", "opened again", "opened again under captions"])
def test_a_page_finds_its_lines(cinema: Cinema, fake_host: FakeHost, site: Site, how: str) -> None:
    browser, page = cinema("/again", 60)
    site.add_page("/elsewhere", "<body>Another page.</body>")
    act(page, "v.play()")
    play_until(page, 22)
    if how != "opened again under captions":
        browser.stop_captions(page)
        wait_until(lambda: fake_host.messages("stop"), "captions did not end")
        time.sleep(1)
    if how == "loaded again":
        page.reload()
    else:
        page.goto(site.url("/elsewhere"))
        page.goto(site.url("/again"))
    if how != "opened again under captions":
        browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page))
    session = fake_host.messages("start")[-1]["session"]
    before = len(fake_host.pcm(session))
    act(page, "v.play()")
    wait_until(lambda: "w1" in browser.captions(page), lambda: browser.captions(page))
    play_until(page, 6)
    heard = np.flatnonzero(np.abs(fake_host.pcm(session)[before:]) > 300)
    assert len(heard) < SAMPLE_RATE, "what is known was captioned again"


LIVE = """<video src='' style='width:100vw'></video><script>
  start = async () => {{
    const video = document.querySelector('video');
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await new Promise((open) => source.addEventListener('sourceopen', open, {{ once: true }}));
    const buffer = source.addSourceBuffer('video/webm; codecs="vp8,opus"');
    buffer.appendBuffer(await (await fetch('{film}')).arrayBuffer());
    await new Promise((done) => buffer.addEventListener('updateend', done, {{ once: true }}));
    setInterval(() => (source.duration += 4), 1000);
    await video.play();
  }};
</script>"""


def test_a_live_stream_has_the_time_of_day(cinema: Cinema, fake_host: FakeHost) -> None:
    """Though its player says how long it is so far."""
    browser, page = cinema("/live", 60, body=LIVE)
    reader = TranscriptReader(browser)
    page.bring_to_front()
    page.evaluate("start()")
    play_until(page, 10)
    play_until(page, 20)

    def by_day() -> list[float]:
        return [entry.start for entry in reader.entries if entry.media is None]

    wait_until(lambda: max(by_day(), default=0) > 15, lambda: f"{by_day()}")
    assert max(entry.end for entry in reader.entries if entry.media) < 10
    assert len(cuts(fake_host)) == 1, "what was taken for a film breaks off once"


def test_the_panel_has_the_page_go_to_a_place(cinema: Cinema) -> None:
    browser, page = cinema("/sought", 60)
    reader = TranscriptReader(browser)
    page.bring_to_front()
    act(page, "v.play()")
    play_until(page, 2)
    wait_until(lambda: reader.transcript["sources"], "no medium is known")
    key = next(s["key"] for s in reader.transcript["sources"] if s["key"])
    reader.seek("another film", 50)
    reader.seek(key, 30)
    play_until(page, 31)
    assert page.evaluate("document.querySelector('video').currentTime") < 45


@pytest.fixture
def spoken_film(
    start_browser: Launch, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Browser, Page]:
    """Show a film that speaks English, captioned by the real host."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))
    add_film(site, tmp_path, "/spoken.webm", sound.english())
    site.add_page("/spoken", f"<body style='margin:0'>{VIDEO.format(film='/spoken.webm')}</body>")
    browser = start_browser(REAL_HOST)
    page = browser.open(site.url("/spoken"))
    browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page), seconds=60)
    return browser, page


@pytest.fixture
def spoken_words(tmp_path: Path) -> list[TimedWord]:
    """Return the film's words and times as the host tells them of a file.

    Those of the clip are estimated from its letters, so they cannot judge a clock.
    """
    path = sound.write_wav(tmp_path / "spoken.wav", sound.english())
    command = [*REAL_HOST, "caption", str(path), "--model", str(models.model("base"))]
    told = json.loads(subprocess.check_output([*command, "--format", "json"]))
    words = [word for line in told["lines"] for word in line["words"]]
    return [(word["text"], word["start"], word["end"]) for word in words]


def said(entries: list[Entry]) -> str:
    """All of a transcript's text."""
    return " ".join(entry.text for entry in entries)


@pytest.mark.model
@pytest.mark.alone
@pytest.mark.parametrize("speed", [1.0, 1.5])
def test_words_have_the_times_of_the_film(
    spoken_film: tuple[Browser, Page], spoken_words: list[TimedWord], speed: float
) -> None:
    browser, page = spoken_film
    reader = TranscriptReader(browser)
    page.bring_to_front()
    act(page, f"v.playbackRate = {speed}; v.play()")
    play_until(page, spoken_words[-1][2])
    ended = lambda: all(entry.state == "final" for entry in reader.entries)  # noqa: E731
    wait_until(ended, "not all is final", seconds=20)
    text = " ".join(word for word, _, _ in sound.english_words())
    assert error_rate(text, said(reader.entries), "en") <= 15, said(reader.entries)
    found = word_time_errors(reader.entries, spoken_words)
    median, most = percentile(found, 0.5), percentile(found, 0.95)
    print(f"{len(found)} times at {speed}x: median {median:.3f} s, 95 % {most:.3f} s")
    assert len(found) > len(spoken_words)
    assert median is not None
    assert median <= 0.1


@pytest.mark.model
@pytest.mark.alone
def test_a_film_that_is_sought_through_is_captioned_once(
    spoken_film: tuple[Browser, Page],
) -> None:
    browser, page = spoken_film
    reader = TranscriptReader(browser)
    page.bring_to_front()
    words = sound.english_words()
    act(page, "v.play()")
    play_until(page, 11)
    # To the seventh sentence; then what was skipped, and on to the end.
    act(page, "v.currentTime = 21.5")
    play_until(page, 25)
    act(page, "v.pause()")
    final = lambda: all(entry.state == "final" for entry in reader.entries)  # noqa: E731
    wait_until(final, "not all is final", seconds=20)
    act(page, "v.currentTime = 3; v.play()")
    wait_until(lambda: "this computer" in browser.captions(page), "nothing is replayed", seconds=2)
    play_until(page, words[-1][2])
    wait_until(final, "not all is final", seconds=20)
    text = " ".join(word for word, _, _ in words)
    assert error_rate(text, said(reader.entries), "en") <= 15, said(reader.entries)
    spans = [(entry.start, entry.end) for entry in reader.entries]
    assert all(start >= end - 0.1 for (_, end), (start, _) in pairwise(spans)), spans
    print(said(reader.entries))
