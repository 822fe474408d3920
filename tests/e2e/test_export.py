"""Nothing scripted: a film is captioned, and what was said is exported and read back."""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import read_back
from browser import Browser, launch
from downloads import Downloads
from pages import Site
from playwright.sync_api import Page
from popup import ARTIFACTS, Popup
from read_back import ReadCue
from transcripts import TranscriptReader
from waiting import wait_until

from fixtures import models, sound
from fixtures.film import write_film
from wlk_host.models import errors

pytestmark = [pytest.mark.browser, pytest.mark.model]

HOST = [sys.executable, "-m", "wlk_host.cli"]
TITLE = "Q&A: why? <1/2>"
CORRECTED = "Tom & Jerry say <b>no</b> --> yes."
NOTE = "=1+1\n- see <i>it</i> & more"
NAME = "Ada <1> & Co"

PLAYER = "<body style='margin:0'><video src='/export.webm' style='width:100vw'></video>"
FINAL = """(lines) => lines.length > 0 && lines.every(({ state, translation }) =>
  state === 'final' && translation?.state === 'final')"""


@dataclass(frozen=True)
class Talk:
    """A film that was captioned, translated, and edited; and a panel that shows it."""

    page: Page
    browser: Browser
    downloads: Downloads
    panel: Popup
    lines: list[dict[str, Any]]
    """As the transcript has them."""

    def export(self, form: str, content: str) -> Path:
        """Save a file with the panel."""
        folder = self.downloads.expect()
        press_export(self.panel, "#tools [aria-haspopup=dialog]", form, content)
        return self.downloads.arrived(folder)

    def texts(self, content: str) -> list[str]:
        """What each line says in a file of that content, without a translation beside it."""
        said = [said_in(line) for line in self.lines]
        told = [line["translation"]["text"].strip() for line in self.lines]
        return told if content == "translation" else said


def said_in(line: dict[str, Any]) -> str:
    """A line as the user has left it."""
    return str(line["corrected"] or line["text"].strip())


def press_export(popup: Popup, button: str, form: str, content: str | None = None) -> None:
    """Export in the side panel or the popup, as a user does."""
    popup.click(button)
    there = "document.querySelector('.export') !== null"
    wait_until(lambda: popup.evaluate(there), lambda: f"no form: {popup.text('body')}")
    if content is not None:
        popup.choose(".export select", content)
    popup.click(f".export [data-format={form}]")
    gone = lambda: not popup.evaluate(there)  # noqa: E731
    wait_until(gone, lambda: f"the form says {popup.text('.export [role=status]')!r}", seconds=40)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Talk]:
    """Two voices in a film, each line in English and Portuguese."""
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))
        models.model("speakers")
        ARTIFACTS.mkdir(exist_ok=True)
        film = write_film(ARTIFACTS / "export.webm", sound.conversation())
        site.add_clip("/export.webm", film)
        site.add_page("/export", PLAYER)
        with launch(folder / "profile", HOST) as browser:
            browser.choose(language="en", translateTo="pt", bilingual={"show": "both"})
            page = browser.open(site.url("/export"))
            page.evaluate("(title) => void (document.title = title)", TITLE)
            browser.click_action(page)
            wait_until(lambda: browser.badge(page) == "on", "the host is not ready", seconds=60)
            yield captioned(browser, page, Downloads(browser, folder))


def captioned(browser: Browser, page: Page, downloads: Downloads) -> Talk:
    """Play the film to its end, edit the transcript, and open the panel."""
    reader = TranscriptReader(browser)
    page.bring_to_front()
    page.evaluate("document.querySelector('video').play()")
    ended = "document.querySelector('video').ended"
    wait_until(lambda: page.evaluate(ended), "the film does not end", seconds=120)
    final = lambda: page.evaluate(FINAL, spoken(reader))  # noqa: E731
    wait_until(final, lambda: f"not all is final: {spoken(reader)}", seconds=90)
    edit(reader)
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    wait_until(lambda: CORRECTED in panel.text("#lines"), lambda: panel.text("body"))
    return Talk(page, browser, downloads, panel, spoken(reader))


