"""Threads that do what sessions have to do, the most urgent first."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Final, Generic, TypeVar

from wlk_host.runtime.agenda import Agenda
from wlk_host.runtime.ports import UnderWay, Urgency

owner: Final[ContextVar[str | None]] = ContextVar("owner", default=None)
"""The session for which jobs are given to threads. What a job gives to others is its owner's."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Job(Generic[T_co]):
    """`core.ports.Promise` of a job that may still wait for a thread."""

    def __init__(self, do: Callable[[], T_co], urgency: Urgency | None) -> None:
        self.urgency = urgency
        self.owner = owner.get()
        self.busy_s = 0.0
        self._do = do
        self._begun = threading.Event()
        self._outcome: Future[T_co] | None = None

    def begin(self, pool: ThreadPoolExecutor) -> None:
        """Do it on one of these threads."""
        # A process that leaves takes no more jobs, and nobody waits for them.
        with suppress(RuntimeError):
            self._outcome = pool.submit(self._run)
            self._begun.set()

    def when_ended(self, ended: Callable[[], None]) -> None:
        """Have `ended` called by the thread that did it, or at once."""
        if self._outcome is not None:
            self._outcome.add_done_callback(lambda _: ended())

    def _run(self) -> T_co:
        before = owner.set(self.owner)
        try:
            return self._do()
        finally:
            owner.reset(before)

    def done(self) -> bool:
        """Whether `result` returns at once."""
        return self._outcome is not None and self._outcome.done()

    def result(self) -> T_co:
        """The outcome; waits for it, and raises what the job raised."""
        self._begun.wait()
        assert self._outcome is not None  # noqa: S101 - it is there before the event is set
        try:
            return self._outcome.result()
        finally:
            del self  # What it raises keeps this frame, which would keep it in turn.


class Workers:
    """`runtime.ports.Threads`. Used by any thread.

    Args:
        n_threads: that work side by side.
        wake: called from any thread after each job.
        name: of the threads.
    """

    def __init__(
        self, n_threads: int = 1, wake: Callable[[], None] = lambda: None, name: str = "second-pass"
    ) -> None:
        self._n_threads, self._name = n_threads, name
        self._pool = ThreadPoolExecutor(n_threads, name)
        self._wake = wake
        self._lock = threading.Lock()
        self._agenda: Agenda[_Job[object]] = Agenda(n_threads)
        self._under_way: list[_Job[object]] = []

    def take(self, turn: Callable[[], T], urgency: Urgency) -> _Job[T]:
        """Do this as soon as nothing more urgent is to be done."""
        return self._add(_Job(turn, urgency))

    def submit(self, job: Callable[[], T]) -> _Job[T]:
        """Do this when its turn comes, after what is urgent."""
        return self._add(_Job(job, None))

    def under_way(self) -> Sequence[UnderWay]:
        """The jobs that the threads work on now."""
        with self._lock:
            return list(self._under_way)

    def abandon(self, job: UnderWay) -> None:
        """A job under way does not end: leave its thread alone, and let another one do the rest."""
        with self._lock:
            mine = [one for one in self._under_way if one is job]
            for one in mine:
                self._under_way.remove(one)
                self._agenda.end(one)
                # Its threads end when they have done what they work on.
                self._pool.shutdown(wait=False)
                self._pool = ThreadPoolExecutor(self._n_threads, self._name)
        if mine:
            self._begin()

    def apart(self, name: str) -> "Workers":
        """One more thread, which wakes the same."""
        return Workers(1, self._wake, name)

    def _add(self, job: _Job[T]) -> _Job[T]:
        with self._lock:
            self._agenda.add(job, time.monotonic())
        self._begin()
        return job

    def _begin(self) -> None:
        while (job := self._next()) is not None:
            job.when_ended(partial(self._ended, job))

    def _next(self) -> _Job[object] | None:
        with self._lock:
            job = self._agenda.begin(time.monotonic())
            if job is not None:
                self._under_way.append(job)
                job.begin(self._pool)
            return job

    def _ended(self, job: _Job[object]) -> None:
        with self._lock:
            # An abandoned one has been counted as ended.
            if job in self._under_way:
                self._under_way.remove(job)
                self._agenda.end(job)
        self._begin()
        self._wake()
