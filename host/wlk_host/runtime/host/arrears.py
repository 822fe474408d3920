"""Sound that waits for its session's turn, of which the session does not know yet."""

from typing import Final

import msgspec

from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.convert import milliseconds
from wlk_host.protocol.messages import Status
from wlk_host.runtime.host.lateness import LATE_ABOVE

_TOLD_EVERY: Final = 1 * SAMPLE_RATE


class Arrears:
    """Tells a delay while the session itself cannot, because it waits for a turn, or is in one.

    Used by the loop's thread alone.
    """

    def __init__(self) -> None:
        self._received: Sample = 0
        self._fed: Sample = 0
        self._lag: Sample = 0
        self._status: Status | None = None
        self._told_at: Sample | None = None

    @property
    def was_told(self) -> bool:
        """Whether a delay was told that the session's own status has not replaced."""
        return self._told_at is not None

    def told(self, status: Status) -> None:
        """The session has said how it is."""
        self._status, self._told_at = status, None

    def turn_over(self, fed: Sample, lag: Sample) -> None:
        """A turn is over: how much the session was fed in all, and what of it waits."""
        self._fed, self._lag = fed, lag

    def receive(self, length: Sample) -> None:
        """Sound has come."""
        self._received += length

    def due(self) -> Status | None:
        """What is to be told, about once a second of sound; None where none waits for long."""
        waits = self._received - self._fed
        since = None if self._told_at is None else self._received - self._told_at
        if self._status is None or waits <= LATE_ABOVE:
            return None
        if since is not None and since < _TOLD_EVERY:
            return None
        self._told_at = self._received
        lag_ms = milliseconds(self._lag + waits)
        return msgspec.structs.replace(self._status, state="lagging", lag_ms=lag_ms)
