"""The engine: one host loop on a thread of its own, for all clients."""

import logging
import os
import queue
import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Final, NoReturn

from wlk_host.protocol.health import Health
from wlk_host.protocol.messages import ToModels
from wlk_host.runtime.host.loop import HostLoop, Wake, threads_of_sessions
from wlk_host.runtime.host.main import default_loader
from wlk_host.runtime.ports import ModelLoader, Threads
from wlk_host.runtime.stdio import (
    HUNG_EXIT_CODE,
    MEMORY_EXIT_CODE,
    HungError,
    MemoryFullError,
)
from wlk_host.server.clients import Client, Inbox
from wlk_host.server.limits import DailySound, Limits, Seats, User
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer
from wlk_host.server.switchboard import Switchboard

_GRACE_S: Final = 10.0
"""Time that open sessions have to end when the server stops."""

FEWEST_TOGETHER: Final = 2
"""Sessions from which on a graphics card computes for all of them at once. One alone loses nothing
by it, and gains nothing; two take as long as one (`tests/bench/RESULTS.md`)."""

_log = logging.getLogger(__name__)


def loader_for(sessions: int) -> Callable[[Threads], ModelLoader]:
    """What loads the models of an engine with at most so many sessions at the same time."""
    return partial(default_loader, together=sessions >= FEWEST_TOGETHER)


class Engine:
    """Serves clients until it is closed.

    Args:
        make_loader: of models.
        offer: what clients may ask for.
        limits: how much of it.
        metrics: counts.
        make_threads: where sessions take their turns.
        sound: what each user had captioned today; None: counted here.
        seats: the sessions that are open; None: counted here.
    """

    def __init__(
        self,
        make_loader: Callable[[Threads], ModelLoader],
        offer: Offer,
        limits: Limits,
        metrics: Metrics,
        make_threads: Callable[[Wake], Threads] = threads_of_sessions,
        sound: DailySound | None = None,
        seats: Seats | None = None,
    ) -> None:
        self.inbox: Inbox = queue.Queue()
        self._numbers = count(1)
        switchboard = Switchboard(offer, limits, metrics, sound, seats)
        self._loop = HostLoop(
            self.inbox, switchboard.send, switchboard, make_loader, _nobody_asks,
            make_threads=make_threads,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def client(
        self, user: User, is_welcome: Callable[[], bool] = lambda: True, *, paced: bool = False
    ) -> Client:
        """A new client, on the network's thread; see `Client`."""
        number = next(self._numbers)
        return Client(number, user, self.inbox, paced=paced, is_welcome=is_welcome)

    def close(self) -> None:
        """Let the sessions end, but not for long."""
        self.inbox.put(None)
        self._thread.join(_GRACE_S)

    def _run(self) -> None:
        try:
            self._loop.run()
        except HungError:
            _log.critical("leaving, because too much work does not end")
            os._exit(HUNG_EXIT_CODE)
        except MemoryFullError:
            _log.critical("leaving, because there is no memory left")
            os._exit(MEMORY_EXIT_CODE)


def _nobody_asks(request: ToModels | Health) -> NoReturn:
    raise AssertionError(f"got {request}, which the switchboard refuses")
