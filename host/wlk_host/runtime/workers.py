"""Threads that do what sessions have to do, the most urgent first."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Final, Generic, TypeVar

from wlk_host.core.pauses import giving_way
from wlk_host.core.ports import Promise
from wlk_host.runtime.agenda import Agenda, most_second_passes
from wlk_host.runtime.ports import Threads, UnderWay, Urgency

owner: Final[ContextVar[str | None]] = ContextVar("owner", default=None)
"""The session for which jobs are given to threads. What a job gives to others is its owner's."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Job(Generic[T_co]):
    """`core.ports.Promise` of a job that may still wait for a thread."""

    def __init__(
        self,
        do: Callable[[], T_co],
        urgency: Urgency | None,
        give_way: Callable[["_Job[object]"], None] = lambda _: None,
    ) -> None:
        self.urgency = urgency
        self._give_way = give_way
        self.owner = owner.get()
        self.busy_s = 0.0
        self._do = do
        self._begun = threading.Event()
        self._goes_on = threading.Event()
        self._outcome: Future[T_co] | None = None

    def begin(self, pool: ThreadPoolExecutor) -> bool:
        """Do it on one of these threads, or go on with it; whether it had not been begun."""
        self._goes_on.set()
        if self._outcome is not None:
            return False
        # A process that leaves takes no more jobs, and nobody waits for them.
        with suppress(RuntimeError):
            self._outcome = pool.submit(self._run)
            self._begun.set()
        return True

    def pause(self) -> Callable[[], object]:
        """It is not to go on before it is begun again: what its thread has to call then."""
        self._goes_on.clear()
        return self._goes_on.wait

    def when_ended(self, ended: Callable[[], None]) -> None:
        """Have `ended` called by the thread that did it, or at once."""
        if self._outcome is not None:
            self._outcome.add_done_callback(lambda _: ended())

    def _run(self) -> T_co:
        before = owner.set(self.owner)
        try:
            with giving_way(partial(self._give_way, self)):
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


class AsTurns:
    """`core.ports.Background` on threads, where its jobs go before all that others submit to them.

    Args:
        threads: that do them.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    def submit(self, job: Callable[[], T], /) -> Promise[T]:
        """Do this as a turn: nothing that was submitted is before it."""
        return self._threads.take(job, Urgency.VISIBLE)


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
        self._pool = self._new_pool()
        self._wake = wake
        self._lock = threading.Lock()
        self._agenda: Agenda[_Job[object]] = Agenda(n_threads)
        self._under_way: list[_Job[object]] = []

    def take(self, turn: Callable[[], T], urgency: Urgency) -> _Job[T]:
        """Do this as soon as nothing more urgent is to be done."""
        return self._add(_Job(turn, urgency))

    def submit(self, job: Callable[[], T]) -> _Job[T]:
        """Do this when its turn comes, after what is urgent, to which it gives way."""
        return self._add(_Job(job, None, self._give_way))

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
                self._pool = self._new_pool()
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
        """Let those go on that may, and begin the next."""
        with self._lock:
            while (job := self._agenda.begin(time.monotonic())) is not None:
                self._under_way.append(job)
                if job.begin(self._pool):
                    return job
            return None

    def _give_way(self, job: _Job[object]) -> None:
        """Give its thread to turns that wait; return when it is its turn again."""
        with self._lock:
            # An abandoned one has no thread of these any more.
            gives_way = job in self._under_way and self._agenda.pause(job, time.monotonic())
            if not gives_way:
                return
            self._under_way.remove(job)
            wait = job.pause()
        self._begin()
        wait()

    def _new_pool(self) -> ThreadPoolExecutor:
        # A second pass that has given way keeps its thread, which waits.
        return ThreadPoolExecutor(self._n_threads + most_second_passes(self._n_threads), self._name)

    def _ended(self, job: _Job[object]) -> None:
        with self._lock:
            # An abandoned one has been counted as ended.
            if job in self._under_way:
                self._under_way.remove(job)
                self._agenda.end(job)
        self._begin()
        self._wake()
