"""Frames of native messaging, in pieces of any size."""

from typing import Final

from fuzz import mutation
from wlk_host.protocol.framing import FrameDecoder, encode_frame

CORPUS: Final = (
    b"\5" + encode_frame(b'{"type":"models"}') * 3,
    b"\1" + encode_frame(b"") * 5,
    b"\xff" + encode_frame(b"x" * 3000) + encode_frame(b"{}"),
)
"""The first byte is the size of the pieces."""

_MOST_PIECES: Final = 200

MUTATORS: Final = (mutation.of_bytes,)


def try_one(data: bytes) -> None:
    """The payloads do not depend on the pieces, and are what the frames of them would hold."""
    stream = data[1:]
    step = max(1, data[0] if data else 1, len(stream) // _MOST_PIECES)
    whole, pieces = FrameDecoder(), FrameDecoder()
    at_once = list(whole.feed(stream))
    in_pieces = [
        payload
        for at in range(0, len(stream), step)
        for payload in pieces.feed(stream[at : at + step])
    ]
    assert in_pieces == at_once
    assert stream.startswith(b"".join(map(encode_frame, at_once)))
    whole.finish()
