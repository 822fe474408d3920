"""Standard input as a stream of bytes."""

import sys
from typing import BinaryIO, Final

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.tracks import ByteStream

NAME: Final = "standard input"


class _Pipe:
    """Hands out what has come, instead of waiting until there is as much as was asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """See `ByteStream`."""
        read1 = getattr(self._stream, "read1")  # noqa: B009 - typing knows it of no BinaryIO
        data: bytes = read1(size)
        return data


def standard_input() -> ByteStream:
    """It. A file that was redirected there can be read from any place, a pipe in order only.

    Raises:
        WlkError: `input_missing` if it is a terminal, or closed.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise WlkError(
            "input_missing",
            "standard input is a terminal, and sound was expected",
            "pipe a file into it, or name the file",
        )
    stream = sys.stdin.buffer
    return stream if stream.seekable() else _Pipe(stream)
