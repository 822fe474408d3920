"""`wlk-host serve --replicas`: starts Ray Serve, lets connections in, replaces replicas, ends."""

import asyncio
import logging
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import ray
from ray import serve
from ray._private import worker as internals
from ray.exceptions import RayError

from wlk_host.core.errors import WlkError
from wlk_host.server.cluster.door import Door
from wlk_host.server.cluster.here import free_ports
from wlk_host.server.cluster.replica import Replica, ReplicaSettings
from wlk_host.server.cluster.replicas import Replicas
from wlk_host.server.cluster.scaling import by_load
from wlk_host.server.cluster.store import LedgerActor, RayStore
from wlk_host.server.limits import Limits
from wlk_host.server.listener import Certificate
from wlk_host.server.metrics import Metrics

_APP: Final = "wlk"
_STORE_BYTES: Final = 100_000_000
"""Of Ray's object store, which nothing here uses. Less is refused."""

_MORE_CONNECTIONS: Final = 8
"""Of a replica beyond its sessions: for /healthz, /metrics and what is refused."""

_MOST_WAITING: Final = 64
_GRACE_S: Final = 20.0
"""Time that a replica's connections have to end before it does. Their clients resume elsewhere."""

_SURGE: Final = 2
"""While replicas are replaced, there are twice as many."""

_HEALTH_EVERY_S: Final = 5.0
_QUIET: Final = {"log_level": "WARNING", "enable_access_log": False}
"""Tokens can be in addresses."""

_log = logging.getLogger(__name__)


class Cluster:
    """Replicas behind a proxy on 127.0.0.1.

    Args:
        replicas: how many.
        settings: of each.
        tokens: the file; None where none are needed.
    """

    def __init__(self, replicas: Replicas, settings: ReplicaSettings, tokens: Path | None) -> None:
        self._replicas, self._settings, self._tokens = replicas, settings, tokens
        self.ledger: Any = None
        (self.port,) = free_ports(1)

    def start(self) -> None:
        """Start Ray, Ray Serve and the replicas; returns when they work.

        Raises:
            WlkError: `cluster_unreachable`, `cluster_failed`.
        """
        _start_ray(self._replicas.cluster)
        serve.start(
            proxy_location="HeadOnly",
            http_options={"host": "127.0.0.1", "port": self.port},
            logging_config=_QUIET,
        )
        self.ledger = (
            ray.remote(LedgerActor)
            .options(num_cpus=0, max_restarts=-1)
            .remote(self._settings.limits, self._tokens)
        )
        self.update()

    def update(self) -> None:
        """Replace the replicas, each after its successor works.

        Raises:
            WlkError: `cluster_failed`.
        """
        self._settings = replace(self._settings, generation=self._settings.generation + 1)
        try:
            serve.run(self._deployment(), name=_APP, logging_config=_QUIET)
        except (RayError, RuntimeError) as error:
            raise WlkError(
                "cluster_failed",
                f"the replicas do not start: {error}",
                "try without --replicas; the reason is in the log of wlk-host",
            ) from error

    def stop(self) -> None:
        """End all of it."""
        if self._replicas.cluster is not None and ray.is_initialized():
            serve.shutdown()
        ray.shutdown()

    def _deployment(self) -> serve.Application:
        replicas, limits = self._replicas, self._settings.limits
        most = replicas.sessions_of_one(limits)
        return serve.deployment(
            serve.ingress()(Replica),
            name="captions",
            autoscaling_config={
                "min_replicas": replicas.fewest,
                "initial_replicas": replicas.fewest,
                "max_replicas": replicas.most,
                "target_ongoing_requests": most,
                "upscale_delay_s": replicas.upscale_s,
                "downscale_delay_s": replicas.downscale_s,
                "look_back_period_s": 15.0,
                "policy": {"policy_function": by_load},
            },
            max_ongoing_requests=most + _MORE_CONNECTIONS,
            max_queued_requests=_MOST_WAITING,
            max_surge_percent=100,
            health_check_period_s=_HEALTH_EVERY_S,
            graceful_shutdown_timeout_s=_GRACE_S,
            graceful_shutdown_wait_loop_s=1.0,
            ray_actor_options={
                "num_cpus": replicas.processors,
                "num_gpus": replicas.cards,
            },
            logging_config=_QUIET,
        ).bind(self._settings, self.ledger)


def run_cluster(
    replicas: Replicas,
    settings: ReplicaSettings,
    listener: socket.socket,
    certificate: Certificate | None,
    tokens: Path | None,
    ready: Callable[[], None],
) -> None:
    """Serve on this socket until the process is asked to end; SIGHUP replaces the replicas."""
    cluster = Cluster(replicas, settings, tokens)
    try:
        cluster.start()
        ready()
        asyncio.run(_let_in(cluster, settings.limits, listener, certificate))
    finally:
        cluster.stop()


async def _let_in(
    cluster: Cluster, limits: Limits, listener: socket.socket, certificate: Certificate | None
) -> None:
    metrics = Metrics()
    store = RayStore(cluster.ledger, "door", None)
    store.start(dict, lambda: replace(metrics.counts(), replicas=0))
    ended = asyncio.Event()
    asked: queue.SimpleQueue[None] = queue.SimpleQueue()
    threading.Thread(target=_update_on, args=(cluster, asked), name="update", daemon=True).start()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    loop.add_signal_handler(signal.SIGHUP, asked.put, None)
    door = Door(cluster.port, limits, metrics, certificate)
    await door.open(listener)
    try:
        await ended.wait()
    finally:
        await door.close()
        await asyncio.to_thread(store.stop)


def _update_on(cluster: Cluster, asked: "queue.SimpleQueue[None]") -> None:
    """Replace the replicas whenever that is asked. The command does not wait for it to end."""
    while True:
        asked.get()
        try:
            cluster.update()
        except WlkError as error:
            _log.warning("%s", error)


def _start_ray(cluster: str | None) -> None:
    try:
        if cluster is None:
            ray.init(
                address="local",
                num_cpus=_SURGE * (os.cpu_count() or 1),
                include_dashboard=False,
                object_store_memory=_STORE_BYTES,
                log_to_driver=False,
                logging_level=logging.WARNING,
                _node_ip_address="127.0.0.1",  # With the variables of `here.py` it stays so.
            )
            _end_what_nobody_needs()
        else:
            ray.init(address=cluster, log_to_driver=False, logging_level=logging.WARNING)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise WlkError(
            "cluster_unreachable",
            f"Ray does not start, or there is no cluster at {cluster or 'this machine'}: {error}",
            "start one (ray start --head), or leave --ray out",
        ) from error


def _end_what_nobody_needs() -> None:
    """End what Ray starts for its dashboard, for logs in the terminal and for renting machines.

    It has no setting for that. The three took a sixth of the processor time beside the replicas.
    """
    node = internals.global_worker.node
    for end in (node.kill_log_monitor, node.kill_dashboard, node.kill_monitor):
        end(check_alive=False)
