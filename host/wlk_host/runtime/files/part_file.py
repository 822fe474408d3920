"""A file that has its name only when it is complete."""

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from wlk_host import console
from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.claimed_file import ClaimedError, claim

_PART: Final = ".part"

_IS_WINDOWS: Final = os.name == "nt"
"""Windows renames and removes no file that is open."""


class PartFile:
    """Text for a file. Until the end its name ends in ".part", and so it stays after an error.

    What is written can be read at once. No other process can write the same file meanwhile. Used as
    a context manager: the end of the block is that of the file.

    Args:
        path: of the complete file. Its folder is made.

    Raises:
        WlkError: `output_in_use`, `output_refused`, `output_failed`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.part = path.with_name(path.name + _PART)
        self._n_written = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(
                claim(self.part), "w", encoding="utf-8", errors="backslashreplace", newline=""
            )
        except ClaimedError as error:
            raise _in_use(self.part) from error
        except OSError as error:
            raise console.output_failed(error, path) from error

    def write(self, text: str) -> None:
        """Add this.

        Raises:
            WlkError: `output_failed`.
        """
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            raise console.output_failed(error, self._path) from error
        self._n_written += len(text)

    @property
    def kept(self) -> Path | None:
        """The unfinished file, if there is something in it."""
        return self.part if self._n_written else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_whole = kind is None
        try:
            with self._file:
                if is_whole:
                    os.fsync(self._file.fileno())
                if not _IS_WINDOWS:
                    self._name(is_whole)
            if _IS_WINDOWS:
                self._name(is_whole)
        except OSError as failure:
            raise console.output_failed(failure, self._path) from failure

    def _name(self, is_whole: bool) -> None:
        """Give it its name, or remove it if nothing is in it. Best done while it is claimed."""
        if is_whole:
            self.part.replace(self._path)
        elif not self._n_written:
            self.part.unlink(missing_ok=True)


def _in_use(part: Path) -> WlkError:
    return WlkError(
        "output_in_use",
        f"{part} is being written by another run",
        "wait until that run has ended, or choose another place",
    )


def refuse_existing(path: Path) -> None:
    """Do nothing if there is no such file yet.

    Raises:
        WlkError: `output_exists`.
    """
    if path.exists():
        raise WlkError(
            "output_exists",
            f"{path} is there already",
            "choose another name, or replace it with --force",
        )
