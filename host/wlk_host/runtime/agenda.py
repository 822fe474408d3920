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


class Waiting(Protocol):
    """A job that waits for a thread."""

    @property
    def urgency(self) -> Urgency | None:
        """Of a session's turn; None for a second pass, which nobody waits for."""
        ...


J = TypeVar("J", bound=Waiting)


@dataclass(order=True, slots=True)
class _Turn(Generic[J]):
    urgency: Urgency
    number: int
    job: J = field(compare=False)


class Agenda(Generic[J]):
    """Turns of sessions, the most urgent first, and second passes, which can wait.

    Of jobs equally urgent, the one that has waited longest is next. Second passes come after turns
    and never take all of several threads: a turn would have to wait for one of them to end, which
    takes many times as long as a step.

    Args:
        n_threads: that do the jobs.
    """

    def __init__(self, n_threads: int) -> None:
        self._turns: list[_Turn[J]] = []
        self._second_passes: deque[tuple[float, J]] = deque()
        self._n_free = n_threads
        self._n_second_passes_free = max(1, n_threads - 1)
        self._number = count()

    def add(self, job: J, now: float) -> None:
        """A job waits from now on, a time in seconds."""
        if job.urgency is None:
            self._second_passes.append((now, job))
        else:
            heappush(self._turns, _Turn(job.urgency, next(self._number), job))

    def begin(self, now: float) -> J | None:
        """The job that a free thread is to do now; None while there is no such thread or job."""
        if self._n_free == 0:
            return None
        if self._is_second_pass_next(now):
            job = self._second_passes.popleft()[1]
            self._n_second_passes_free -= 1
        elif self._turns:
            job = heappop(self._turns).job
        else:
            return None
        self._n_free -= 1
        return job

    def end(self, job: J) -> None:
        """A job that was begun is over."""
        self._n_free += 1
        if job.urgency is None:
            self._n_second_passes_free += 1

    def _is_second_pass_next(self, now: float) -> bool:
        if not self._second_passes or self._n_second_passes_free == 0:
            return False
        return not self._turns or now - self._second_passes[0][0] >= PATIENCE_S
