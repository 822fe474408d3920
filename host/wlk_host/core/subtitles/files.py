"""A transcript as a file of any format: the one writer of all."""

from collections.abc import Iterable, Iterator
from typing import Protocol, assert_never

from wlk_host.core.subtitles.cue_files import SubRip, WebVtt
from wlk_host.core.subtitles.format import Format
from wlk_host.core.subtitles.markdown import Markdown
from wlk_host.core.subtitles.plain import PlainText, TimedText
from wlk_host.core.subtitles.structured import Json
from wlk_host.core.subtitles.table import Table
from wlk_host.core.subtitles.transcript import Contents, TranscriptLine, shown


class Writer(Protocol):
    """Turns lines into text, as they come."""

    def begin(self) -> str:
        """What stands in front of all lines."""
        ...

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """What can be written after this line, which is as `shown` yields it."""
        ...

    def rest(self) -> Iterator[str]:
        """What remains at the end."""
        ...


class TranscriptFile:
    """Writes a transcript. Lines go in, in order; text comes out as soon as it is settled.

    Args:
        form: of the file.
        contents: which texts of a line are shown.
        title: of the transcript; empty for none.
        language: of the transcript; None if it is not known.
    """

    def __init__(
        self, form: Format, contents: Contents, title: str = "", language: str | None = None
    ) -> None:
        self._contents = contents
        self._writer = _writer(form, contents, title, language)
        self._has_begun = False

    def add(self, lines: Iterable[TranscriptLine]) -> Iterator[str]:
        """Take the next lines; yields what can be written."""
        yield from self._begin()
        for line in lines:
            written = shown(line, self._contents)
            if not written.is_empty:
                yield from self._writer.add(written)

    def rest(self) -> Iterator[str]:
        """At the end, what is left to write."""
        yield from self._begin()
        yield from self._writer.rest()

    def _begin(self) -> Iterator[str]:
        if not self._has_begun:
            self._has_begun = True
            yield self._writer.begin()


def _writer(form: Format, contents: Contents, title: str, language: str | None) -> Writer:
    match form:
        case "text":
            return TimedText()
        case "srt":
            return SubRip()
        case "vtt":
            return WebVtt()
        case "txt":
            return PlainText(title)
        case "md":
            return Markdown(title)
        case "json":
            return Json(title, language)
        case "csv":
            return Table(contents)
    assert_never(form)
