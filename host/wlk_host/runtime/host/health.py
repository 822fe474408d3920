"""Counts how the host is: lag, sound left out, memory and errors, minute by minute."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from wlk_host.protocol.health import (
    MOST_CODES,
    MOST_MINUTES,
    Failure,
    Minute,
    Run,
    RunState,
)
from wlk_host.protocol.messages import Error, Status, ToExtension
from wlk_host.protocol.problem import Problem
from wlk_host.runtime.host.memory import resident_mb
from wlk_host.version import __version__

_MINUTE_S: Final = 60


class HealthLog:
    """Hears what the host tells the extension, and keeps numbers and codes of it. Thread-safe.

    Args:
        write: takes what is known, once a minute at most while there is news, and at the end.
        now: seconds since 1970.
        memory_mb: of this process now.
    """

    def __init__(
        self,
        write: Callable[[Run], None],
        now: Callable[[], float] = time.time,
        memory_mb: Callable[[], int | None] = resident_mb,
    ) -> None:
        self._write = write
        self._now = now
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._began: int | None = None
        self._written: float | None = None
        self._minutes: deque[Minute] = deque(maxlen=MOST_MINUTES)
        self._failures: dict[str, Failure] = {}
        self._skipped: dict[str, int] = {}
        self._problems: dict[str, set[str]] = {}
        self._state: RunState = "running"

    def note(self, message: ToExtension) -> None:
        """The host says this to the extension. Only states and errors count."""
        if not isinstance(message, Status | Error):
            return
        with self._lock:
            now = self._now()
            if self._began is None:
                self._began = int(now)
            if isinstance(message, Status):
                self._note_status(message, now)
            else:
                self._fail(message.code, now)
                self._forget(message.session)
            if self._written is None or not 0 <= now - self._written < _MINUTE_S:
                self._written = now
                self._write(self._run(now))

    def end(self, state: RunState) -> None:
        """Write what there is. A host that never had a session leaves nothing."""
        with self._lock:
            if self._began is None:
                return
            self._state = state
            self._write(self._run(self._now()))

    def run(self) -> Run | None:
        """What is known; None where there was nothing yet."""
        with self._lock:
            return None if self._began is None else self._run(self._now())

    def _run(self, now: float) -> Run:
        return Run(
            host=__version__,
            began=self._began or 0,
            process=os.getpid(),
            until=int(now),
            state=self._state,
            minutes=tuple(self._minutes),
            failures=tuple(self._failures.values()),
        )

    def _note_status(self, status: Status, now: float) -> None:
        name = status.session
        before = self._skipped.get(name, 0)
        self._skipped[name] = status.skipped_ms
        self._count(now, status.lag_ms, max(0, status.skipped_ms - before))
        codes = _codes(status.model_problem, status.translation_problem)
        for code in sorted(codes - self._problems.get(name, set())):
            self._fail(code, now)
        self._problems[name] = codes
        if status.state == "ended":
            self._forget(name)

    def _count(self, now: float, lag_ms: int, skipped_ms: int) -> None:
        at = int(now) // _MINUTE_S * _MINUTE_S
        minute = Minute(at, 0, 0, 0, self._memory_mb())
        if self._minutes and self._minutes[-1].at == at:
            minute = self._minutes.pop()
        self._minutes.append(
            Minute(
                at,
                max(minute.sessions, len(self._skipped)),
                max(minute.lag_ms, lag_ms),
                minute.skipped_ms + skipped_ms,
                minute.memory_mb,
            )
        )

    def _fail(self, code: str, now: float) -> None:
        before = self._failures.pop(code, None)
        count = 1 if before is None else before.count + 1
        self._failures[code] = Failure(code, count, int(now))
        while len(self._failures) > MOST_CODES:
            del self._failures[next(iter(self._failures))]

    def _forget(self, session: str | None) -> None:
        if session is not None:
            self._skipped.pop(session, None)
            self._problems.pop(session, None)


def _codes(*problems: Problem | None) -> set[str]:
    return {problem.code for problem in problems if problem is not None}
