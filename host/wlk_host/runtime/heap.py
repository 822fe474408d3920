"""How glibc keeps memory. Elsewhere nothing is to be done."""

import ctypes
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

from wlk_host.core.ports import Background, Promise

T = TypeVar("T")

_M_ARENA_MAX: Final = -8
"""glibc, `malloc.h`."""


def share() -> None:
    """All threads share one heap. To be called before anything large is loaded.

    Few of them allocate at a time, and each heap keeps what it once needed. What is freed must
    not go back to the system after each pass: an encoder asks for the same 100 MB at every step,
    and to get them anew costs as much as to compute with them (`tests/bench/RESULTS.md`).
    """
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """To the system, what is free now: after something large that is not soon done again."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@dataclass(frozen=True, slots=True)
class GivingBack:
    """A `Background` whose jobs are large and rare: what each has freed is given back."""

    background: Background

    def submit(self, job: Callable[[], T]) -> Promise[T]:
        """Run the job when its turn comes."""

        def run() -> T:
            try:
                return job()
            finally:
                give_back()

        return self.background.submit(run)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        return ctypes.CDLL(None)
    return None
