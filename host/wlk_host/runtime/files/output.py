"""What `wlk-host caption` prints: text, subtitles, or each change."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Literal, Protocol

from wlk_host.core.subtitles.formats import WEBVTT_HEADER, subrip, webvtt
from wlk_host.core.subtitles.pieces import clean
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.writer import Contents, Subtitles
from wlk_host.core.translation.lines import source_of
from wlk_host.core.types import CaptionUpdate, Line, Sample, seconds
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


class TextOutput:
    """A row of text for each line, with its times.

    Args:
        lines: hands out what is finished.
        contents: which texts of a line are printed. The original replaces a missing translation.
    """

    def __init__(self, lines: FinishedLines, contents: Contents) -> None:
        self._lines = lines
        self._contents = contents

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:  # noqa: ARG002 - see `Output`
        """The lines that are finished after this update."""
        yield from map(self._text, self._lines.add(update))

    def rest(self) -> Iterator[str]:
        """The remaining lines."""
        yield from map(self._text, self._lines.rest())

    def _text(self, line: Line) -> str:
        head = f"[{_time(line.start)} - {_time(line.end)}] "
        name = "" if line.speaker is None else f"Speaker {line.speaker}: "
        first, *others = map(clean, self._texts(line))
        return head + ("\n" + " " * len(head)).join([name + first, *others]) + "\n"

    def _texts(self, line: Line) -> list[str]:
        if line.translation is None or self._contents == "original":
            return [line.text]
        if self._contents == "both":
            return [line.text, line.translation.text]
        return [line.translation.text]


class SubtitleOutput:
    """A file of subtitles.

    Args:
        lines: hands out what is finished.
        contents: which texts of a line are shown.
        form: of the file.
    """

    def __init__(
        self, lines: FinishedLines, contents: Contents, form: Literal["srt", "vtt"]
    ) -> None:
        self._lines = lines
        self._is_webvtt = form == "vtt"
        self._subtitles = Subtitles(contents, names_speakers=not self._is_webvtt)
        self._n_cues = 0
        self._has_begun = False

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:  # noqa: ARG002 - see `Output`
        """The cues that are settled after this update."""
        yield from self._begin()
        for line in self._lines.add(update):
            yield from map(self._text, self._subtitles.add(line))

    def rest(self) -> Iterator[str]:
        """The remaining cues."""
        yield from self._begin()
        for line in self._lines.rest():
            yield from map(self._text, self._subtitles.add(line))
        yield from map(self._text, self._subtitles.rest())

    def _begin(self) -> Iterator[str]:
        if self._is_webvtt and not self._has_begun:
            yield WEBVTT_HEADER
        self._has_begun = True

    def _text(self, cue: Cue) -> str:
        self._n_cues += 1
        return webvtt(cue) if self._is_webvtt else subrip(self._n_cues, cue)


def _time(sample: Sample) -> str:
    hundredths = round(100 * seconds(sample))
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