def spoken(reader: TranscriptReader) -> list[dict[str, Any]]:
    """The lines of the film."""
    return [entry for entry in reader.transcript["entries"] if entry["media"]]


def edit(reader: TranscriptReader) -> None:
    """Correct a line, mark and annotate another, and name whoever says the first one."""
    first, second = spoken(reader)[:2]
    reader.edit(kind="correct", id=second["id"], text=CORRECTED)
    reader.edit(kind="bookmark", id=first["id"], bookmarked=True)
    reader.edit(kind="note", id=first["id"], note=NOTE)
    reader.edit(kind="rename", speaker=first["speaker"], name=NAME)
    wait_until(lambda: reader.transcript["names"], "nobody was named")


CONTENTS = ("original", "translation", "both")


@pytest.mark.parametrize("content", CONTENTS)
def test_json_is_the_transcript(talk: Talk, content: str) -> None:
    read = read_back.structured(talk.export("json", content))
    assert (read["title"], read["language"]) == (TITLE, "en")
    expected = [json_line(talk, line, content) for line in talk.lines]
    assert read["lines"] == expected
    assert {line["speaker"] for line in read["lines"]} == {NAME, "Speaker 2"}
    if content != "translation":
        n_words = sum(len(line["words"]) for line in read["lines"])
        assert n_words > 30, "the host told no words"


def json_line(talk: Talk, line: dict[str, Any], content: str) -> dict[str, Any]:
    """A line as it must be in a JSON file."""
    told = {"text": line["translation"]["text"].strip(), "language": "pt"}
    is_told = content == "translation"
    words = [] if is_told or line["corrected"] else line["words"]
    return {
        "start": ms(line["start"]) / 1000,
        "end": ms(line["end"]) / 1000,
        "text": told["text"] if is_told else said_in(line),
        "language": "pt" if is_told else line["language"],
        "speaker": name_of(line),
        "translation": told if content == "both" else None,
        "words": [
            {"text": text, "start": ms(start) / 1000, "end": ms(end) / 1000, "probability": odds}
            for text, start, end, odds in words
        ],
        "bookmarked": line is talk.lines[0],
        "note": NOTE if line is talk.lines[0] else "",
        "gap_before": False,
    }


def name_of(line: dict[str, Any]) -> str:
    """Who says a line, as files call them."""
    return NAME if line["speaker"] == "1" else f"Speaker {line['speaker']}"


def ms(seconds: float) -> int:
    """As JavaScript rounds."""
    return int(seconds * 1000 + 0.5)


@pytest.mark.parametrize("content", CONTENTS)
def test_a_table_has_a_row_for_each_line(talk: Talk, content: str) -> None:
    read = read_back.table(talk.export("csv", content))
    assert [row["text"] for row in read] == talk.texts(content)
    assert [row["speaker"] for row in read] == [name_of(line) for line in talk.lines]
    told = [row.get("translation") for row in read]
    assert told == (talk.texts("translation") if content == "both" else [None] * len(read))
    # A spreadsheet must not compute it.
    assert [row["note"] for row in read[:2]] == [f"'{NOTE}", ""]
    assert [row["bookmarked"] for row in read[:2]] == ["yes", ""]
    times = [(clock_ms(row["start"]), clock_ms(row["end"])) for row in read]
    assert times == [(ms(line["start"]), ms(line["end"])) for line in talk.lines]


def clock_ms(clock: str) -> int:
    """Milliseconds of a time such as 00:00:01.500."""
    hours, minutes, seconds = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("form", ["txt", "md"])
def test_texts_say_all_in_order(talk: Talk, form: str, content: str) -> None:
    path = talk.export(form, content)
    read = read_back.rows(path) if form == "txt" else read_back.markdown(path)
    assert read[0] == TITLE
    shown = "\n".join(read)
    at = 0
    for text, told in zip(talk.texts(content), talk.texts("translation"), strict=True):
        at = found_after(shown, text, at)
        if content == "both":
            at = found_after(shown, told, at)
    assert f"{NAME}:" in shown
    assert "★" in shown
    for row in NOTE.splitlines():
        assert row in shown


def found_after(text: str, part: str, at: int) -> int:
    """Where a part ends that comes after that place."""
    assert part in text[at:], f"{part!r} is missing or too early in {text!r}"
    return text.index(part, at) + len(part)


