"""How the processor's cores are shared out: among the products of a pass, and among passes."""

import os
import sys
from typing import Final

_MOST_OF_A_PASS: Final = 4
"""A step is short: more cores cost more in waking than they save."""


def n_allowed() -> int:
    """Cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def n_of_a_pass(n_cores: int | None = None) -> int:
    """Cores among which one pass divides its products; the second pass gets as many beside it.

    Args:
        n_cores: of the process; None asks the system.
    """
    return max(1, min(_MOST_OF_A_PASS, (n_cores or n_allowed()) // 2))


def n_passes(n_cores: int | None = None) -> int:
    """Passes of all sessions that run side by side, and so occupy all cores; at least two.

    On a single core a live step and a second pass share it, so that neither waits for the other's
    end.
    """
    n_cores = n_cores or n_allowed()
    return max(2, n_cores // n_of_a_pass(n_cores))
