"""Tensors in ZIP archives: what they declare is checked before anything is unpacked.

Weights hardly compress. So a file that declares many times its own size holds something else, and
4 MB of it can fill the memory.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

_MOST_TIMES: Final = 4
"""How many times a file's own size its content may have."""

_ALWAYS_BYTES: Final = 1 << 20
"""Content that is small whatever its file is."""


_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How NumPy and PyTorch pack. The readers of other methods have errors of their own."""


def require_within(file: Path, n_bytes: int) -> None:
    """Check that a file can hold so much.

    Raises:
        ValueError: it is much smaller.
    """
    size = file.stat().st_size
    if n_bytes > max(_ALWAYS_BYTES, _MOST_TIMES * size):
        raise ValueError(f"it declares {n_bytes} bytes and has {size}")


def require_unpacked(file: Path) -> None:
    """Check what a file declares to contain, if it is an archive.

    Raises:
        ValueError: more than it can hold.
        zipfile.BadZipFile: it is damaged.
    """
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            _require_members(file, archive.infolist())


def read_npz(file: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of an `.npz` file (NumPy, "NEP 1").

    Raises:
        ValueError: it declares more than it can hold, or an array of Python objects.
        OSError, EOFError, SyntaxError, tokenize.TokenError, zipfile.BadZipFile, zlib.error: it is
            damaged.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _require_members(file, members)
        for member in members:
            _require_header(archive, member)
    with np.load(file, allow_pickle=False) as opened:
        return {name: opened[name] for name in opened.files}


def _require_members(file: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    """Check what an archive declares before anything is unpacked."""
    require_within(file, sum(member.file_size for member in members))
    for member in members:
        if member.compress_type not in _METHODS:
            raise ValueError(f"{member.filename} is packed by method {member.compress_type}")


def _require_header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Check that an array has the size that its header declares."""
    with archive.open(member) as content:
        version = npy.read_magic(content)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(content)
        n_numbers = 1
        for length in shape:
            n_numbers *= length
        declared = content.tell() + n_numbers * dtype.itemsize
    if dtype.hasobject or declared != member.file_size:
        raise ValueError(f"{member.filename} declares {declared} bytes, has {member.file_size}")
