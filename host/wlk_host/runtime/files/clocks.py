"""Clocks on which recorded sound is played, each with a place for the second pass to run."""

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
    """A promise whose outcome is known already, but available only from a certain time on."""

    outcome: Future[T]
    is_done: Callable[[], bool]

    def done(self) -> bool:
        """Whether that time has come."""
        return self.is_done()

    def result(self) -> T:
        """The outcome of the job; raises what the job raised."""
        return self.outcome.result()


class WallClock:
    """Real time. Sound goes on arriving while a step is computed."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the clock was created."""
        return time.monotonic() - self._start

    def wait_until(self, t: float) -> None:
        """Sleep until that time."""
        time.sleep(max(0.0, t - self.now()))

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Do the work. The time passes by itself."""
        return session.run(work)


class SoundClock:
    """The time of the sound: work takes no time. For captioning files as fast as possible."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Seconds of sound played so far."""
        return self._now

    def wait_until(self, t: float) -> None:
        """Jump to that time."""
        self._now = max(self._now, t)

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Do the work."""
        return session.run(work)

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Do the job at once."""
        return _outcome_of(job)


class VirtualClock(SoundClock):
    """The time of the sound plus the measured time of the work: real time, without the waiting.

    Work is charged with the time that passed, or with its processor time if that is less, because
    then the machine was busy with something else. A submitted job runs beside the work, as on a
    second core, and takes its own time.

    Args:
        wall: the wall clock, in seconds.
        processor: the processor time of all threads of this process, in seconds.
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
        """Do the work and advance by the time it took, without the jobs it submitted."""
        self._beside = 0.0
        events, took = self._timed(lambda: session.run(work))
        self._now += took - self._beside
        return events

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Do the job. Its outcome is available once the time it took has passed."""
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
