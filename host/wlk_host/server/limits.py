"""How much the server gives, in all and to each user."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample

_DAY_S: Final = 86_400
_HOUR: Final = 3600 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for all users whose tokens say nothing else.

    Attributes:
        sessions: open at the same time, in all.
        sessions_each: of one user.
        hours_a_day: of sound of one user, by the days of UTC.
        connects_a_minute: of one address.
        connections: open at the same time, in all.
        message_bytes: of one message on a WebSocket.
        upload_bytes: of one request.
    """

    sessions: int = 8
    sessions_each: int = 4
    hours_a_day: float = 24.0
    connects_a_minute: int = 120
    connections: int = 256
    message_bytes: int = 1 << 20
    upload_bytes: int = 100 << 20


@dataclass(frozen=True, slots=True)
class User:
    """Who a token belongs to.

    Attributes:
        name: as the administrator calls them; the same for all where no tokens are needed.
        sessions: as `Limits.sessions_each`; None for the server's.
        hours_a_day: as `Limits.hours_a_day`; None for the server's.
    """

    name: str
    sessions: int | None = None
    hours_a_day: float | None = None


class DailySound:
    """Counts the sound that each user has had captioned today.

    Args:
        usual_hours: of a user for whom nothing else was said.
        now: seconds since 1970.
    """

    def __init__(self, usual_hours: float, now: Callable[[], float] = time.time) -> None:
        self._usual_hours = usual_hours
        self._now = now
        self._day = 0
        self._heard: dict[str, Sample] = {}

    def take(self, user: User, length: Sample) -> None:
        """Count so much sound.

        Raises:
            WlkError: `quota_used_up`; it was not counted.
        """
        today = int(self._now()) // _DAY_S
        if today != self._day:
            self._day, self._heard = today, {}
        hours = self.hours(user)
        heard = self._heard.get(user.name, 0) + length
        if heard > hours * _HOUR:
            raise quota_used_up(user.name, hours)
        self._heard[user.name] = heard

    def hours(self, user: User) -> float:
        """What this user may have in a day."""
        return self._usual_hours if user.hours_a_day is None else user.hours_a_day


def quota_used_up(user: str, hours: float) -> WlkError:
    """The refusal of more sound of this user today."""
    return WlkError(
        "quota_used_up",
        f"got more than {hours:g} h of sound today, which is the most for {user}",
        "go on after midnight (UTC), or ask for a larger quota (--hours-a-day)",
    )


class Seats:
    """Counts the sessions that are open, in all and of each user.

    Args:
        limits: how many there may be.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> Mapping[str, int]:
        """Sessions of each user who has any."""
        return self._taken

    def take(self, user: User) -> None:
        """Count one more.

        Raises:
            WlkError: `sessions_too_many`; it was not counted.
        """
        if self._taken.total() >= self._limits.sessions:
            raise too_many_sessions(None, self._limits.sessions)
        each = self.each(user)
        if self._taken[user.name] >= each:
            raise too_many_sessions(user.name, each)
        self._taken[user.name] += 1

    def give_back(self, user: User) -> None:
        """Count one less."""
        self._taken[user.name] -= 1
        self._taken = +self._taken

    def each(self, user: User) -> int:
        """How many this user may have."""
        return self._limits.sessions_each if user.sessions is None else user.sessions


def too_many_sessions(user: str | None, most: int) -> WlkError:
    """The refusal of one more: of this user; of anybody if None."""
    return WlkError(
        "sessions_too_many",
        f"{most} sessions are open, which is the most of this server"
        if user is None
        else f"{most} sessions of {user} are open, which is the most",
        "stop another session first, or raise the server's limit",
    )


class ConnectRate:
    """Limits how often each address connects: so many at once, which come back within a minute.

    Args:
        most: connections a minute.
        now: seconds that pass.
    """

    _MOST_ADDRESSES: Final = 4096
    """Remembered at a time. Whoever is forgotten begins anew."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Whether this address may connect once more, now."""
        now = self._now()
        left, since = self._left.pop(address, (float(self._most), now))
        left = min(float(self._most), left + (now - since) * self._most / 60)
        allowed = left >= 1
        self._left[address] = (left - allowed, now)
        while len(self._left) > self._MOST_ADDRESSES:
            self._left.popitem(last=False)
        return allowed


class ByteRate:
    """How fast one socket is read: so much at once, and so much a second from then on.

    Args:
        burst: bytes at once.
        rate: bytes a second.
        now: seconds that pass.
    """

    def __init__(
        self, burst: float, rate: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._rate, self._now = burst, rate, now
        self._left = burst
        self._since = now()

    def wait_s(self, n_bytes: int) -> float:
        """Seconds to wait after so many bytes came, before more are read."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._since) * self._rate) - n_bytes
        self._since = now
        return max(0.0, -self._left / self._rate)
