"""Read tensors that PyTorch saved before 1.6, without PyTorch. Nothing is executed.

Layout (pytorch/pytorch, `torch/serialization.py`, `_legacy_save`): four pickles (magic number,
version, the machine's sizes, the object), in which a storage is a persistent id; a fifth with the
keys of the storages; then for each of them how many numbers it has, as a little-endian i64, and
the numbers.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.pickles import require_plain

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_VERSION: Final = 1001

_DTYPES: Final = {
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "IntStorage": np.int32,
    "LongStorage": np.int64,
}

Array = NDArray[np.generic]


def read_legacy(path: Path) -> Any:
    """The object of the file, with arrays for tensors.

    Raises:
        OSError: it cannot be read.
        pickle.UnpicklingError: it is of another format, or holds more than tensors in plain
            containers.
        EOFError, ValueError: it is damaged. Damaged pickles raise some other errors as well.
    """
    with path.open("rb") as file:
        n_bytes = path.stat().st_size
        if _next(file, n_bytes) != _MAGIC or _next(file, n_bytes) != _VERSION:
            raise pickle.UnpicklingError("it is no legacy file of PyTorch")
        _next(file, n_bytes)
        reader = _Unpickler(file, n_bytes)
        content = reader.load()
        for key in _next(file, n_bytes):
            _fill(reader.storages[key], file)
    return content


def _next(file: BinaryIO, n_bytes: int) -> Any:
    """The next object of the file."""
    return _Unpickler(file, n_bytes).load()


class _Unpickler(pickle.Unpickler):
    """Knows tensors and plain containers alone.

    Attributes:
        storages: that the object mentions, by their keys; their content follows in the file.

    Args:
        file: at the beginning of a pickle.
        n_bytes: of the file, which no storage can exceed.
    """

    def __init__(self, file: BinaryIO, n_bytes: int) -> None:
        super().__init__(file)
        self._file = file
        self._n_bytes = n_bytes
        self.storages: dict[str, Array] = {}

    def load(self) -> Any:
        """The object, after a look at what it builds."""
        begin = self._file.tell()
        require_plain(self._file)
        self._file.seek(begin)
        return super().load()

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle may call."""
        allowed: dict[tuple[str, str], Callable[..., Any] | type[np.generic]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            **{("torch", storage): dtype for storage, dtype in _DTYPES.items()},
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> Array:
        """A storage, to be filled later."""
        if not isinstance(pid, tuple) or len(pid) != 6:
            raise pickle.UnpicklingError("it is no legacy file of PyTorch")
        kind, dtype, key, _, n_numbers, view = pid
        if kind != "storage" or view is not None or not isinstance(key, str):
            raise pickle.UnpicklingError("it is no legacy file of PyTorch")
        if type(n_numbers) is not int or not 0 <= n_numbers <= self._n_bytes:
            raise pickle.UnpicklingError("it holds a storage of more numbers than bytes")
        if key not in self.storages:
            # All of them together are in the file.
            self._n_bytes -= n_numbers * np.dtype(dtype).itemsize
            if self._n_bytes < 0:
                raise pickle.UnpicklingError("it holds more numbers than its bytes can be")
            self.storages[key] = np.zeros(n_numbers, dtype)
        return self.storages[key]


def _tensor(
    storage: Array, offset: int, shape: Sequence[int], strides: Sequence[int], *_: Any
) -> Array:
    """A part of a storage. Only those are taken whose numbers lie one after the other."""
    # Anything else can be lists within lists, without end.
    if not isinstance(shape, tuple) or not all(type(n) is int for n in (offset, *shape)):
        raise pickle.UnpicklingError("it holds a tensor without a shape")
    n_numbers = int(np.prod(shape, dtype=np.int64))
    if offset < 0 or offset + n_numbers > len(storage):
        raise ValueError(f"a tensor of shape {shape} exceeds its storage")
    array = storage[offset : offset + n_numbers].reshape(shape)
    steps = tuple(step // array.itemsize for step in array.strides)
    if n_numbers and steps != strides:
        raise ValueError(f"a tensor of shape {shape} has other strides than {steps}")
    return array


def _fill(storage: Array, file: BinaryIO) -> None:
    n_numbers = int.from_bytes(file.read(8), "little")
    content = file.read(storage.nbytes)
    if n_numbers != len(storage) or len(content) != storage.nbytes:
        raise EOFError("it ends within a storage")
    storage[:] = np.frombuffer(content, storage.dtype)
