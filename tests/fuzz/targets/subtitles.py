"""Lines of any kind as subtitles and transcripts, which readers of such files must understand."""

import csv
import io
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, get_args, get_type_hints

import msgspec

from fuzz import mutations
from fuzz.target import HERE, Target
from wlk_host.core.subtitles import formats
from wlk_host.core.subtitles.cues import LONGEST
from wlk_host.core.subtitles.file_names import file_name
from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.format import Format
from wlk_host.core.subtitles.pieces import COLUMNS
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.transcript import Contents, TranscriptLine, of_line, shown
from wlk_host.core.subtitles.writer import Subtitles
from wlk_host.core.types import Line
from wlk_host.core.words import width_of
from wlk_host.protocol import convert
from wlk_host.protocol.export import Export, ExportLine

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
    """Make cues of the lines, in both formats, with each choice of texts."""
    try:
        lines = msgspec.convert(json.loads(data), list[Line])
    except (ValueError, RecursionError):
        return
    told = [of_line(line) for line in lines if _is_possible(line)]
    if _is_short(told):
        for contents in get_args(Contents):
            _require_cues(told, contents, names_speakers=len(data) % 2 == 0)


def export_seeds() -> list[bytes]:
    """Transcripts of the extension's, to be written as files."""
    paths = sorted((HERE.parent / "fixtures" / "protocol" / "valid").glob("export*.json"))
    found = [json.loads(path.read_bytes()) for path in paths]
    plain, marked = (line for one in found if one["type"] == "export" for line in one["lines"])
    odd = {**plain, "speaker": "Ada <Admin>", "note": "-->\n=1+1", "text": "{\\an8} & <i>今日は"}
    whole = {**found[0], "lines": [plain, marked, odd], "title": "Über: all/of it"}
    return [json.dumps({**whole, "format": form}).encode() for form in _FORMATS]


def read_export(data: bytes) -> None:
    """Write the file that a message asks for, and read it back where that says something.

    What is not as the protocol wants it is left out of the message, which would be refused.
    """
    try:
        given = msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return
    told = given if isinstance(given, dict) else {}
    message = {name: _valid(kind, told.get(name)) for name, kind in _EXPORT.items()}
    form: Format = message["format"] or "srt"
    contents: Contents = message["content"] or "both"
    title, language = message["title"] or "", message["language"]
    parts = told.get("lines")
    valid = [_valid(ExportLine, part) for part in (parts if isinstance(parts, list) else [])]
    lines = [convert.transcript_line(line) for line in valid if line is not None]
    assert 0 < len(file_name(title, language, form).encode()) <= 255
    if not _is_short(lines):
        return
    file = TranscriptFile(form, contents, title, language)
    text = "".join([*file.add(lines), *file.rest()])
    assert text.encode() or form in ("srt", "txt", "md")
    _require_rows(form, text, sum(not shown(line, contents).is_empty for line in lines))
    _require_cues(lines, contents, names_speakers=form == "srt")


_EXPORT: Final = {name: get_type_hints(Export, include_extras=True)[name]
                  for name in ("format", "content", "title", "language")}  # fmt: skip
_FORMATS: Final = get_args(_EXPORT["format"])


def _valid(kind: Any, value: object) -> Any:
    """The value if it is of that kind; otherwise None."""
    try:
        return msgspec.convert(value, kind)
    except (ValueError, RecursionError):
        return None


def _require_rows(form: str, text: str, n_lines: int) -> None:
    """Programs read it back, and there is a row for each line."""
    if form == "json":
        assert len(json.loads(text)["lines"]) == n_lines
    elif form == "csv":
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        assert [len(row) for row in rows] == [len(header)] * n_lines


def _require_cues(
    lines: Sequence[TranscriptLine], contents: Contents, *, names_speakers: bool
) -> None:
    """Cues are in order, fit on the screen, and end where the formats say."""
    subtitles = Subtitles(names_speakers=names_speakers)
    settled = [cue for line in lines for cue in subtitles.add(shown(line, contents))]
    cues = [*settled, *subtitles.rest()]
    assert all(before.end <= after.start for before, after in pairwise(cues))
    for number, cue in enumerate(cues, 1):
        _require(cue)
        _require_block(formats.subrip(number, cue), 2 + len(cue.rows))
        _require_block(formats.webvtt(cue), 1 + len(cue.rows))


def _is_possible(line: Line) -> bool:
    """Whether it has what sessions promise of positions: they are no negative numbers."""
    spans = [(line.start, line.end), *((word.start, word.end) for word in line.words)]
    return all(0 <= at <= _LAST for span in spans for at in span)


def _is_short(lines: Sequence[TranscriptLine]) -> bool:
    """Whether it is tried: a line takes a while."""
    return sum(len(line.text) for line in lines) <= _MOST_TEXT


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


TARGETS: Final = (
    Target("subtitles", line_seeds, read_lines, mutations.of_json, 500),
    Target("export", export_seeds, read_export, mutations.of_json, 1000),
)
