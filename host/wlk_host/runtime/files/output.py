"""What `wlk-host caption` prints: a file of the transcript, or each change."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Protocol

from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.transcript import of_line
from wlk_host.core.translation.lines import source_of
from wlk_host.core.types import CaptionUpdate, Line, Sample
from wlk_host.runtime.files.caption_log import CaptionLog


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

    @property
    def unfinished(self) -> list[Line]:
        """The lines that are not handed out yet, in order."""
        return [self._open[line_id] for line_id in sorted(self._open)]

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


class Output(Protocol):
    """Turns updates into what is printed."""

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:
        """What can be printed after this update, which came after `t` seconds."""
        ...

    def rest(self) -> Iterator[str]:
        """At the end, or where captions break off: everything that is left."""
        ...


class JsonOutput:
    """One object for each change."""

    def __init__(self) -> None:
        self._log = CaptionLog()

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:
        """What is shown after this update."""
        yield json.dumps(asdict(self._log.add(t, update)), ensure_ascii=False) + "\n"

    def rest(self) -> Iterator[str]:
        """Nothing: every change was printed when it came."""
        yield from ()


class FileOutput:
    """A file of the transcript.

    Args:
        lines: hands out what is finished.
        file: writes it.
    """

    def __init__(self, lines: FinishedLines, file: TranscriptFile) -> None:
        self._lines = lines
        self._file = file

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:  # noqa: ARG002 - see `Output`
        """What is settled after this update."""
        yield from self._file.add(map(of_line, self._lines.add(update)))

    def rest(self) -> Iterator[str]:
        """The remaining lines, and the end of the file."""
        yield from self._file.add(map(of_line, self._lines.rest()))
        yield from self._file.rest()
