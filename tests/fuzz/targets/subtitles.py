"""Subtitles of lines with any text and any times."""

import re
from collections.abc import Iterator
from typing import Final, get_args

from fuzz import mutation
from wlk_host.core.subtitles.formats import subrip, webvtt
from wlk_host.core.subtitles.pieces import COLUMNS
from wlk_host.core.subtitles.transcript import Contents, of_line, shown
from wlk_host.core.subtitles.writer import Subtitles
from wlk_host.core.types import SAMPLE_RATE, Line, Translation, Word
from wlk_host.core.words import width_of

_FIELD: Final = "|"
_MOST_LINES: Final = 40
_MOST_CHARACTERS: Final = 400
"""Of a line: more than is said in 30 s."""
_LAST: Final = 2**53 - 1

_TEXTS: Final = (
    "both|0|48000|en||It is done, she said. And|pt|Está feito, disse ela. E\n"
    "both|48000|99000|en|1|then nothing happened for a long time at all.|pt|depois nada",
    "original|0|16000|zh|2|今天天气很好。我们去公园吧，你说呢？|en|<b>Weather</b> & more -->",  # noqa: RUF001 - real punctuation
    "translation|5|5|th||สวัสดีครับ|de|Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "original|0|90000|||one two {\\an8} three\u200d👩‍👩‍👧 e\u0301|en|",
)
CORPUS: Final = tuple(text.encode() for text in _TEXTS)

MUTATORS: Final = (mutation.of_bytes, mutation.of_lines)


def try_one(data: bytes) -> None:
    """Cues are in order, not empty, of two rows at most, and end where the format says."""
    text = data.decode("utf-8", "surrogateescape")
    contents: Contents = next((c for c in get_args(Contents) if text.startswith(c)), "both")
    subtitles = Subtitles(names_speakers=len(text) % 2 == 0)
    before = 0
    lines = [shown(of_line(line), contents) for line in _lines(text)]
    cues = [cue for line in lines for cue in subtitles.add(line)]
    for number, cue in enumerate([*cues, *subtitles.rest()], start=1):
        assert before <= cue.start < cue.end
        before = cue.end
        assert 1 <= len(cue.rows) <= 2
        assert all(0 < width_of(row) <= COLUMNS for row in cue.rows), cue.rows
        for written in (subrip(number, cue), webvtt(cue)):
            written.encode()
            assert written.count("-->") == 1
            assert re.fullmatch(r"(?:[^\n]+\n){2,4}\n", written), written


def _lines(text: str) -> Iterator[Line]:
    for at, line in enumerate(text.split("\n")[:_MOST_LINES]):
        fields = [*line.split(_FIELD), *[""] * 8]
        start, end = (_number(field) for field in fields[1:3])
        spoken = fields[5][:_MOST_CHARACTERS]
        translation = None
        if fields[7]:
            translation = Translation(fields[7][:_MOST_CHARACTERS], fields[6] or "en", "final")
        words = _words(spoken, start, end) if len(line) % 3 else ()
        language, speaker = (field or None for field in fields[3:5])
        yield Line(at, start, end, spoken, "final", language, words, speaker, translation)


def _words(text: str, start: int, end: int) -> tuple[Word, ...]:
    """Words whose times need not be in order, as a recogniser may tell them."""
    parts = re.findall(r"\s?\S+", text)
    step = (end - start) // max(1, len(parts))
    return tuple(
        Word(part, start + n * step, start + (n + len(part) % 3) * step, 0.5)
        for n, part in enumerate(parts)
    )


def _number(text: str) -> int:
    if re.fullmatch("[0-9]{1,20}", text, re.ASCII):
        return min(int(text), _LAST)
    return len(text) * SAMPLE_RATE
