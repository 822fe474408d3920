"""Which of the jobs that wait for a thread is next."""

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Final, Generic, Protocol, TypeVar

from wlk_host.runtime.ports import Urgency

PATIENCE_S: Final = 8.0
"""A second pass that has waited this long goes before turns. Otherwise a machine just quick enough
for the first pass would never make a line final."""

GIVES_WAY_S: Final = 2 * PATIENCE_S
"""Until then, from when it was asked for, a second pass under way stops for turns that wait."""


class Waiting(Protocol):
    """A job that waits for a thread."""

    @property
    def urgency(self) -> Urgency | None:
        """Of a session's turn; None for a second pass, which nobody waits for."""
        ...


J = TypeVar("J", bound=Waiting)


@dataclass(eq=False, slots=True)
class _SecondPass(Generic[J]):
    since: float
    """When it was asked for."""

    job: J


@dataclass(order=True, slots=True)
class _Turn(Generic[J]):
    urgency: Urgency
    number: int
    job: J = field(compare=False)


class Agenda(Generic[J]):
    """Turns of sessions, the most urgent first, and second passes, which can wait.

    Of jobs equally urgent, the one that has waited longest is next. Second passes come after turns
    and never take all of several threads: a turn would have to wait for one of them to give way,
    which can take longer than a step. One that has been begun goes on before another begins.

    Args:
        n_threads: that do the jobs.
    """

    def __init__(self, n_threads: int) -> None:
        self._turns: list[_Turn[J]] = []
        self._second_passes: deque[_SecondPass[J]] = deque()
        self._begun: list[_SecondPass[J]] = []
        self._paused: deque[_SecondPass[J]] = deque()
        self._n_free = n_threads
        self._most_second_passes = most_second_passes(n_threads)
        self._number = count()

    def add(self, job: J, now: float) -> None:
        """A job waits from now on, a time in seconds."""
        if job.urgency is None:
            self._second_passes.append(_SecondPass(now, job))
        else:
            heappush(self._turns, _Turn(job.urgency, next(self._number), job))

    def begin(self, now: float) -> J | None:
        """The job that a free thread is to do or go on with; None while there is none."""
        if self._n_free == 0:
            return None
        if second_pass := self._next_second_pass(now):
            self._begun.append(second_pass)
            job = second_pass.job
        elif self._turns:
            job = heappop(self._turns).job
        else:
            return None
        self._n_free -= 1
        return job

    def pause(self, job: J, now: float) -> bool:
        """Whether a second pass under way gives its thread to a turn; `begin` has it go on."""
        second_pass = self._of(job)
        if not self._turns or now - second_pass.since >= GIVES_WAY_S:
            return False
        self._begun.remove(second_pass)
        self._paused.append(second_pass)
        self._n_free += 1
        return True

    def end(self, job: J) -> None:
        """A job that was begun is over."""
        self._n_free += 1
        if job.urgency is None:
            self._begun.remove(self._of(job))

    def _of(self, job: J) -> "_SecondPass[J]":
        return next(one for one in self._begun if one.job is job)

    def _next_second_pass(self, now: float) -> "_SecondPass[J] | None":
        """The one that is before all turns, taken out of those that wait."""
        if self._paused:
            waiting, patience = self._paused, GIVES_WAY_S
        elif self._second_passes and len(self._begun) < self._most_second_passes:
            waiting, patience = self._second_passes, PATIENCE_S
        else:
            return None
        is_next = not self._turns or now - waiting[0].since >= patience
        return waiting.popleft() if is_next else None


def most_second_passes(n_threads: int) -> int:
    """How many of them may be begun at a time, paused ones included."""
    return max(1, n_threads - 1)
