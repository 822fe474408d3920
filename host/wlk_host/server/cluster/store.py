"""The ledger as an actor of Ray, and each process's way to it."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import ray
from ray.exceptions import GetTimeoutError, RayError

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.server.cluster.ledger import Ledger, Shared
from wlk_host.server.cluster.shares import NOTHING_YET
from wlk_host.server.limits import Limits
from wlk_host.server.metrics import Counts
from wlk_host.server.tokens import Token, Tokens

REPORT_EVERY_S: Final = 3.0

_WITHIN_S: Final = 5.0
"""What the engine waits for the ledger. It answers within milliseconds."""

_ALIVE_WITHIN_S: Final = 1.0

_log = logging.getLogger(__name__)


class LedgerActor:
    """`Ledger`, in a process of its own on the machine that the command runs on.

    Args:
        limits: as of `Ledger`.
        tokens: the file; None where none are needed.
    """

    def __init__(self, limits: Limits, tokens: Path | None) -> None:
        self._replicas: dict[str, Any] = {}
        self._tokens = None if tokens is None else Tokens(tokens)
        self._ledger = Ledger(limits, self._all_tokens, self._is_alive)

    def report(self, name: str, replica: Any, seats: Mapping[str, int], counts: Counts) -> Shared:
        """See `Ledger.report`; `replica` is the reporting actor, or None."""
        if replica is not None:
            self._replicas[name] = replica
        return self._ledger.report(name, seats, counts)

    def take_seat(self, name: str, user: str, each: int) -> bool | None:
        """See `Ledger`."""
        return self._ledger.take_seat(name, user, each)

    def give_back_seat(self, name: str, user: str) -> None:
        """See `Ledger`."""
        self._ledger.give_back_seat(name, user)

    def lend(self, user: str, hours: float, wanted: Sample) -> Sample:
        """See `Ledger`."""
        return self._ledger.lend(user, hours, wanted)

    def _all_tokens(self) -> Sequence[Token] | None:
        if self._tokens is None:
            return ()
        try:
            return self._tokens.all()
        except WlkError:
            _log.exception("the tokens cannot be read")
            return None

    def _is_alive(self, name: str) -> bool:
        replica = self._replicas.get(name)
        if replica is None:
            return True
        try:
            ray.get(replica.__ray_ready__.remote(), timeout=_ALIVE_WITHIN_S)
        except GetTimeoutError:
            return True  # Busy, which is not dead.
        except RayError:
            del self._replicas[name]
            return False
        return True


class RayStore:
    """`Store` of one process. Reports all the time, from a thread of its own.

    Args:
        ledger: the actor.
        name: of this process; no other has it.
        replica: the actor that this process is; None for the one that listens.
    """

    def __init__(self, ledger: Any, name: str, replica: Any) -> None:
        self.shared = NOTHING_YET
        self._ledger, self._name, self._replica = ledger, name, replica
        self._seats: Callable[[], Mapping[str, int]] = dict
        self._counts: Callable[[], Counts] = Counts
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._report_on, name="ledger", daemon=True)

    def start(self, seats: Callable[[], Mapping[str, int]], counts: Callable[[], Counts]) -> None:
        """Report, then go on to do so.

        Args:
            seats: taken here.
            counts: of this process.

        Raises:
            WlkError: `store_gone`.
        """
        self._seats, self._counts = seats, counts
        self._report()
        self._thread.start()

    def stop(self) -> None:
        """Report no more."""
        self._ended.set()
        self._thread.join(_WITHIN_S + REPORT_EVERY_S)

    def take_seat(self, user: str, each: int) -> bool | None:
        """See `Store`."""
        taken: bool | None = self._ask(self._ledger.take_seat.remote(self._name, user, each))
        return taken

    def give_back_seat(self, user: str) -> None:
        """See `Store`."""
        self._ledger.give_back_seat.remote(self._name, user)

    def lend(self, user: str, hours: float, wanted: Sample) -> Sample:
        """See `Store`."""
        lent: Sample = self._ask(self._ledger.lend.remote(user, hours, wanted))
        return lent

    def _report_on(self) -> None:
        while not self._ended.wait(REPORT_EVERY_S):
            try:
                self._report()
            except WlkError as error:
                _log.warning("%s", error)

    def _report(self) -> None:
        seats, counts = dict(self._seats()), self._counts()
        self.shared = self._ask(
            self._ledger.report.remote(self._name, self._replica, seats, counts)
        )

    def _ask(self, answer: Any) -> Any:
        began = time.monotonic()
        try:
            return ray.get(answer, timeout=_WITHIN_S)
        except RayError as error:
            raise WlkError(
                "store_gone",
                f"the process that counts for all replicas did not answer within "
                f"{time.monotonic() - began:.1f} s: {error}",
                "connect again; if that does not help, start the server again",
            ) from error
