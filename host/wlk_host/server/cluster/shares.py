"""What a replica takes from the ledger that all replicas share. Knows nothing of Ray."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.server.cluster.ledger import Shared
from wlk_host.server.limits import (
    DailySound,
    Limits,
    Seats,
    User,
    quota_used_up,
    too_many_sessions,
)
from wlk_host.server.metrics import Counts, Metrics, text_of
from wlk_host.server.tokens import Token, Tokens

LENT_AT_ONCE: Final[Sample] = 60 * SAMPLE_RATE
"""Sound that a replica borrows of a user's day. When it ends, what is left of it is lost."""


class Store(Protocol):
    """The ledger, from one process.

    Attributes:
        shared: what came back with the last report.
    """

    shared: Shared

    def take_seat(self, user: str, each: int) -> bool | None:
        """See `Ledger.take_seat`.

        Raises:
            WlkError: `store_gone`.
        """

    def give_back_seat(self, user: str) -> None:
        """See `Ledger.give_back_seat`. Does not wait."""

    def lend(self, user: str, hours: float, wanted: Sample) -> Sample:
        """See `Ledger.lend`.

        Raises:
            WlkError: `store_gone`.
        """


class SharedSeats(Seats):
    """Sessions over all replicas.

    Args:
        limits: as of `Seats`.
        store: counts.
    """

    def __init__(self, limits: Limits, store: Store) -> None:
        super().__init__(limits)
        self._store = store
        self._most = limits.sessions

    def take(self, user: User) -> None:
        """See `Seats`."""
        each = self.each(user)
        taken = self._store.take_seat(user.name, each)
        if taken is None:
            raise too_many_sessions(None, self._most)
        if not taken:
            raise too_many_sessions(user.name, each)
        self._taken[user.name] += 1

    def give_back(self, user: User) -> None:
        """See `Seats`."""
        super().give_back(user)
        self._store.give_back_seat(user.name)


class SharedSound(DailySound):
    """The sound of each user's day over all replicas, borrowed a minute at a time.

    Args:
        usual_hours: as of `DailySound`.
        store: lends.
    """

    def __init__(self, usual_hours: float, store: Store) -> None:
        super().__init__(usual_hours)
        self._store = store
        self._borrowed: Counter[str] = Counter()

    def take(self, user: User, length: Sample) -> None:
        """See `DailySound`."""
        hours = self.hours(user)
        missing = length - self._borrowed[user.name]
        if missing > 0:
            wanted = max(missing, LENT_AT_ONCE)
            self._borrowed[user.name] += self._store.lend(user.name, hours, wanted)
        if self._borrowed[user.name] < length:
            raise quota_used_up(user.name, hours)
        self._borrowed[user.name] -= length


class SharedTokens(Tokens):
    """The tokens of the machine where the ledger is.

    Args:
        store: knows them.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(Path("the ledger"))
        self._store = store

    def all(self) -> Sequence[Token]:
        """See `Tokens`."""
        tokens = self._store.shared.tokens
        if tokens is None:
            raise WlkError(
                "tokens_unreadable",
                "the server's tokens cannot be read",
                "mend the file on the machine that the command runs on",
            )
        return tokens


class SharedMetrics(Metrics):
    """Counts here, and tells what all replicas have counted.

    Args:
        store: adds up.
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def text(self) -> str:
        """See `Metrics`."""
        return text_of(self._store.shared.counts)


NOTHING_YET: Final = Shared((), Counts())
"""What is known before the first report."""
