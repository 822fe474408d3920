"""Where work that nobody waits for may stop for a while, so that others get its thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final


def _nobody() -> None:
    pass


_waiter: Final[ContextVar[Callable[[], None]]] = ContextVar("waiter", default=_nobody)


def give_way() -> None:
    """Return as soon as nothing more urgent waits; at once where nobody has said what does.

    To be called between pieces of work of some 50 ms, without a lock in hand.
    """
    _waiter.get()()


@contextmanager
def giving_way(wait: Callable[[], None]) -> Iterator[None]:
    """Have `give_way` call `wait`, on this thread and for this work."""
    before = _waiter.set(wait)
    try:
        yield
    finally:
        _waiter.reset(before)
