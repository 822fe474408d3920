"""One client of the engine: a pair of queues between the network's thread and the engine's."""

import asyncio
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.messages import ToExtension, ToHost
from wlk_host.runtime.stdio import Signal
from wlk_host.server.limits import User

MOST_UNTAKEN: Final = 8
"""Messages of one client that wait for the engine. Then its socket is not read any more."""

MOST_UNREAD: Final = 2000
"""Messages that wait for a client that does not read. Then it is given up."""


LOOK_EVERY_S: Final = 10.0
"""How often it is looked up whether a token is still good, while its client speaks."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The engine has heard a session's sound up to a sample, and sent what it said of it."""

    session: str
    heard_until: Sample
    lag: Sample


@dataclass(frozen=True, slots=True)
class Letter:
    """What a client says. A payload of None is its last word: it is gone."""

    client: "Client"
    payload: "bytes | ToHost | Sound | None"


Heard: TypeAlias = ToExtension | Turned
Inbox: TypeAlias = "queue.Queue[Letter | Signal | None]"


class Client:
    """Says and hears. Made on the network's thread, in its running event loop.

    Attributes:
        number: no other client has it.
        user: whose token it came with.
        refused: why the server has ended it; None if it has not.

    Args:
        number: as above.
        user: as above.
        inbox: of the engine.
        paced: whether it is told about turns (`Turned`).
        is_welcome: whether its token is still good.
        now: seconds that pass.
    """

    def __init__(
        self,
        number: int,
        user: User,
        inbox: Inbox,
        *,
        paced: bool = False,
        is_welcome: Callable[[], bool] = lambda: True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self.user = user
        self.refused: WlkError | None = None
        self._is_welcome = is_welcome
        self._now = now
        self._looked_at = now()
        self._paced = paced
        self._inbox = inbox
        self._loop = asyncio.get_running_loop()
        self._free = asyncio.Semaphore(MOST_UNTAKEN)
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._has_left = False

    async def say(self, payload: bytes | ToHost | Sound) -> None:
        """Give it to the engine; waits while the engine has much from this client."""
        self._look()
        await self._free.acquire()
        if self._has_left:
            self._free.release()
        else:
            self._inbox.put(Letter(self, payload))

    async def heard(self) -> Heard | None:
        """What the engine says next; None once the client has left or is too slow."""
        return await self._heard.get()

    def leave(self) -> None:
        """End what it began. A second call does nothing."""
        if not self._has_left:
            self._has_left = True
            self._inbox.put(Letter(self, None))
            self._heard.put_nowait(None)

    # On the engine's thread

    def taken(self) -> None:
        """A letter of it was taken."""
        self._tell(self._free.release)

    def hear(self, message: Heard) -> None:
        """Tell it this."""
        if self._paced or not isinstance(message, Turned):
            self._tell(lambda: self._put(message))

    def _put(self, message: Heard) -> None:
        if self._heard.qsize() >= MOST_UNREAD:
            self._refuse(_too_slow())
        elif not self._has_left:
            self._heard.put_nowait(message)

    def _look(self) -> None:
        """End what it began, if its token was revoked meanwhile, or has expired."""
        now = self._now()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            if not self._is_welcome():
                self._refuse(no_longer_welcome())

    def _refuse(self, error: WlkError) -> None:
        if not self._has_left:
            self.refused = error
            self.leave()

    def _tell(self, do: Callable[[], None]) -> None:
        # The network can end before the engine.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(do)


def _too_slow() -> WlkError:
    return WlkError(
        "client_slow",
        f"{MOST_UNREAD} messages wait that the client does not read",
        "connect again, resume, and read what the server sends",
    )


def no_longer_welcome() -> WlkError:
    """Why the server ends what a token began."""
    return WlkError(
        "token_refused",
        "the token was revoked, or has expired",
        "ask the server's administrator for a new one (wlk-host serve token add NAME)",
    )
