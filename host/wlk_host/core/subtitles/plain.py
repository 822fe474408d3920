"""A transcript as plain text: to be read, or each line with its times."""

from collections.abc import Iterator
from typing import Final

from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.transcript import Milliseconds, TranscriptLine

BOOKMARK: Final = "★"
"""In front of a bookmarked line."""

GAP: Final = "[…]"
"""Where something was not captioned."""

_INDENT: Final = "    "


class PlainText:
    """One row for each line, without times; translation and note are indented below it.

    A speaker is named where another one spoke before.

    Args:
        title: the first row; empty for none.
    """

    def __init__(self, title: str) -> None:
        self._title = clean(title)
        self._speaker: str | None = None

    def begin(self) -> str:
        """The title."""
        return f"{self._title}\n\n" if self._title else ""

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The rows of this line."""
        name = f"{line.speaker}: " if line.speaker and line.speaker != self._speaker else ""
        self._speaker = line.speaker
        rows = [f"{BOOKMARK} " * line.bookmarked + name + line.text]
        if line.translation is not None:
            rows.append(_INDENT + line.translation.text)
        for at, row in enumerate(line.note.splitlines()):
            rows.append(_INDENT + ("Note: " if at == 0 else "      ") + row)
        gap = f"{GAP}\n" if line.gap_before else ""
        yield gap + "".join(f"{row.rstrip()}\n" for row in rows)

    def rest(self) -> Iterator[str]:
        """Nothing."""
        yield from ()


class TimedText:
    """One row for each line, behind its times; the translation is below it."""

    def begin(self) -> str:
        """Nothing."""
        return ""

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The rows of this line."""
        head = f"[{_minutes(line.start)} - {_minutes(line.end)}] "
        name = "" if line.speaker is None else f"{line.speaker}: "
        rows = [name + line.text]
        if line.translation is not None:
            rows.append(line.translation.text)
        yield head + ("\n" + " " * len(head)).join(rows) + "\n"

    def rest(self) -> Iterator[str]:
        """Nothing."""
        yield from ()


def _minutes(at: Milliseconds) -> str:
    minutes, rest = divmod((at + 5) // 10, 6000)
    return f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