@pytest.mark.parametrize("content", CONTENTS)
def test_webvtt_has_voices_and_every_word(talk: Talk, content: str) -> None:
    cues = read_back.web_vtt(talk.export("vtt", content))
    assert_trade_rules(cues)
    assert words_in(cue.text for cue in cues) == words_in(expected_texts(talk, content))
    assert {cue.voice for cue in cues} == {NAME, "Speaker 2"}
    for cue in cues:
        line = line_at(talk, cue)
        assert cue.voice == name_of(line), cue
    if content == "original":
        assert_said_when_shown(talk, cues)


@pytest.mark.parametrize("content", CONTENTS)
def test_subrip_names_who_begins_and_has_every_word(talk: Talk, content: str) -> None:
    path = talk.export("srt", content)
    # To be burnt onto the film and looked at (tests/bench/burn.py).
    shutil.copy(path, ARTIFACTS / f"export-{content}.srt")
    cues = read_back.subrip(path)
    assert_trade_rules(cues)
    spoken_by = [name_of(line) for line in talk.lines]
    turns = [f"{b}:" for a, b in pairwise([None, *spoken_by]) if a != b]
    # SubRip has no escapes: what is no markup looks like it.
    expected = [
        text.replace("<", "‹").replace("-->", "--›")  # noqa: RUF001
        for text in [*expected_texts(talk, content), *turns]
    ]
    assert words_in(cue.text for cue in cues) == words_in(expected)


def expected_texts(talk: Talk, content: str) -> list[str]:
    """All that subtitles of that content say."""
    both = talk.texts("translation") if content == "both" else []
    return [*talk.texts(content), *both]


def words_in(texts: "Iterator[str] | list[str]") -> Counter[str]:
    """How often each word is there, wherever rows break."""
    return Counter(word for text in texts for word in text.split())


def line_at(talk: Talk, cue: ReadCue) -> dict[str, Any]:
    """The line that a cue is of: the one whose time it has most of."""
    shared: Callable[[dict[str, Any]], float] = lambda line: (  # noqa: E731
        min(cue.end, ms(line["end"])) - max(cue.start, ms(line["start"]))
    )
    return max(talk.lines, key=shared)


def assert_trade_rules(cues: list[ReadCue]) -> None:
    """Two rows of 42 columns, for 1 to 7 s, none while another is shown."""
    assert cues
    for cue in cues:
        assert 1000 <= cue.end - cue.start <= 7000, cue
        assert len(cue.rows) <= 2, cue
        assert all(0 < len(row) <= 42 for row in cue.rows), cue
    assert all(before.end <= after.start for before, after in pairwise(cues)), cues


def assert_said_when_shown(talk: Talk, cues: list[ReadCue]) -> None:
    """Each cue begins with its first word, unless the one before it is still shown."""
    starts = [
        (re.sub(r"\s", "", text), ms(start))
        for line in talk.lines
        for text, start, _, _ in ([] if line["corrected"] else line["words"])
    ]
    for before, cue in pairwise([None, *cues]):
        if cue is None or line_at(talk, cue)["corrected"]:
            continue
        first = cue.text.split()[0]
        near = min((abs(at - cue.start) for word, at in starts if word == first), default=None)
        follows = before is not None and cue.start == before.end
        assert near is not None, cue
        assert near <= (1000 if follows else 0), cue


def test_the_name_is_safe_everywhere(talk: Talk) -> None:
    assert talk.export("srt", "original").name == "Q&A why 1 2.en.srt"


def test_the_controls_export_the_same(talk: Talk) -> None:
    by_panel = talk.export("vtt", "both").read_bytes()
    popup = talk.browser.popup(talk.page)
    folder = talk.downloads.expect()
    press_export(popup, "#export", "vtt", "both")
    file = talk.downloads.arrived(folder)
    assert (file.name, file.read_bytes()) == ("Q&A why 1 2.en.vtt", by_panel)
    # The controls go on as before.
    wait_until(lambda: popup.text("#state"), "the controls show nothing")
    models_offered = "document.querySelectorAll('#model option').length"
    assert popup.evaluate(models_offered) > 1
