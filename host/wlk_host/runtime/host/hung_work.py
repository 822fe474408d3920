"""What becomes of sessions whose work does not end."""

import logging
from collections.abc import Callable

from wlk_host.core.errors import WlkError
from wlk_host.runtime.host.failures import Failures
from wlk_host.runtime.host.model_pool import ModelPool
from wlk_host.runtime.host.sessions import Sessions
from wlk_host.runtime.host.watchdog import (
    SECOND_PASS_S,
    Bound,
    Watchdog,
    hung,
    load_bound,
    load_hung,
    step_bound,
)
from wlk_host.runtime.ports import Threads, UnderWay

_log = logging.getLogger(__name__)


class HungWork:
    """Ends each session alone whose work does not end, and remembers it for a while.

    Args:
        threads: of all sessions.
        models: that are loaded on a thread of their own.
        sessions: of the host.
        fail: tells a session's error and closes it.
        now: seconds that pass.
    """

    def __init__(
        self,
        threads: Threads,
        models: ModelPool,
        sessions: Sessions,
        fail: Callable[[str, WlkError], None],
        now: Callable[[], float],
    ) -> None:
        self._threads = threads
        self._models = models
        self._sessions = sessions
        self._fail = fail
        self._watchdog = Watchdog(now)
        self._failures = Failures(now)

    def of(self, session: str) -> WlkError | None:
        """Why a session must not start yet: its work did not end a moment ago."""
        return self._failures.of(session)

    def look(self) -> bool:
        """End what takes too long; returns whether any work is under way.

        Raises:
            HungError: too many threads are lost.
        """
        bounds: dict[Threads, Bound] = {self._threads: self._bound, self._models.thread: load_bound}
        bounds |= {place: self._bound for place, _ in self._sessions.places()}
        for place, job in self._watchdog.overdue(bounds.items()):
            self._give_up(place, job)
        return any(place.under_way() for place in bounds)

    def _bound(self, job: UnderWay) -> float:
        if job.urgency is None:
            return SECOND_PASS_S
        running = self._sessions.running.get(job.owner or "")
        return step_bound(None if running is None else running.slowest_s)

    def _give_up(self, place: Threads, job: UnderWay) -> None:
        """Tell who waits for that job, and leave its thread with it."""
        if place is self._models.thread:
            error = load_hung()
            sessions = self._sessions.waiting_for(self._models.give_up(error))
        else:
            error = hung(job)
            sessions = [job.owner] if job.owner in self._sessions.running else []
        _log.error("%s: a thread is left with what it does", error.code)
        for session in sessions:
            if session is not None:
                self._failures.note(session, error)
                self._fail(session, error)
        self._sessions.leaving.pop(job.owner or "", None)
        self._watchdog.abandon(place, job)
