"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL_SECONDS = 0.05

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T | None],
    seconds: float,
    what: str,
    idle: Callable[[], object] | None = None,
) -> T:
    """Return the condition's first true value.

    Args:
        condition: polled.
        seconds: deadline.
        what: the complaint.
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
            raise AssertionError(f"{what} within {seconds} s; last seen: {value!r}")
        (idle or (lambda: time.sleep(POLL_SECONDS)))()
