"""A file that is being fetched: what identifies the right one, and what has come of it so far."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from wlk_host.models.records import Seen

_CHUNK_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on a server, with what identifies the right one.

    Attributes:
        sha256: None where any content will do.
        is_exact: whether that is its size. Otherwise the server tells the size, which may be up to
            twice as large.
    """

    url: str
    size_bytes: int
    sha256: str | None
    is_exact: bool = True


class WrongFileError(Exception):
    """What was received is not the file."""


class PartialFile:
    """The part of a file that was received, and its digest so far."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        self._digest = hashlib.sha256()
        self.size = 0
        self.whole: int | None = None

    def __enter__(self) -> Self:
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK_BYTES):
            self._digest.update(chunk)
            self.size += len(chunk)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def append(self, chunk: bytes) -> None:
        """Add what has come."""
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        """Forget all of it."""
        self._file.truncate(0)
        self._digest = hashlib.sha256()
        self.size = 0

    def is_complete(self, remote: Remote) -> bool:
        """Whether nothing more is to be fetched. Of what is known by its digest alone: so it is."""
        if remote.is_exact:
            return self.size >= remote.size_bytes
        return self.size == self.whole or self._digest.hexdigest() == remote.sha256

    def check(self, remote: Remote) -> Seen:
        """Sync the file to the disk, check that it is the right one, and say what it is.

        Raises:
            WrongFileError: it is not.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        if remote.is_exact and self.size != remote.size_bytes:
            raise WrongFileError(f"{self.size} bytes, expected {remote.size_bytes}")
        digest = self._digest.hexdigest()
        if remote.sha256 is not None and digest != remote.sha256:
            raise WrongFileError(f"a file with SHA-256 {digest}, expected {remote.sha256}")
        return Seen(self.size, digest)
