"""A transcript as a file of subtitles: SubRip or WebVTT."""

from collections.abc import Iterator

from wlk_host.core.subtitles.formats import WEBVTT_HEADER, subrip, webvtt
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.transcript import TranscriptLine
from wlk_host.core.subtitles.writer import Subtitles


class SubRip:
    """A SubRip file. A speaker is named in the text, where another one spoke before."""

    def __init__(self) -> None:
        self._subtitles = Subtitles()
        self._n_cues = 0

    def begin(self) -> str:
        """Nothing: SubRip has no header."""
        return ""

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The cues that are settled."""
        yield from map(self._text, self._subtitles.add(line))

    def rest(self) -> Iterator[str]:
        """The remaining cues."""
        yield from map(self._text, self._subtitles.rest())

    def _text(self, cue: Cue) -> str:
        self._n_cues += 1
        return subrip(self._n_cues, cue)


class WebVtt:
    """A WebVTT file. Speakers are voice tags."""

    def __init__(self) -> None:
        self._subtitles = Subtitles(names_speakers=False)

    def begin(self) -> str:
        """The header."""
        return WEBVTT_HEADER

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The cues that are settled."""
        yield from map(webvtt, self._subtitles.add(line))

    def rest(self) -> Iterator[str]:
        """The remaining cues."""
        yield from map(webvtt, self._subtitles.rest())
