"""Lines in, cues out: the one place where subtitles are made."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from wlk_host.core.subtitles.cues import Run, cut, rows_of
from wlk_host.core.subtitles.parallel import cut_into, fewest_rows, paired
from wlk_host.core.subtitles.pieces import (
    COLUMNS,
    Piece,
    fitting,
    of_spoken,
    of_translation,
    text_of,
)
from wlk_host.core.subtitles.timing import Cue, CueTimes
from wlk_host.core.subtitles.transcript import Milliseconds, TranscriptLine

_NEW_RUN: Final[Milliseconds] = 2500
"""After so long a pause nothing is joined with what was said before."""

_SENTENCE_COLUMNS: Final = 24
"""A shorter sentence waits for the next one, with which it may share a cue."""

_MOST_COLUMNS: Final = 600
"""Text without a sentence's end is cut once there is so much of it."""


class Subtitles:
    """Makes cues of finished lines, as they come.

    Every cue has one or two rows of at most 42 columns (wide characters take two), is shown for
    1 to 7 s, and ends before the next one begins. Of a line with a translation, one row is the
    original and one its translation.

    Args:
        names_speakers: whether a new speaker is named in the text. Formats that have a place of
            their own for speakers take them from the cues.
    """

    def __init__(self, *, names_speakers: bool = True) -> None:
        self._names_speakers = names_speakers
        self._times = CueTimes()
        self._run = Run([], [])
        self._of: tuple[str | None, str | None] = (None, None)
        self._said_until: Milliseconds = 0

    def add(self, line: TranscriptLine) -> Iterator[Cue]:
        """Take the next line; yields the cues that are settled.

        Args:
            line: as `shown` yields it.
        """
        pieces, translated = of_spoken(line), of_translation(line)
        if not pieces:
            return
        of = (line.speaker, line.language)
        if translated or of != self._of or pieces[0].start - self._said_until >= _NEW_RUN:
            yield from self._end_run()
        pieces = self._labelled(self._in_order(pieces), line.speaker)
        self._of = of
        original = Run.of(pieces, line.language)
        if line.translation is not None:
            yield from self._pairs(original, Run.of(translated, line.translation.language))
        else:
            self._run = self._run.followed_by(original)
            yield from self._cut_what_is_whole()

    def rest(self) -> Iterator[Cue]:
        """At the end, the remaining cues."""
        yield from self._end_run()
        yield from self._times.rest()

    def _in_order(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces with times that never go back."""
        ordered = []
        for piece in pieces:
            start = max(piece.start, self._said_until)
            self._said_until = max(start, piece.end)
            ordered.append(replace(piece, start=start, end=self._said_until))
        return ordered

    def _labelled(self, pieces: list[Piece], speaker: str | None) -> list[Piece]:
        """The pieces, behind the speaker's name where another one spoke before."""
        if not self._names_speakers or speaker is None or speaker == self._of[0]:
            return pieces
        first = pieces[0]
        label = replace(first, text=f"{fitting(speaker, COLUMNS - 1)}:", end=first.start)
        named = replace(first, text=f"{label.text} {first.text}")
        if named.width <= COLUMNS:
            return [named, *pieces[1:]]
        return [label, replace(first, spaced=True), *pieces[1:]]

    def _cut_what_is_whole(self) -> Iterator[Cue]:
        """Cut the run where a sentence ends, or where it has grown too long to wait for that."""
        run = self._run
        width = run.width(0, len(run.pieces))
        if run.ends[-1] and width >= _SENTENCE_COLUMNS:
            yield from self._end_run()
        elif width > _MOST_COLUMNS:
            *parts, (last, end) = cut(run)
            yield from self._cues(parts)
            self._run = run.last(end - last)

    def _end_run(self) -> Iterator[Cue]:
        yield from self._cues(cut(self._run))
        self._run = Run([], [])

    def _cues(self, parts: Iterable[tuple[int, int]]) -> Iterator[Cue]:
        pieces = self._run.pieces
        for begin, end in parts:
            rows = tuple(rows_of(self._run, begin, end))
            cue = Cue(pieces[begin].start, pieces[end - 1].end, rows, self._of[0])
            yield from self._times.add(cue)

    def _pairs(self, original: Run, translation: Run) -> Iterator[Cue]:
        """Cues with a row of each language."""
        at = original.pieces[0].start
        for said, told in paired(original, translation):
            at = yield from self._pair(said, told, at)

    def _pair(
        self, original: Run, translation: Run, at: Milliseconds
    ) -> Generator[Cue, None, Milliseconds]:
        """Both are cut into as many rows, as few as fit; returns when the last one ends."""
        count = max(fewest_rows(original), fewest_rows(translation))
        parts = zip(cut_into(count, original), cut_into(count, translation), strict=True)
        for (begin, end), (first, last) in parts:
            said, told = original.pieces[begin:end], translation.pieces[first:last]
            start, at = (said[0].start, said[-1].end) if said else (at, at)
            rows = tuple(row for row in (text_of(said), text_of(told)) if row)
            yield from self._times.add(Cue(start, at, rows, self._of[0]))
        return at
