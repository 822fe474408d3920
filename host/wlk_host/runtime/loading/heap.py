"""Limits how much memory glibc and oneDNN keep for later. Systems without glibc need no limit."""

import ctypes
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

from wlk_host.core.errors import clear_frames
from wlk_host.core.ports import Background, Promise

T = TypeVar("T")

_M_ARENA_MAX: Final = -8
"""glibc, `malloc.h`."""

_KEPT_KERNELS: Final = "64"
"""How many compiled kernels oneDNN keeps, each for one input shape. Windows and prefixes have so
many shapes that memory would grow for hours with the default limit of 1024."""


def keep_small() -> None:
    """Set the limits. Call it before anything large is loaded.

    All threads share one heap, because each heap keeps what it once needed, and few threads
    allocate at the same time. Freed memory must not return to the system after each step. An
    encoder needs the same 100 MB in the next one, and getting them again costs nearly as much as
    computing with them (`tests/bench/RESULTS.md`).
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KEPT_KERNELS)
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return free memory to the system. Call it after large work that will not be repeated soon."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@contextmanager
def freed_after_failure() -> Iterator[None]:
    """A context for large work. When it fails, all that its frames hold is freed at once.

    An error keeps the frames it came through, and with them a model that was half loaded, until the
    collector finds the circle of both. That can take hours, because a circle is small.
    """
    try:
        yield
    finally:
        failure = sys.exception()
        if failure is not None:
            clear_frames(failure)
            give_back()
        del failure


@dataclass(frozen=True, slots=True)
class GivingBack:
    """A `Background` for large, rare jobs: the memory that each freed returns to the system."""

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
