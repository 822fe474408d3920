"""Feed a session with what a microphone hears, as it comes."""

from collections.abc import Callable, Iterator
from typing import Protocol

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.errors import WlkError
from wlk_host.core.types import AudioChunk, Event
from wlk_host.runtime.files.clocks import WallClock
from wlk_host.runtime.files.playback import finish


class LiveSound(Protocol):
    """Where sound comes from."""

    def heard(self, *, wait: bool) -> list[AudioChunk]:
        """What was heard since the last call; see `Microphone.heard`."""
        ...


def follow(
    session: CaptionSession, sound: LiveSound, is_over: Callable[[], bool]
) -> Iterator[tuple[float, Event]]:
    """Caption until it is over, and yield (seconds, event) as they come.

    Like the host's turns: all sound that has arrived is fed before the next piece of work. Where
    the sound breaks off, what was said before is captioned first.

    Raises:
        WlkError: the sound broke off.
    """
    clock = WallClock()
    broken: WlkError | None = None
    while not is_over():
        try:
            chunks = sound.heard(wait=session.next_work() is None)
        except WlkError as error:
            broken = error
            break
        for chunk in chunks:
            for event in session.feed(chunk):
                yield clock.now(), event
        work = session.next_work()
        if work is not None:
            for event in session.run(work):
                yield clock.now(), event
    yield from finish(session, clock)
    if broken is not None:
        raise broken
