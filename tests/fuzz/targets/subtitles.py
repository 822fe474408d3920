"""Lines of any kind as subtitles, which readers of such files must understand."""

import json
from itertools import pairwise
from typing import Any, Final, get_args

import msgspec

from fuzz import mutations
from fuzz.target import Target
from wlk_host.core.subtitles import formats
from wlk_host.core.subtitles.cues import LONGEST
from wlk_host.core.subtitles.pieces import COLUMNS
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.writer import Contents, Subtitles
from wlk_host.core.types import Line
from wlk_host.core.words import width_of

_LAST: Final = 2**53
_MOST_TEXT: Final = 1000


def line_seeds() -> list[bytes]:
    """Lines with words, without, translated, of several speakers and scripts."""
    word = {"text": " hello", "start": 0, "end": 8000, "probability": 0.9}
    said: dict[str, Any] = {"id": 0, "start": 0, "end": 16_000, "text": "hello", "state": "final"}
    told = {"text": "olá <b>--> mundo</b>", "language": "pt", "state": "final"}
    lines = [
        {**said, "language": "en", "words": [word, {**word, "text": " there."}], "speaker": "1"},
        {**said, "start": 16_000, "end": 90_000, "language": "en", "translation": told},
        {
            **said,
            "start": 90_000,
            "end": 99_000,
            "text": "今日は良い天気ですね。" * 9,
            "language": "ja",
        },
        {**said, "start": 99_000, "end": 99_000, "text": "{\\an8} & <i>x", "language": None},
        {**said, "start": 99_500, "end": 300_000, "text": "a word, " * 60, "language": "de"},
    ]
    return [json.dumps(lines).encode(), json.dumps(lines[1:3]).encode()]


def read_lines(data: bytes) -> None:
    """Make both formats of the lines, with each choice of texts."""
    try:
        lines = msgspec.json.decode(data, type=list[Line])
    except (ValueError, RecursionError):
        return
    lines = [line for line in lines if _is_possible(line)]
    if sum(len(line.text) for line in lines) > _MOST_TEXT:  # A line takes a while.
        return
    for contents in get_args(Contents):
        subtitles = Subtitles(contents, names_speakers=len(data) % 2 == 0)
        cues = [*(cue for line in lines for cue in subtitles.add(line)), *subtitles.rest()]
        assert all(before.end <= after.start for before, after in pairwise(cues))
        for number, cue in enumerate(cues, 1):
            _require(cue)
            _require_block(formats.subrip(number, cue), 2 + len(cue.rows))
            _require_block(formats.webvtt(cue), 1 + len(cue.rows))


def _is_possible(line: Line) -> bool:
    """Whether it has what sessions promise of positions: they are no negative numbers."""
    spans = [(line.start, line.end), *((word.start, word.end) for word in line.words)]
    return all(0 <= start <= end <= _LAST for start, end in spans)


def _require(cue: Cue) -> None:
    assert 1 <= len(cue.rows) <= 2
    assert all(row and width_of(row) <= COLUMNS for row in cue.rows)
    assert 0 < cue.end - cue.start <= LONGEST


def _require_block(text: str, rows: int) -> None:
    """One block of rows without an empty one, its arrow in the line of times alone."""
    assert text.endswith("\n\n")
    found = text[:-2].split("\n")
    assert len(found) == rows
    assert all(found)
    assert sum("-->" in row for row in found) == 1
    assert text.encode()


TARGETS: Final = (Target("subtitles", line_seeds, read_lines, mutations.of_json, 500),)
