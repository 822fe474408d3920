"""What glibc and oneDNN keep for later. Where there is no glibc its part is left out."""

import ctypes
import os
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

_KEPT_KERNELS: Final = "64"
"""Kernels that oneDNN keeps compiled, each for one shape of its input. Windows and prefixes come in
so many that its own limit of 1024 would have memory grow for hours."""


def keep_small() -> None:
    """To be called before anything large is loaded.

    All threads share one heap: few of them allocate at a time, and each heap keeps what it once
    needed. What is freed must not go back to the system after each step: an encoder asks for the
    same 100 MB at the next one, and to get them anew costs nearly as much as to compute with
    them (`tests/bench/RESULTS.md`).
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KEPT_KERNELS)
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
