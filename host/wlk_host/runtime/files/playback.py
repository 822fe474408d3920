"""Recorded sound through a session as if it were live, on any clock."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.types import AudioChunk, Event, Work, seconds

_LOOK_EVERY_S: Final = 0.01
"""At the end, for what comes from the background."""


class Clock(Protocol):
    """Where the time comes from. It starts at 0 with the first sample."""

    def now(self) -> float:
        """Seconds since the first sample was due."""
        ...

    def wait_until(self, t: float) -> None:
        """Return when that time has come."""
        ...

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Let the session do this work and account for the time it takes."""
        ...


def play(
    session: CaptionSession, chunks: Iterable[AudioChunk], clock: Clock
) -> Iterator[tuple[float, Event]]:
    """Feed each chunk when it would have been heard; yield (seconds, event) as they come.

    Like the host's turns: sound that came in the meantime is taken before the next
    piece of work, and nothing is done while nothing is due.
    """
    for chunk in chunks:
        due = seconds(chunk.end)
        while clock.now() < due and (work := session.next_work()) is not None:
            for event in clock.charge(session, work):
                yield clock.now(), event
        clock.wait_until(due)
        for event in session.feed(chunk):
            yield clock.now(), event
    session.finish()
    while not session.finished():
        work = session.next_work()
        if work is None:  # What is left runs beside it.
            clock.wait_until(clock.now() + _LOOK_EVERY_S)
            continue
        for event in clock.charge(session, work):
            yield clock.now(), event
