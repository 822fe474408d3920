"""What a fuzzer needs to know of a reader, and the helpers that most targets share."""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from wlk_host.core.errors import MOST_TEXT, WlkError

HERE: Final = Path(__file__).parent

Mutate: TypeAlias = Callable[[Random, bytes, bytes], bytes]
"""An input that is nearly the first one; it may take parts of the second."""

_IN_MEMORY: Final = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Target:
    """A reader and what it is given.

    Attributes:
        name: of the command line, and of the folder with its fixtures.
        seeds: valid input, of which other input is made.
        read: hands an input to the reader. It returns when the reader did what it promises, and
            raises anything when it did not.
        mutate: how other input is made.
        quick: inputs of the short run that belongs to the tests.
        needs_torch: whether the reader is one of PyTorch's.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[bytes], object]
    mutate: Mutate
    quick: int = 2000
    needs_torch: bool = False


class UndocumentedError(Exception):
    """An error with another code than its reader documents, without a remedy, or without an end."""


REFUSED: Final[deque[str]] = deque(maxlen=1)
"""The code of the last documented error."""


@contextmanager
def coded(*codes: str) -> Iterator[None]:
    """Let the errors pass that the reader documents, each with a message and a remedy."""
    try:
        yield
    except WlkError as error:
        REFUSED.append(error.code)
        is_short = 0 < len(error.message) <= MOST_TEXT
        if error.code not in codes or not is_short or not error.hint:
            raise UndocumentedError(str(error)) from error


@cache
def scratch() -> Path:
    """A folder for the files that readers read; in memory where there is such a thing."""
    folder = tempfile.mkdtemp(prefix="wlk-fuzz-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)
    return Path(folder)


def forget_scratch() -> None:
    """Delete what the readers read."""
    shutil.rmtree(scratch(), ignore_errors=True)
    scratch.cache_clear()


def folder(name: str) -> Path:
    """A folder of that name to write files into. It keeps what is in it."""
    made = scratch() / name
    made.mkdir(exist_ok=True)
    return made


def kept_seeds(name: str) -> list[bytes]:
    """Seeds that need PyTorch or ffmpeg to make, and were made once."""
    return [path.read_bytes() for path in sorted((HERE / "seeds" / name).iterdir())]
