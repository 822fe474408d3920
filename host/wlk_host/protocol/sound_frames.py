"""Sound as a binary frame of our own protocol's WebSocket."""

import struct
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.constants import ErrorCode
from wlk_host.protocol.messages import LAST_POSITION

_HEAD: Final = struct.Struct("<IQ")
"""The number of the message, and its first sample."""

_MOST_OF_A_NAME: Final = 255
"""Bytes of a session's id: one byte says how many."""


def encode_sound(sound: Sound) -> bytes:
    """A frame: a byte with the length of the session's id, the id, seq (u32), start (u64), PCM.

    All numbers are little-endian.
    """
    name = sound.session.encode()
    if not 0 < len(name) <= _MOST_OF_A_NAME:
        raise ValueError(f"got an id of {len(name)} bytes, expected 1 to {_MOST_OF_A_NAME}")
    return bytes([len(name)]) + name + _HEAD.pack(sound.seq, sound.start) + sound.pcm


def decode_sound(frame: bytes) -> Sound:
    """The sound in a frame.

    Raises:
        WlkError: `message_invalid`.
    """
    n_name = frame[0] if frame else 0
    n_head = 1 + n_name + _HEAD.size
    if n_name == 0 or len(frame) < n_head:
        raise _invalid(f"got a frame of {len(frame)} bytes, expected {n_head} or more")
    try:
        name = frame[1 : 1 + n_name].decode()
    except UnicodeDecodeError as error:
        raise _invalid("got a session whose id is not UTF-8") from error
    seq, start = _HEAD.unpack_from(frame, 1 + n_name)
    if start > LAST_POSITION:
        raise _invalid(f"got sound at sample {start}, expected at most {LAST_POSITION}")
    return Sound(name, seq, start, frame[n_head:])


def _invalid(message: str) -> WlkError:
    return WlkError(
        ErrorCode.MESSAGE_INVALID,
        message,
        "send sound as the manual describes it (host/docs/serve.md)",
    )
