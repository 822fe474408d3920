"""How many engines the options of the command line ask for. Knows nothing of Ray."""

import argparse
import os
import re
from dataclasses import dataclass

from wlk_host.core.errors import WlkError
from wlk_host.server.limits import Limits


@dataclass(frozen=True, slots=True)
class Replicas:
    """How many engines, and where.

    Attributes:
        fewest: that are kept.
        most: that are started when there is much to do.
        processors: cores of each.
        cards: GPUs of each; a part of one is allowed.
        cluster: the address of a Ray cluster that runs; None: this machine alone.
        upscale_s: seconds of much work before another replica starts.
        downscale_s: seconds of little work before one ends.
    """

    fewest: int
    most: int
    processors: float
    cards: float = 0.0
    cluster: str | None = None
    upscale_s: float = 10.0
    downscale_s: float = 300.0

    def sessions_of_one(self, limits: Limits) -> int:
        """Sessions of one replica, so that all of them have what the server gives in all."""
        return max(1, -(-limits.sessions // self.most))


def replicas_of(chosen: argparse.Namespace) -> Replicas:
    """The replicas of a command line.

    Raises:
        WlkError: `option_invalid`.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", chosen.replicas)
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
