"""How glibc keeps memory. Elsewhere nothing is to be done."""

import ctypes
import platform
import sys
from functools import cache
from typing import Final

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
    """To the system, what loading has left over."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        return ctypes.CDLL(None)
    return None
