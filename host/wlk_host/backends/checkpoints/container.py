"""Read a CTranslate2 `model.bin` without CTranslate2."""

import math
import mmap
import struct
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.errors import WlkError

_DTYPES: Final = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_VERSIONS: Final = range(5, 7)


def read_variables(model_bin: Path) -> dict[str, NDArray[np.generic]]:
    """Every variable of the file by name, including aliases, as views of the mapped file.

    Layout (CTranslate2, `python/ctranslate2/specs/model_spec.py`, binary version 6):
    version, spec name, revision, variables (name, rank, dims, dtype id, byte count,
    bytes), aliases. All integers little-endian; names are counted, zero-terminated.

    Raises:
        WlkError: `model_corrupt` if the file ends early or has another format.
    """
    try:
        with model_bin.open("rb") as file:
            if file.seek(0, 2) == 0:
                raise corrupt_container(model_bin, "the file is empty")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise corrupt_container(model_bin, str(error)) from error
    try:
        return _parse(_Cursor(mapped))
    except (struct.error, UnicodeDecodeError, ValueError, KeyError) as error:
        raise corrupt_container(model_bin, first_words(error)) from error


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def number(self, code: str) -> int:
        value: int = struct.unpack_from("<" + code, self._data, self._at)[0]
        self._at += struct.calcsize(code)
        return value

    def name(self) -> str:
        length = self.number("H")
        raw = bytes(self._data[self._at : self._at + length])
        if len(raw) < length:
            raise ValueError("the file ends within a name")
        self._at += length
        return raw.rstrip(b"\0").decode()

    def array(self) -> NDArray[np.generic]:
        shape = [self.number("I") for _ in range(self.number("B"))]
        dtype = np.dtype(_DTYPES[self.number("B")])
        n_bytes = self.number("I")
        if n_bytes != dtype.itemsize * math.prod(shape):
            raise ValueError(f"{n_bytes} bytes cannot hold shape {shape} of {dtype}")
        if self._at + n_bytes > len(self._data):
            raise ValueError(f"the file ends at byte {len(self._data)} within a variable")
        start, self._at = self._at, self._at + n_bytes
        return np.frombuffer(self._data, dtype, n_bytes // dtype.itemsize, start).reshape(shape)


def _parse(cursor: _Cursor) -> dict[str, NDArray[np.generic]]:
    version = cursor.number("I")
    if version not in _VERSIONS:
        raise ValueError(f"container version {version}, expected one of {list(_VERSIONS)}")
    cursor.name()
    cursor.number("I")
    variables: dict[str, NDArray[np.generic]] = {}
    for _ in range(cursor.number("I")):
        name = cursor.name()
        if name in variables:  # Readers differ in which of them they take.
            raise ValueError(f"it has {name} twice")
        variables[name] = cursor.array()
    for _ in range(cursor.number("I")):
        alias = cursor.name()
        if alias in variables:
            raise ValueError(f"it has {alias} twice")
        variables[alias] = variables[cursor.name()]
    return variables


_MOST_QUOTED: Final = 300
"""Characters of what a library says of a file; it may quote all of it."""


def first_words(error: Exception) -> str:
    """What a library says is wrong: one line, not too long."""
    return str(error).partition("\n")[0][:_MOST_QUOTED]


def corrupt_container(model_bin: Path, reason: str) -> WlkError:
    """The error for a file that is no complete model in CTranslate2's format."""
    return WlkError(
        code="model_corrupt",
        message=f"{model_bin} is not a complete CTranslate2 model: {reason}",
        hint="download the model again, for example: wlk-host models download base",
    )
