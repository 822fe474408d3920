"""`wlk-host serve --replicas`: from the arguments of the command to replicas that run."""

import argparse
import os
import re

from wlk_host.core.errors import WlkError
from wlk_host.server.cluster.replica import ReplicaSettings
from wlk_host.server.cluster.running import Replicas, run_cluster
from wlk_host.server.serving import announce, prepare, settings_of
from wlk_host.server.tokens import tokens_file


def serve_replicas(chosen: argparse.Namespace) -> int:
    """Serve until Ctrl-C; returns the exit code.

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
    )
    run_cluster(
        replicas,
        each,
        listener,
        settings.certificate,
        tokens_file() if settings.needs_tokens else None,
        lambda: announce(settings, listener),
    )
    return 0


def replicas_of(chosen: argparse.Namespace) -> Replicas:
    """The replicas of a command line.

    Raises:
        WlkError: `option_invalid`.
    """
    found = re.fullmatch(r"([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?", chosen.replicas)
    fewest = int(found[1]) if found else 0
    most = int(found[2] or fewest) if found else 0
    if not fewest or most < fewest:
        raise WlkError(
            "option_invalid",
            f"got --replicas {chosen.replicas}, expected a number, or two such as 1-4",
            "give how many engines there should be",
        )
    processors = chosen.cpus_each or max(0.1, (os.cpu_count() or 1) / most)
    return Replicas(fewest, most, processors, chosen.gpus_each, chosen.ray)
