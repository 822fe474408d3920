"""Which format sound is in, by its first bytes: only those that clients of speech services send.

FFmpeg knows formats that name other files and addresses, which it opens (playlists). So it never
guesses here: it gets the one format that the first bytes say, and everything else is refused.
"""

from typing import Final

MOST_HEAD: Final = 12
"""Bytes from which the format is known."""

_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"RIFF", "wav"),
    (0, b"RF64", "wav"),
    (0, b"FORM", "aiff"),
    (0, b"caff", "caf"),
    (0, b"ID3", "mp3"),
    (4, b"ftyp", "mov"),
)

_MPEG_SYNC: Final = 0xFFE0
_MPEG_LAYER: Final = 0x0006


def container_of(head: bytes, *, streamed: bool = False) -> str | None:
    """FFmpeg's name of the format; None if it is none of these.

    Args:
        head: the first bytes, `MOST_HEAD` of them where there are so many.
        streamed: whether it can be raw samples as well: then MPEG frames are not looked for, whose
            two bytes quiet samples have, too.
    """
    for at, magic, name in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return name
    if streamed or len(head) < 2:
        return None
    first = int.from_bytes(head[:2])
    if first & _MPEG_SYNC != _MPEG_SYNC:
        return None
    # ISO/IEC 11172-3: layer 0 is none; AAC in ADTS frames says so.
    return "mp3" if first & _MPEG_LAYER else "aac"
