"""The wire format of Protocol Buffers, as far as an ONNX file needs it.

Field by field: a key that holds the field's number and wire type, then the value
(protobuf.dev, "Encoding").
"""

import struct
from typing import Final

_VARINT: Final = 0
_COUNTED: Final = 2
_FIXED32: Final = 5


def integer(field: int, value: int) -> bytes:
    """An int32, int64, or enum."""
    return _key(field, _VARINT) + _varint(value)


def number(field: int, value: float) -> bytes:
    """A float."""
    return _key(field, _FIXED32) + struct.pack("<f", value)


def text(field: int, value: str) -> bytes:
    """A string."""
    return counted(field, value.encode())


def counted(field: int, content: bytes) -> bytes:
    """Bytes, or a message that is encoded already."""
    return _key(field, _COUNTED) + _varint(len(content)) + content


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; negative numbers as 64 bits in two's complement."""
    rest = value & 0xFFFF_FFFF_FFFF_FFFF
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)
