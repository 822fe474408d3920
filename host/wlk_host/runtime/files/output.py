"""Finished caption lines as text or as subtitles, in order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from wlk_host.core.translation.lines import source_of
from wlk_host.core.types import CaptionUpdate, Line, Sample, seconds


class FinishedLines:
    """Yields each line once, as soon as it can no longer change.

    Args:
        awaits: whether a final line in that language still gets a translation.
    """

    def __init__(self, awaits: Callable[[str], bool]) -> None:
        self._awaits = awaits
        self._open: dict[Sample, Line] = {}
        self._done = set[Sample]()

    def add(self, update: CaptionUpdate) -> Iterator[Line]:
        """The lines that are finished after this update, up to the first unfinished one."""
        for line in update.lines:
            if not line.text:
                self._open.pop(line.id, None)
            elif line.id not in self._done:
                self._open[line.id] = line
        while self._open and self._is_finished(self._open[min(self._open)]):
            yield self._hand_out()

    def rest(self) -> Iterator[Line]:
        """At the end, all remaining lines: the first whose translation never came, and the rest."""
        while self._open:
            yield self._hand_out()

    def _hand_out(self) -> Line:
        line = self._open.pop(min(self._open))
        self._done.add(line.id)
        return line

    def _is_finished(self, line: Line) -> bool:
        if line.state != "final":
            return False
        if not self._awaits(source_of(line)):
            return True
        return line.translation is not None and line.translation.state == "final"


Contents = Literal["original", "translation", "both"]


@dataclass(slots=True)
class LinePrinter:
    """Turns lines into printed text.

    Attributes:
        subtitles: print SubRip cues; otherwise one row for each line.
        contents: which texts of a line are printed. The original replaces a missing translation.
        n_printed: the number of lines so far.
    """

    subtitles: bool
    contents: Contents
    n_printed: int = 0

    def print(self, line: Line) -> str:
        """One line, newlines included."""
        self.n_printed += 1
        rows = self._rows(line)
        if self.subtitles:
            times = f"{_subrip_time(line.start)} --> {_subrip_time(line.end)}"
            return "\n".join([str(self.n_printed), times, *rows, "", ""])
        head = f"[{_time(line.start)} - {_time(line.end)}] "
        return head + ("\n" + " " * len(head)).join(rows) + "\n"

    def _rows(self, line: Line) -> list[str]:
        name = "" if line.speaker is None else f"Speaker {line.speaker}: "
        first, *others = self._texts(line)
        return [name + first, *others]

    def _texts(self, line: Line) -> list[str]:
        if line.translation is None or self.contents == "original":
            return [line.text]
        if self.contents == "both":
            return [line.text, line.translation.text]
        return [line.translation.text]


def _time(sample: Sample) -> str:
    minutes, rest = divmod(seconds(sample), 60)
    return f"{int(minutes):02}:{rest:05.2f}"


def _subrip_time(sample: Sample) -> str:
    milliseconds = round(1000 * seconds(sample))
    total, milliseconds = divmod(milliseconds, 1000)
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02},{milliseconds:03}"
