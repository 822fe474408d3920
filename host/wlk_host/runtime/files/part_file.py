"""A file that has its name only when it is complete."""

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from wlk_host import console
from wlk_host.core.errors import WlkError

_PART: Final = ".part"


class PartFile:
    """Text for a file. Until the end its name ends in ".part", and so it stays after an error.

    What is written can be read at once. Used as a context manager: the end of the block is that of
    the file.

    Args:
        path: of the complete file. Its folder is made.

    Raises:
        WlkError: `output_refused`, `output_failed`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.part = path.with_name(path.name + _PART)
        self._n_written = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.part.open(
                "w", encoding="utf-8", errors="backslashreplace", newline=""
            )
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
            if is_whole:
                self.part.replace(self._path)
            elif not self._n_written:
                self.part.unlink(missing_ok=True)
        except OSError as failure:
            raise console.output_failed(failure, self._path) from failure


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
