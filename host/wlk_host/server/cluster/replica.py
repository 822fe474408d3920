"""A replica: an engine with models of its own, behind the routes of the server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import ray
from ray.serve._private import replica as internals
from starlette.types import ASGIApp

from wlk_host.runtime import logs
from wlk_host.runtime.ports import ModelLoader, Threads
from wlk_host.server.access import Access
from wlk_host.server.app import application
from wlk_host.server.client_secrets import ClientSecrets
from wlk_host.server.cluster.scaling import BUSY, Busy
from wlk_host.server.cluster.shares import SharedMetrics, SharedSeats, SharedSound, SharedTokens
from wlk_host.server.cluster.store import RayStore
from wlk_host.server.engine import Engine
from wlk_host.server.limits import Limits
from wlk_host.server.offer import Offer
from wlk_host.server.service import Service

_DECODERS = 8


@dataclass(frozen=True, slots=True)
class ReplicaSettings:
    """What each replica serves, and how.

    Attributes:
        needs_tokens: as of `Settings`.
        origins: as of `Settings`.
        takes_pcm: as of `Settings`.
        processors: that it may use.
        make_loader: of models.
        key: of client secrets, the same for all replicas.
        is_here: whether all replicas are on this machine.
        generation: another one replaces the replicas, one after the other.
    """

    offer: Offer
    limits: Limits
    needs_tokens: bool
    origins: frozenset[str]
    takes_pcm: bool
    processors: float
    make_loader: Callable[[Threads], ModelLoader]
    key: bytes = field(repr=False)
    is_here: bool = True
    generation: int = 0


class EngineEndedError(Exception):
    """The engine has stopped, so Ray Serve replaces the replica."""


class Replica:
    """What Ray Serve runs; it asks for the application, for health and for load.

    Args:
        settings: as above.
        ledger: the actor of `LedgerActor`.
    """

    def __init__(self, settings: ReplicaSettings, ledger: Any) -> None:
        logs.configure(["serve", "replica"])
        if settings.is_here:
            _listen_here()
        context = ray.get_runtime_context()
        name = str(context.get_actor_id())
        self._store = RayStore(ledger, name, context.current_actor)
        seats = SharedSeats(settings.limits, self._store)
        self._metrics = metrics = SharedMetrics(self._store)
        sound = SharedSound(settings.limits.hours_a_day, self._store)
        self._engine = Engine(
            settings.make_loader, settings.offer, settings.limits, metrics, sound=sound, seats=seats
        )
        tokens = SharedTokens(self._store) if settings.needs_tokens else None
        self._service = Service(
            self._engine,
            Access(tokens, settings.origins),
            settings.limits,
            settings.offer,
            metrics,
            ThreadPoolExecutor(_DECODERS, "decoder"),
            ClientSecrets(settings.key, tokens),
            settings.takes_pcm,
        )
        self._busy = Busy(settings.processors)
        self._store.start(lambda: seats.taken, metrics.counts)
        self._engine.start()

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """See `serve.ingress`."""
        return application(self._service)

    def check_health(self) -> None:
        """See Ray Serve.

        Raises:
            EngineEndedError: it has.
        """
        if not self._engine.is_alive:
            raise EngineEndedError

    def record_autoscaling_stats(self) -> dict[str, float]:
        """See Ray Serve: what `scaling.by_load` gets."""
        return {BUSY: self._busy.since_last(self._metrics.counts())}


def _listen_here() -> None:
    """Let the replica listen on 127.0.0.1 for what other parts of Ray Serve ask of it.

    Ray Serve 2.60 opens a port on every address for it, whatever the node's own address is. It
    does so after the deployment's constructor, in the same process.
    """
    add_port = internals.add_port_to_grpc_server
    internals.add_port_to_grpc_server = lambda server, _address: add_port(server, "127.0.0.1:0")
