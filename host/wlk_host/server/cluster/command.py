"""`wlk-host serve --replicas`: from the arguments of the command to replicas that run."""

import argparse
import secrets
from collections.abc import Callable
from dataclasses import replace

from wlk_host.runtime.ports import ModelLoader, Threads
from wlk_host.server.client_secrets import KEY_BYTES
from wlk_host.server.cluster.replica import ReplicaSettings
from wlk_host.server.cluster.replicas import replicas_of
from wlk_host.server.cluster.running import run_cluster
from wlk_host.server.engine import loader_for
from wlk_host.server.serving import announce, prepare, settings_of
from wlk_host.server.tokens import tokens_file


def serve_replicas(
    chosen: argparse.Namespace,
    make_loader: Callable[[Threads], ModelLoader] | None = None,
    upscale_s: float = 10.0,
    downscale_s: float = 300.0,
) -> int:
    """Serve until Ctrl-C; returns the exit code.

    Args:
        chosen: the options of the command line.
        make_loader: of models, in each replica; None: the real one.
        upscale_s: as of `Replicas`.
        downscale_s: as of `Replicas`.

    Raises:
        WlkError: those of `serve`, `replicas_of` and `run_cluster`.
    """
    settings = settings_of(chosen)
    replicas = replicas_of(chosen)
    listener = prepare(settings)
    each = ReplicaSettings(
        settings.offer,
        settings.limits,
        settings.needs_tokens,
        settings.origins,
        settings.takes_pcm,
        replicas.processors,
        make_loader or loader_for(replicas.sessions_of_one(settings.limits)),
        secrets.token_bytes(KEY_BYTES),
        is_here=replicas.cluster is None,
    )
    run_cluster(
        replace(replicas, upscale_s=upscale_s, downscale_s=downscale_s),
        each,
        listener,
        settings.certificate,
        tokens_file() if settings.needs_tokens else None,
        lambda: announce(settings, listener),
    )
    return 0
