"""What holds over all replicas: sessions and sound of each user, tokens, counts. Pure."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.server.limits import Limits
from wlk_host.server.metrics import Counts
from wlk_host.server.tokens import Token

SILENT_S: Final = 15.0
"""A process that has not reported for so long is given up."""

_DAY_S: Final = 86_400
_HOUR: Final = 3600 * SAMPLE_RATE


@dataclass(slots=True)
class _Process:
    """What is known of a replica, or of the process that listens."""

    seen_at: float
    seats: Counter[str] = field(default_factory=Counter)
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Shared:
    """What each process gets for its report.

    Attributes:
        tokens: all of them; None if they cannot be read.
        counts: of all processes.
    """

    tokens: Sequence[Token] | None
    counts: Counts


class Ledger:
    """One for all replicas.

    Args:
        limits: what all of them give together.
        read_tokens: all tokens; None if they cannot be read.
        is_alive: whether a process works, asked before its seats lead to a refusal.
        now: seconds that pass.
        today: seconds since 1970.
    """

    def __init__(
        self,
        limits: Limits,
        read_tokens: Callable[[], Sequence[Token] | None],
        is_alive: Callable[[str], bool],
        now: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._limits = limits
        self._read_tokens = read_tokens
        self._is_alive = is_alive
        self._now = now
        self._today = today
        self._day = 0
        self._lent: Counter[str] = Counter()
        self._processes: dict[str, _Process] = {}
        self._ended = Counts()

    def report(self, name: str, seats: Mapping[str, int], counts: Counts) -> Shared:
        """Hear from a process: the seats that are taken there, and what it has counted."""
        process = self._known(name)
        process.seats, process.counts = Counter(seats), counts
        for other in [n for n, p in self._processes.items() if self._is_silent(p)]:
            self._forget(other)
        total = self._ended
        for one in self._processes.values():
            total = total.plus(one.counts)
        return Shared(self._read_tokens(), total)

    def take_seat(self, name: str, user: str, each: int) -> bool | None:
        """Count one more session of this user in that process.

        Returns:
            True if it was counted; False where the user has all of theirs, None where nobody can
            have more.
        """
        taken = self._taken_or_full(user, each)
        if taken is not True:
            for other in [n for n in self._processes if n != name and not self._is_alive(n)]:
                self._forget(other)
            taken = self._taken_or_full(user, each)
        if taken is True:
            self._known(name).seats[user] += 1
        return taken

    def give_back_seat(self, name: str, user: str) -> None:
        """Count one less."""
        seats = self._known(name).seats
        if seats[user] > 0:
            seats[user] -= 1

    def lend(self, user: str, hours: float, wanted: Sample) -> Sample:
        """Sound that a process may have captioned for this user: as wanted, or what is left."""
        today = int(self._today()) // _DAY_S
        if today != self._day:
            self._day = today
            self._lent.clear()
        lent = max(0, min(wanted, int(hours * _HOUR) - self._lent[user]))
        self._lent[user] += lent
        return lent

    def _known(self, name: str) -> _Process:
        process = self._processes.setdefault(name, _Process(self._now()))
        process.seen_at = self._now()
        return process

    def _is_silent(self, process: _Process) -> bool:
        return self._now() - process.seen_at > SILENT_S

    def _taken_or_full(self, user: str, each: int) -> bool | None:
        taken = sum((process.seats for process in self._processes.values()), Counter[str]())
        if taken.total() >= self._limits.sessions:
            return None
        return taken[user] < each

    def _forget(self, name: str) -> None:
        """Its seats are free. What it has counted remains: totals never shrink."""
        gone = self._processes.pop(name)
        self._ended = self._ended.plus(gone.counts.without_present())
