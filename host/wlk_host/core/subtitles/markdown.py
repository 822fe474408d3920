"""A transcript as Markdown (CommonMark, https://spec.commonmark.org/0.31.2/)."""

import re
from collections.abc import Iterator
from typing import Final

from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.plain import BOOKMARK, GAP
from wlk_host.core.subtitles.transcript import Milliseconds, TranscriptLine

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>&~|$#^])")
"""What means something within a paragraph, in CommonMark or in what many readers add to it."""

_AT_THE_START: Final = re.compile(r"(\d{0,9})([-+=:.)])")
"""What can begin a list, a heading or a definition at the start of a row."""

_ADDRESS: Final = re.compile(r"(?<=\w)(://|@)|(?<=www)\.", re.IGNORECASE)
"""Where many readers would make a link of a word."""


class Markdown:
    """A paragraph for each line, behind its time; the translation is a quotation below it.

    Args:
        title: the heading; empty for none.
    """

    def __init__(self, title: str) -> None:
        self._title = clean(title)

    def begin(self) -> str:
        """The heading."""
        return f"# {escaped(self._title)}\n\n" if self._title else ""

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The paragraphs of this line."""
        head = f"**{clock(line.start)}**"
        if line.bookmarked:
            head += f" {BOOKMARK}"
        if line.speaker is not None:
            head += f" **{escaped(line.speaker)}:**"
        paragraphs = [f"{escaped(GAP)}"] if line.gap_before else []
        paragraphs.append(f"{head} {escaped(line.text)}".rstrip())
        if line.translation is not None:
            paragraphs.append(f"> {escaped(line.translation.text)}")
        if line.note:
            paragraphs.append("\\\n".join(map(escaped, f"Note: {line.note}".splitlines())))
        yield "".join(f"{paragraph}\n\n" for paragraph in paragraphs)

    def rest(self) -> Iterator[str]:
        """Nothing."""
        yield from ()


def escaped(row: str) -> str:
    """A row of text that Markdown shows as it is."""
    row = _MARKUP.sub(r"\\\1", row)
    row = _ADDRESS.sub(lambda found: "".join(rf"\{mark}" for mark in found[0]), row)
    start = _AT_THE_START.match(row)
    return row if start is None else f"{start[1]}\\{start[2]}{row[start.end() :]}"


def clock(at: Milliseconds) -> str:
    """A time as it is read: 1:02:03."""
    minutes, seconds = divmod(at // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
