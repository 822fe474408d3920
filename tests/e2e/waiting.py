"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL_SECONDS = 0.05

GUARD_SECONDS = 20.0
"""Longer than any of it takes on a machine with too much to do. How quick the product is, its
benchmarks tell; a wait only guards against what never comes."""

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T | None],
    what: str | Callable[[], str],
    seconds: float = GUARD_SECONDS,
    idle: Callable[[], object] | None = None,
) -> T:
    """Return the condition's first true value.

    Args:
        condition: polled.
        what: the complaint; a function is asked for it then.
        seconds: deadline, for what takes longer or must not.
        idle: called between polls instead of a plain sleep.

    Raises:
        AssertionError: the deadline has passed.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            complaint = what if isinstance(what, str) else what()
            raise AssertionError(f"{complaint} within {seconds} s; last seen: {value!r}")
        (idle or (lambda: time.sleep(POLL_SECONDS)))()
