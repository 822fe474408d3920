"""Standard input as a source of sound."""

import sys
from io import BufferedReader, FileIO
from typing import Any, Final

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.tracks import Redirected

NAME: Final = "standard input"


class Pipe:
    """Hands out what has come, instead of waiting until there is as much as was asked for.

    PyAV drops Ctrl-C while it reads, and ffmpeg would read on. So the pipe ends there for both, and
    `raise_stopped` tells it afterwards.

    Args:
        stream: to read.
    """

    def __init__(self, stream: "BufferedReader[Any]") -> None:
        self._stream = stream
        self._stopped: BaseException | None = None

    def read(self, size: int, /) -> bytes:
        """See `ByteStream`."""
        if self._stopped is not None:
            return b""
        try:
            return self._stream.read1(size)
        except OSError as error:
            self._stopped = _unreadable(error)
        except KeyboardInterrupt as error:
            self._stopped = error
        return b""

    def raise_stopped(self) -> None:
        """Raise what ended it, if anything but its end did."""
        if self._stopped is not None:
            raise self._stopped


def standard_input() -> Pipe | Redirected:
    """It. A file that was redirected there can be read from any place, a pipe in order only.

    Raises:
        WlkError: `input_missing` if it is a terminal, or closed.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise WlkError(
            "input_missing",
            "standard input is a terminal or closed, and sound was expected",
            "pipe a file into it, or name the file",
        )
    descriptor = sys.stdin.fileno()
    stream = BufferedReader(FileIO(descriptor, closefd=False))
    return Redirected(descriptor) if stream.seekable() else Pipe(stream)


def _unreadable(error: OSError) -> WlkError:
    return WlkError(
        "input_failed",
        f"standard input broke off: {error.strerror}",
        "what came until then is captioned",
    )
