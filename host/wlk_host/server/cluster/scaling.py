"""How many replicas there should be. Pure; Ray Serve applies delays and bounds."""

import math
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from wlk_host.server.metrics import Counts

BUSY: Final = "busy"
"""The name under which a replica reports how busy its engine is."""

FULL: Final = 0.8
"""A replica that is busier than this has no room for another session."""

EASY: Final = 0.6
"""One fewer replica must not be busier than this."""


def replicas_wanted(
    busy: Iterable[float], current: int, connections: float, most_connections: int
) -> int:
    """How many replicas this work needs.

    Args:
        busy: of each replica, the share of its processors that is used; 1 where turns are late.
        current: replicas now.
        connections: of all replicas, and those that wait for one.
        most_connections: of one replica.
    """
    total = sum(busy)
    needed = current
    if total > FULL * current:
        needed = math.ceil(total / FULL)
    elif current > 1 and total <= EASY * (current - 1):
        needed = max(1, math.ceil(total / EASY))
    return max(needed, math.ceil(connections / most_connections))


class Busy:
    """How busy an engine is, between two calls.

    Args:
        processors: that the replica may use.
        used: seconds of processor time of this process.
        now: seconds that pass.
    """

    def __init__(
        self,
        processors: float,
        used: Callable[[], float] = time.process_time,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._processors, self._used, self._now = processors, used, now
        self._before = (used(), now(), Counts())

    def since_last(self, counts: Counts) -> float:
        """The share of the processors that was used; that of late turns, if it is more."""
        used, now, before = self._before
        self._before = (self._used(), self._now(), counts)
        passed = max(self._before[1] - now, 1e-3)
        turns = counts.turns - before.turns
        late = (counts.late_turns - before.late_turns) / turns if turns > 0 else 0.0
        return min(1.0, max((self._before[0] - used) / passed / self._processors, late))


def by_load(context: Any) -> tuple[int, dict[str, Any]]:
    """A policy of Ray Serve (`AutoscalingConfig.policy`), for its `AutoscalingContext`."""
    busy = (context.aggregated_metrics or {}).get(BUSY, {}).values()
    wanted = replicas_wanted(
        busy,
        context.current_num_replicas,
        context.total_num_requests,
        int(context.config.target_ongoing_requests),
    )
    return wanted, {}
