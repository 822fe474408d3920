"""When cues are shown: one after the other, long enough to be read, never too long."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from wlk_host.core.subtitles.cues import LONGEST, SHORTEST
from wlk_host.core.subtitles.transcript import Milliseconds
from wlk_host.core.words import width_of

_COLUMN_MS: Final = 50
"""Reading time of a column: 20 characters a second (Netflix), where speech leaves it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle.

    Attributes:
        start: when it appears, in milliseconds.
        end: when it goes.
        rows: one or two, not empty.
        speaker: who speaks; None if that is not known.
    """

    start: Milliseconds
    end: Milliseconds
    rows: tuple[str, ...]
    speaker: str | None = None


class CueTimes:
    """Corrects the times of cues, which are those of their words.

    - No cue begins before the one in front of it has ended.
    - Each is shown for 1 to 7 s, and as long as it takes to read if nothing follows.
    - Where the words leave less than 1 s, the next cue begins later.
    """

    def __init__(self) -> None:
        self._held: Cue | None = None

    def add(self, cue: Cue) -> Iterator[Cue]:
        """Take the next cue; yields the one before, whose end is settled now."""
        start, held = cue.start, self._held
        if held is not None:
            room = max(start, held.start + SHORTEST)
            end = min(_wanted_end(held), room)
            yield replace(held, end=end)
            start = max(start, end)
        self._held = replace(cue, start=start, end=max(start, cue.end))

    def rest(self) -> Iterator[Cue]:
        """Yields the last cue."""
        if self._held is not None:
            yield replace(self._held, end=_wanted_end(self._held))
            self._held = None


def _wanted_end(cue: Cue) -> Milliseconds:
    to_read = _COLUMN_MS * sum(map(width_of, cue.rows))
    end = max(cue.end, cue.start + to_read, cue.start + SHORTEST)
    return min(end, cue.start + LONGEST)
