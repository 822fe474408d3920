"""A large file that may lie in pieces, as data packages carry it: `model.bin.part1`, `.part2`, ...

A model's folder links to the pieces of a package where the disk can do that, so that no byte lies
there twice. Standard library only.
"""

import hashlib
from itertools import count
from pathlib import Path
from typing import Final

from wlk_host.folders import is_file

_CHUNK_BYTES: Final = 1 << 20


def piece(path: Path, number: int) -> Path:
    """The place of one piece of a file, counted from 1."""
    return path.with_name(f"{path.name}.part{number}")


def pieces(path: Path) -> list[Path]:
    """The files that hold it, in order: itself, or its pieces. Empty if there is neither."""
    if is_file(path):
        return [path]
    found = []
    for number in count(1):
        candidate = piece(path, number)
        if not is_file(candidate):
            break
        found.append(candidate)
    return found


def size_bytes(path: Path) -> int:
    """Its size, whole or in pieces.

    Raises:
        OSError: it is not there.
    """
    found = pieces(path) or [path]
    return sum(file.stat().st_size for file in found)


def sha256(path: Path) -> str:
    """The lower-case hex digest of the file, whole or in pieces.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    digest = hashlib.sha256()
    for file in pieces(path) or [path]:
        with file.open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
