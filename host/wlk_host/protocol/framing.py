"""Frames of native messaging: a length, then as many bytes. Performs no I/O."""

import sys
from collections.abc import Iterator
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.protocol.constants import MAX_INBOUND, MAX_OUTBOUND, ErrorCode

_HEADER_BYTES: Final = 4
"""uint32 in native byte order (Chrome, "Native messaging")."""


class FrameDecoder:
    """Split a byte stream into the payloads of its frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, received: bytes) -> Iterator[bytes]:
        """The payloads that are complete now. Exhaust the iterator before the next call.

        Raises:
            WlkError: `frame_too_large`; the stream cannot be read any further.
        """
        self._buffer += received
        while len(self._buffer) >= _HEADER_BYTES:
            size = int.from_bytes(self._buffer[:_HEADER_BYTES], sys.byteorder)
            if size > MAX_INBOUND:
                raise _too_large(size, MAX_INBOUND, "reload the extension")
            end = _HEADER_BYTES + size
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[_HEADER_BYTES:end])
            del self._buffer[:end]
            yield payload

    def finish(self) -> None:
        """Check that the stream ended between two frames.

        Raises:
            WlkError: `frame_truncated`; the stream ended inside a frame.
        """
        if self._buffer:
            got = len(self._buffer)
            if got < _HEADER_BYTES:
                missing = f"{got} of {_HEADER_BYTES} bytes of its length"
            else:
                size = int.from_bytes(self._buffer[:_HEADER_BYTES], sys.byteorder)
                missing = f"{got - _HEADER_BYTES} of {size} bytes"
            raise WlkError(
                code=ErrorCode.FRAME_TRUNCATED,
                message=f"the browser closed the pipe inside a message: got {missing}",
                hint="start the captions again",
            )


def encode_frame(payload: bytes) -> bytes:
    """A frame that carries one payload to the browser.

    Raises:
        WlkError: `frame_too_large`; the browser would close the port.
    """
    if len(payload) > MAX_OUTBOUND:
        raise _too_large(len(payload), MAX_OUTBOUND, "report this as a bug of wlk-host")
    return len(payload).to_bytes(_HEADER_BYTES, sys.byteorder) + payload


def _too_large(size: int, limit: int, hint: str) -> WlkError:
    return WlkError(
        code=ErrorCode.FRAME_TOO_LARGE,
        message=f"got a message of {size} bytes, expected at most {limit}",
        hint=hint,
    )
