"""Captions in a terminal: finished lines scroll up, below them stands what may still change."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TextIO

from wlk_host.core.speakers.names import label
from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.transcript import Contents
from wlk_host.core.types import CaptionUpdate, Draft, Line
from wlk_host.core.words import width_of
from wlk_host.runtime.files.output import FinishedLines

_GREY: Final = "\x1b[90m"
_PLAIN: Final = "\x1b[0m"
_ERASE_BELOW: Final = "\x1b[J"

_LEAST_COLUMNS: Final = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """How a terminal is.

    Attributes:
        size: its columns and rows now.
        has_colours: whether the user wants them.
    """

    size: Callable[[], tuple[int, int]]
    has_colours: bool

    @classmethod
    def of(cls, stream: TextIO) -> "Screen":
        """The terminal behind a stream. `NO_COLOR` is respected (https://no-color.org)."""

        def size() -> tuple[int, int]:
            try:
                found = os.get_terminal_size(stream.fileno())
            except (OSError, ValueError):
                return 80, 24
            return found.columns or 80, found.lines or 24

        return cls(size, not os.environ.get("NO_COLOR"))


class LiveScreen:
    """`Output` for a terminal. What is yielded moves its cursor.

    Args:
        lines: hands out what is finished.
        contents: which texts of a line are shown.
        screen: to draw on.
    """

    def __init__(self, lines: FinishedLines, contents: Contents, screen: Screen) -> None:
        self._lines = lines
        self._contents = contents
        self._screen = screen
        self._n_rows = 0
        self._drawn = ""

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:  # noqa: ARG002 - see `Output`
        """Draw what changed."""
        finished = [self._finished(line) for line in self._lines.add(update)]
        rows = self._open_rows(update.draft)
        drawn = "\n".join(rows)
        if finished or drawn != self._drawn:
            yield self.erased() + "".join(finished) + drawn
            self._n_rows, self._drawn = len(rows), drawn

    def rest(self) -> Iterator[str]:
        """What is left, as finished lines."""
        yield self.erased() + "".join(map(self._finished, self._lines.rest()))

    def erased(self) -> str:
        """Remove what may still change: the cursor is where it began."""
        up = f"\x1b[{self._n_rows - 1}A" if self._n_rows > 1 else ""
        text = f"\r{up}{_ERASE_BELOW}" if self._n_rows else ""
        self._n_rows, self._drawn = 0, ""
        return text

    def _finished(self, line: Line) -> str:
        return "".join(
            f"{text[start:end]}\n"
            for text in self._texts(line)
            for start, end in wrapped(text, self._columns())
        )

    def _open_rows(self, draft: Draft | None) -> list[str]:
        """The unfinished lines and the draft, no more than fit on the screen."""
        rows: list[str] = []
        pending = draft.text if draft is not None else ""
        for line in self._lines.unfinished:
            first, *others = self._texts(line)
            follows = pending if draft is not None and draft.line == line.id else ""
            rows += self._styled(first, follows)
            pending = "" if follows else pending
            for text in others:
                rows += self._styled(text, "")
        rows += self._styled("", pending)
        return rows[-max(1, self._screen.size()[1] - 1) :]

    def _styled(self, settled: str, draft: str) -> list[str]:
        """Rows of a text whose end may vanish."""
        text, at = clean(settled + draft), len(settled)
        rows = []
        for start, end in wrapped(text, self._columns()):
            cut = min(max(start, at), end)
            grey = text[cut:end]
            if grey.strip() and self._screen.has_colours:
                grey = f"{_GREY}{grey}{_PLAIN}"
            rows.append(text[start:cut] + grey)
        return rows

    def _texts(self, line: Line) -> list[str]:
        """The line, and its translation if it is shown, each with nothing that moves a cursor."""
        name = "" if line.speaker is None else f"{label(line.speaker)}: "
        texts = [line.text]
        if line.translation is not None and self._contents != "original":
            told = line.translation.text
            texts = [line.text, told] if self._contents == "both" else [told]
        first, *others = map(clean, texts)
        return [name + first, *others]

    def _columns(self) -> int:
        # A character in the last column makes some terminals begin a new row.
        return max(_LEAST_COLUMNS, self._screen.size()[0] - 1)


def wrapped(text: str, columns: int) -> list[tuple[int, int]]:
    """Where each row of a text begins and ends: between words, or in those too long for a row."""
    rows: list[tuple[int, int]] = []
    start, space, width, at = 0, -1, 0, 0
    while at < len(text):
        if text[at] == " ":
            space = at
        width += width_of(text[at])
        if width <= columns or at == start:
            at += 1
            continue
        end = space if space > start else at
        rows.append((start, end))
        start = at = end + (text[end] == " ")
        width, space = 0, -1
    if start < len(text):
        rows.append((start, len(text)))
    return rows


def understands_escapes(stream: TextIO) -> bool:
    """Whether a terminal moves its cursor when it is told to. Windows has to be asked first."""
    if sys.platform != "win32":
        return True
    import ctypes  # noqa: PLC0415 - of Windows
    import msvcrt  # noqa: PLC0415

    # ENABLE_VIRTUAL_TERMINAL_PROCESSING, see SetConsoleMode.
    handle, mode = msvcrt.get_osfhandle(stream.fileno()), ctypes.c_ulong()
    kernel = ctypes.windll.kernel32
    known = kernel.GetConsoleMode(handle, ctypes.byref(mode))
    return bool(known and kernel.SetConsoleMode(handle, mode.value | 4))
