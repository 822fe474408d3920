"""Play recorded sound to a session as if it were live, on any clock."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.types import AudioChunk, Event, Work, seconds

_LOOK_EVERY_S: Final = 0.01
"""How often to look for results from the background, at the end of the sound."""


class Clock(Protocol):
    """A source of time. It starts at 0 with the first sample."""

    def now(self) -> float:
        """Seconds since the first sample was due."""
        ...

    def wait_until(self, t: float) -> None:
        """Return at that time."""
        ...

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Let the session do this work and account for the time it takes."""
        ...


def play(
    session: CaptionSession, chunks: Iterable[AudioChunk], clock: Clock
) -> Iterator[tuple[float, Event]]:
    """Feed each chunk when it would have been heard, and yield (seconds, event) as they come.

    It works like the host's turns: sound that arrived in the meantime is fed before the next piece
    of work, and nothing is done while nothing is due.
    """
    for chunk in chunks:
        due = seconds(chunk.end)
        while clock.now() < due and (work := session.next_work()) is not None:
            for event in clock.charge(session, work):
                yield clock.now(), event
        clock.wait_until(due)
        for event in session.feed(chunk):
            yield clock.now(), event
    yield from finish(session, clock)


def finish(session: CaptionSession, clock: Clock) -> Iterator[tuple[float, Event]]:
    """Tell the session that there is no more sound, and yield what is left as it comes."""
    session.finish()
    while not session.finished():
        work = session.next_work()
        if work is None:  # The remaining work runs in the background.
            clock.wait_until(clock.now() + _LOOK_EVERY_S)
            continue
        for event in clock.charge(session, work):
            yield clock.now(), event
