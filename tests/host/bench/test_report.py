"""Tables and pictures of logs written by hand."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from wlk_host.bench.figures import Measured, measure
from wlk_host.bench.logs import Reference, Run, Setup, write_log, write_setup
from wlk_host.bench.report import (
    Book,
    compare,
    markdown,
    read_book,
    tabulate,
    write_comparison,
    write_report,
)
from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.caption_log import Shown

SETUP = Setup("wlk-host 1.0", {"model": "base"})
OFFLINE = Setup("faster-whisper 1.0", live=False, clock="no")


def measured(name: str, spoken: str = "en", shown: str = "red green") -> Measured:
    """A recording of two words, shown half a second after each."""
    reference = Reference(
        name,
        "red green",
        spoken=spoken,
        words=(("red", 0.0, 1.0), ("green", 1.0, 2.0)),
        utterance_ends_s=(2.0,),
    )
    log = (Shown(1.5, "red", "", "red"), Shown(2.5, shown, "", shown))
    run = Run(log, 3.0, 0.6, 300.0, final_until=((2.5, 3.0),), lag=((0.0, 0.2), (1.0, 0.6)))
    return measure((reference, run))


def titles(svg: Path) -> str:
    """All text of a picture; it is drawn as shapes, with the text in comments."""
    ElementTree.parse(svg)
    return svg.read_text("utf-8")


def test_each_recording_each_language_and_all_have_a_row() -> None:
    rows = tabulate([measured("a"), measured("b", "de"), measured("c", "de", "red")])
    assert list(rows) == ["a", "b", "c", "all de (2)", "all en (1)", "all (3)"]
    assert rows["all de (2)"]["wer"] == 25


def test_one_language_needs_no_row_of_its_own() -> None:
    assert list(tabulate([measured("a"), measured("b")])) == ["a", "b", "all (2)"]


def test_a_table_has_the_columns_that_are_known() -> None:
    table = markdown(tabulate([measured("a")])).splitlines()
    assert table[0].startswith("| recording | live WER % | final WER % | not right after 1 s % |")
    assert "chrF" not in table[0]
    assert len({row.count("|") for row in table}) == 1
    assert "| 300 |" in table[2]


def test_a_report_stands_beside_its_logs(tmp_path: Path) -> None:
    book = Book("mine", SETUP, (measured("a"), measured("b")))
    write_report(tmp_path, book)
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["all"]["wer"] == 0
    assert list(report["recordings"]) == ["a", "b"]
    text = (tmp_path / "report.md").read_text("utf-8")
    assert text.startswith("# mine\n\nwlk-host 1.0, model base; virtual clock;")
    for name in ("accuracy.svg", "latency.svg", "reading.svg", "lag.svg"):
        assert f"({name})" in text
        assert "<svg" in titles(tmp_path / name)
    assert "committed: p50 0.50 s, p95 0.50 s" in titles(tmp_path / "latency.svg")
    assert "a, final" in titles(tmp_path / "accuracy.svg")


def test_what_is_not_known_is_not_drawn(tmp_path: Path) -> None:
    silent = measure((Reference("s", ""), Run((), 1.0, 0.1)))
    write_report(tmp_path, Book("silence", SETUP, (silent,)))
    assert not list(tmp_path.glob("*.svg"))
    assert "![" not in (tmp_path / "report.md").read_text("utf-8")


def test_the_same_logs_make_the_same_pictures(tmp_path: Path) -> None:
    pictures = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write_report(tmp_path / name, Book("same", SETUP, (measured("a"),)))
        pictures.append((tmp_path / name / "latency.svg").read_text("utf-8"))
    assert pictures[0] == pictures[1]


def test_runs_are_compared_on_what_they_have_in_common(tmp_path: Path) -> None:
    ours = Book("ours", SETUP, (measured("a"), measured("b", shown="red")))
    theirs = Book("theirs", SETUP, (measured("a", shown="red"),))
    limit = Book("limit", OFFLINE, (replace(measured("a"), live=False),))
    rows = compare([ours, theirs, limit])
    assert [row["wer"] for row in rows.values()] == [0, 50, None]
    assert [row["final_wer"] for row in rows.values()] == [0, 50, 0]
    write_comparison(tmp_path / "out", [ours, theirs, limit])
    text = (tmp_path / "out/comparison.md").read_text("utf-8")
    assert text.startswith("# On a\n")
    picture = titles(tmp_path / "out/comparison-accuracy.svg")
    assert "limit (offline)" in picture
    assert "theirs, live" in picture
    assert "limit" not in titles(tmp_path / "out/comparison-latency.svg")
    reading = titles(tmp_path / "out/comparison-reading.svg")
    assert "limit (offline)" in reading
    assert "theirs" in reading


def test_many_recordings_are_read_as_one_curve(tmp_path: Path) -> None:
    names = "abcdefghijk"
    write_report(tmp_path, Book("many", SETUP, tuple(measured(name) for name in names)))
    assert f"all ({len(names)})" in titles(tmp_path / "reading.svg")


def test_nothing_in_common_is_a_coded_error() -> None:
    books = [Book(name, SETUP, (measured(name),)) for name in "ab"]
    with pytest.raises(WlkError) as raised:
        compare(books)
    assert raised.value.code == "nothing_in_common"


def test_logs_of_any_system_are_scored(tmp_path: Path) -> None:
    """An offline one has no latencies, whatever its log says."""
    one = measured("a")
    write_log(tmp_path / "x", one.reference, one.run)
    write_setup(tmp_path / "x", SETUP, ["a"])
    assert read_book(tmp_path / "x") == Book("x", SETUP, (one,))
    write_setup(tmp_path / "x", OFFLINE, ["a"])
    (offline,) = read_book(tmp_path / "x").measured
    assert one.score
    assert not offline.live
    assert offline.score == replace(one.score, commits=(), shows=())
