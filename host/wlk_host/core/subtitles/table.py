"""A transcript as a table for spreadsheets (RFC 4180)."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from wlk_host.core.subtitles.clock import timestamp
from wlk_host.core.subtitles.transcript import Contents, TranscriptLine

_BYTE_ORDER_MARK: Final = "\ufeff"
"""Spreadsheets take a file without it for one in the code page of the system."""

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - full width as well
"""What a cell begins with that a spreadsheet would compute (OWASP, "CSV Injection")."""


class Table:
    """A row for each line, under a header.

    Columns of a translation are there only if both texts are shown. A text that a spreadsheet
    would take for a formula has an apostrophe in front of it.

    Args:
        contents: what is shown.
    """

    def __init__(self, contents: Contents) -> None:
        self._is_translated = contents == "both"

    def begin(self) -> str:
        """The header."""
        columns = ["start", "end", "speaker", "language", "text"]
        if self._is_translated:
            columns += ["translation", "translation_language"]
        return _BYTE_ORDER_MARK + _row([*columns, "bookmarked", "note", "gap_before"])

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The row of this line."""
        cells = [timestamp(line.start, "."), timestamp(line.end, ".")]
        cells += map(harmless, (line.speaker or "", line.language or "", line.text))
        if self._is_translated:
            told = line.translation
            cells += map(harmless, ("", "") if told is None else (told.text, told.language))
        cells += [_yes(line.bookmarked), harmless(line.note), _yes(line.gap_before)]
        yield _row(cells)

    def rest(self) -> Iterator[str]:
        """Nothing."""
        yield from ()


def harmless(cell: str) -> str:
    """The cell as a spreadsheet shows it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _row(cells: Sequence[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
