"""A film as people watch it: an advertisement first, seeks, a pause, another speed, the export.

The real host captions it. What it is told is overheard, and paints are timed where they happen.
"""

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from conftest import FakeHost, Launch
from native_host import python_host
from pages import Site
from painted import painted_after_seek
from playwright.sync_api import Page
from test_media_time import act, add_film, cuts, play_until, said, settle
from transcripts import Entry, TimedWord, TranscriptReader, word_time_differences
from waiting import wait_until

from fixtures import models, sound
from wlk_host.bench.scoring import error_rate, percentile
from wlk_host.models import errors

pytestmark = [pytest.mark.model, pytest.mark.alone]

OVERHEARD_HOST = Path(__file__).with_name("overheard_host.py")
PAINTED_WITHIN_MS = 100
ADVERTISED = ("If", "working.")
BODY = """<body style='margin:0'>
<video src=/spot.webm controls style='width:100vw;height:100vh'></video>
<script>
  const video = document.querySelector('video');
  video.onended = () => { video.onended = null; video.src = '/whole.webm'; video.play(); };
</script>"""

CUE = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n(.*?)(?:\n\n|\Z)", re.S)


@pytest.fixture
def overheard(tmp_path: Path) -> FakeHost:
    """The real host, whose messages are read as those of the fake one."""
    folder = tmp_path / "overheard"
    folder.mkdir()
    return FakeHost(folder)


@pytest.fixture
def whole_film(
    start_browser: Launch,
    site: Site,
    tmp_path: Path,
    overheard: FakeHost,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Browser, Page]:
    """Show a film with an advertisement in front, both spoken."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))
    add_film(site, tmp_path, "/spot.webm", sound.english_part(*ADVERTISED))
    add_film(site, tmp_path, "/whole.webm", sound.english())
    site.add_page("/whole", BODY)
    browser = start_browser(python_host(OVERHEARD_HOST, str(overheard.folder)))
    page = browser.open(site.url("/whole"))
    browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page), seconds=60)
    return browser, page


def watch_whole(browser: Browser, page: Page, reader: TranscriptReader) -> list[dict[str, float]]:
    """Watch it all, in pieces; how soon lines that are known were painted after seeks."""
    film = "v.src.endsWith('/whole.webm')"
    act(page, "v.play()")
    on_film = lambda: page.evaluate(  # noqa: E731
        f"(() => {{ const v = document.querySelector('video'); return {film} && !v.paused; }})()"
    )
    wait_until(on_film, "the film does not follow the advertisement")
    play_until(page, 22.5)

    def is_known(text: str) -> bool:
        return any(text in entry.text and entry.state == "final" for entry in reader.entries)

    wait_until(lambda: is_known("this computer"), "the second sentence is not final")
    paints = [painted_after_seek(browser, page, 3, "this computer")]
    play_until(page, 5)
    # Ahead, over what is known and more.
    act(page, "v.currentTime = 24.5")
    play_until(page, 26)
    act(page, "v.pause()")
    wait_until(lambda: all(e.state == "final" for e in reader.entries), "not all is final")
    act(page, "v.playbackRate = 1.5; v.play()")
    play_until(page, 28)
    paints.append(painted_after_seek(browser, page, 7.5, "left the machine"))
    # What was skipped, what is known, and on to the end.
    play_until(page, sound.english_words()[-1][2])
    wait_until(lambda: all(e.state == "final" for e in reader.entries), "not all is final")
    return paints


SEEKS = 3


def test_a_film_is_captioned_once_however_it_is_watched(
    whole_film: tuple[Browser, Page], overheard: FakeHost
) -> None:
    browser, page = whole_film
    reader = TranscriptReader(browser)
    page.bring_to_front()
    paints = watch_whole(browser, page, reader)
    told = settle(lambda: cuts(overheard))
    spot, film = media_of(reader.transcript)
    entries = [entry for entry in reader.entries if entry.media == film]
    words = sound.english_words()
    print("cuts", told, "sources", [spot, film])
    for paint in paints:
        print({name: round(ms) for name, ms in paint.items()})
    print(said(entries))
    differences = word_time_differences(words, [w for e in entries for w in e.timed_words])
    print("words", shares(differences))
    cues = word_time_differences(words, timed_edges(reader.exported(film, "srt")))
    print("srt starts", shares(cues))
    # The change of source is a break as well. The end of what is known is none of its own.
    assert SEEKS <= len(told) <= SEEKS + 3, told
    text = " ".join(word for word, _, _ in words)
    assert error_rate(text, said(entries), "en") <= 15, said(entries)
    assert_nothing_is_there_twice(entries)
    assert all(paint["seeking"] <= PAINTED_WITHIN_MS for paint in paints), paints


def media_of(transcript: dict[str, Any]) -> list[str]:
    """Return the keys of what was played, in order."""
    return [source["key"] for source in transcript["sources"] if source["key"]]


def timed_edges(srt: str) -> list[TimedWord]:
    """Return the words of subtitles; the starts of their first ones are known."""
    found: list[TimedWord] = []
    for cue in CUE.finditer(srt):
        hours, minutes, seconds, ms = (int(cue[n]) for n in range(1, 5))
        start = 3600 * hours + 60 * minutes + seconds + ms / 1000
        texts = cue[9].split()
        found += [(texts[0], start, math.nan), *((text, math.nan, math.nan) for text in texts[1:])]
    return found


def shares(differences: list[float]) -> str:
    """Return how far off times are, to be read."""
    sizes = sorted(map(abs, differences))
    median, most = percentile(sizes, 0.5), percentile(sizes, 0.95)
    return f"{len(sizes)} times: median {median:.3f} s, 95 % {most:.3f} s"


def assert_nothing_is_there_twice(entries: list[Entry]) -> None:
    """No line of a medium begins before the one in front of it has ended."""
    spans = [(entry.start, entry.end, entry.text) for entry in entries]
    for (_, end, _), (start, _, _) in pairwise(spans):
        assert start >= end - 0.1, spans
