"""A file that one process at a time writes."""

import os
import sys
from pathlib import Path


class ClaimedError(Exception):
    """Another process writes the file, or this one does so elsewhere."""


def claim(path: Path) -> int:
    """A descriptor of the file, which is empty and nobody else's until the descriptor is closed.

    The system takes the claim back when a process ends, however it does, so a file that was left
    behind by a crash can be claimed.

    Raises:
        ClaimedError: it is claimed already.
        OSError: there can be no such file.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _lock(descriptor)
            if _is_at(path, descriptor):
                _empty(descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        # Its owner has just given it its final name, or removed it.
        os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _empty(descriptor: int) -> None:
    # A device such as /dev/full has no length that could be set.
    if os.fstat(descriptor).st_size > 0:
        os.ftruncate(descriptor, 0)


if sys.platform == "win32":
    import msvcrt

    _FAR = 2**30
    """A byte that no file has: Windows lets nobody read what is locked."""

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise ClaimedError from error
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ClaimedError from error
