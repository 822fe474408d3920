"""The clocks that recorded sound is played on, and where the second pass runs on each."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Promise
from wlk_host.core.types import Event, Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A promise whose outcome is known, and kept from a moment on."""

    outcome: Future[T]
    is_done: Callable[[], bool]

    def done(self) -> bool:
        """Whether the moment has come."""
        return self.is_done()

    def result(self) -> T:
        """The outcome; raises what the job raised."""
        return self.outcome.result()


class WallClock:
    """Real time: a step takes as long as it takes, sound arrives meanwhile."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self._start

    def wait_until(self, t: float) -> None:
        """Sleep until that time."""
        time.sleep(max(0.0, t - self.now()))

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Do the work; the time passes by itself."""
        return session.run(work)


class SoundClock:
    """Time as the sound goes: work is free, nobody waits. For files that are to be done soon."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Seconds of sound that were played."""
        return self._now

    def wait_until(self, t: float) -> None:
        """Jump there."""
        self._now = max(self._now, t)

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Do the work."""
        return session.run(work)

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Do the job at once."""
        return _outcome_of(job)


class VirtualClock(SoundClock):
    """Time as the sound goes plus what work was measured to take: a bench without waiting.

    Work is charged with the time that passed, or with the processor time where that is less: the
    machine was busy with something else then. A job submitted is done beside the work, as by a
    second core, and takes its own time.

    Args:
        wall: seconds that pass for everybody.
        processor: seconds that this process was given, of all its threads.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.perf_counter,
        processor: Callable[[], float] = time.process_time,
    ) -> None:
        super().__init__()
        self._wall = wall
        self._processor = processor
        self._beside = 0.0

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Do the work and move on by the time it took, jobs submitted meanwhile apart."""
        self._beside = 0.0
        events, took = self._timed(lambda: session.run(work))
        self._now += took - self._beside
        return events

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Do the job; its outcome is there when its time has passed."""
        outcome, took = self._timed(lambda: _outcome_of(job))
        self._beside += took
        due = self._now + took
        return Kept(outcome, lambda: self._now >= due)

    def _timed(self, do: Callable[[], T]) -> tuple[T, float]:
        wall, processor = self._wall(), self._processor()
        value = do()
        return value, min(self._wall() - wall, self._processor() - processor)


def _outcome_of(job: Callable[[], T]) -> Future[T]:
    outcome = Future[T]()
    try:
        outcome.set_result(job())
    except WlkError as error:
        outcome.set_exception(error)
    return outcome
