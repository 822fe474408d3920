"""Have freed memory go back to the system; glibc would keep it. Elsewhere nothing is to be done."""

import ctypes
import platform
import sys
from functools import cache
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""glibc, `malloc.h`."""


def keep_small() -> None:
    """To be called before anything large is loaded.

    Blocks of 1 MB and more get pages of their own, which are returned when they are freed: some
    150 MB that loading needs in between, 200 MB of the first long window. All threads share one
    heap: few of them allocate at a time, and each heap keeps what it once needed.
    """
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)
        libc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """What loading has left over."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        return ctypes.CDLL(None)
    return None
