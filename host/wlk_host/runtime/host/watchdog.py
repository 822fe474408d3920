"""Notices work that does not end.

Native code cannot be interrupted. So the session is told and closed, its thread is left alone with
what it does, and another one takes its place. After a few of these the process ends, and the
extension starts it again and goes on with the sessions that are left.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.protocol.constants import ErrorCode
from wlk_host.runtime.logs import log_file
from wlk_host.runtime.ports import Threads, UnderWay
from wlk_host.runtime.stdio import HungError

LOOK_EVERY_S: Final = 5.0
"""How often it looks while something is under way. A look counts no more time than this, so a
machine that slept has not worked all night."""

LEAST_STEP_S: Final = 15.0
MOST_STEP_S: Final = 25.0
"""The extension takes a host for dead that says nothing for 30 s of sound, so it ends here."""

STEPS: Final = 20
"""Between the two, a step may take this many times as long as the slowest one of its session."""

SECOND_PASS_S: Final = 120.0
LOAD_S: Final = 170.0
"""Less than the 3 min of sound for which the extension waits for a model."""

MOST_ABANDONED: Final = 3
"""Threads that are left with work that does not end. One more ends the process."""

Bound: TypeAlias = Callable[[UnderWay], float]
"""For how many seconds a job may be under way."""


class Watchdog:
    """Counts for how long each job has been under way.

    Args:
        now: seconds that pass.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._looked_at = now()
        self._n_abandoned = 0

    def overdue(self, places: Iterable[tuple[Threads, Bound]]) -> list[tuple[Threads, UnderWay]]:
        """The jobs that take too long, each with its threads.

        Args:
            places: all threads that are to be looked at, and how long their jobs may take.
        """
        now = self._now()
        passed, self._looked_at = min(now - self._looked_at, LOOK_EVERY_S), now
        found = []
        for place, bound in places:
            for job in place.under_way():
                job.busy_s += passed
                if job.busy_s > bound(job):
                    found.append((place, job))
        return found

    def abandon(self, place: Threads, job: UnderWay) -> None:
        """Leave a thread with its job.

        Raises:
            HungError: it is one too many.
        """
        place.abandon(job)
        self._n_abandoned += 1
        if self._n_abandoned > MOST_ABANDONED:
            raise HungError


def step_bound(slowest_s: float | None) -> float:
    """How long a turn may take in a session whose slowest one took so long."""
    usual = MOST_STEP_S if slowest_s is None else STEPS * slowest_s
    return min(MOST_STEP_S, max(LEAST_STEP_S, usual))


def load_bound(_: UnderWay) -> float:
    """How long a model may be loaded."""
    return LOAD_S


def hung(job: UnderWay) -> WlkError:
    """What the session is told whose work does not end."""
    return WlkError(
        code=ErrorCode.STEP_HUNG,
        message=f"a piece of sound has been worked on for {job.busy_s:.0f} s and is not done",
        hint="start the captions again; if it happens again, choose a smaller model "
        f"(the log is {log_file()})",
    )


def load_hung() -> WlkError:
    """What a session is told whose model does not come."""
    return WlkError(
        code=ErrorCode.LOAD_HUNG,
        message=f"the model is not loaded after {LOAD_S:.0f} s",
        hint="choose a smaller model, or one on a faster disk; run: wlk-host doctor",
    )
