"""Read the tensors of a checkpoint of PyTorch Lightning, without PyTorch. Nothing is executed.

Such a file is an archive of PyTorch's (pytorch/pytorch, `torch/serialization.py`, `_save`): one
pickle, `data.pkl`, in which a storage is a persistent id, and the numbers of each storage as a
member of its own. Beside its tensors, `state_dict`, the pickle holds objects of any library that
the training had. They become nothing here: a machine that knows only how to stack names, numbers
and containers reads the pickle, and no class or function of it is ever looked up.
"""

import math
import pickletools
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.container import first_words
from wlk_host.backends.checkpoints.zipped import require_unpacked
from wlk_host.core.errors import WlkError

_MOST_PICKLED: Final = 4 << 20
"""Bytes of the pickle. Those of pyannote's models have some 20,000."""

_MOST_OPERATIONS: Final = 400_000
"""Of the pickle. Those of pyannote's models have 6,000."""

_MOST_AXES: Final = 8
"""Of a tensor. A product of thousands of large numbers takes minutes."""

_DTYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "IntStorage": np.dtype("<i4"),
    "LongStorage": np.dtype("<i8"),
}

_DAMAGED: Final = (
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,  # zipfile's, for what it cannot unpack.
    OSError,
    OverflowError,
    RuntimeError,  # zipfile's, for what needs a password.
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading raises for files that are damaged, or of something else."""

_MARK: Final = object()

_MADE: Final[Mapping[str, Any]] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_WRITTEN: Final = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE",
     "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES"}
)  # fmt: skip
_EMPTY: Final[Mapping[str, type]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
_TUPLES: Final = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUT: Final = frozenset({"BINPUT", "LONG_BINPUT"})
_GET: Final = frozenset({"BINGET", "LONG_BINGET"})
_CALLS: Final = frozenset({"REDUCE", "NEWOBJ"})

Array = NDArray[np.generic]


def read_lightning(path: Path) -> dict[str, Array]:
    """The tensors of the file by name, in little-endian float or integer types.

    Raises:
        WlkError: `model_corrupt`: it is damaged, or something else.
    """
    try:
        require_unpacked(path)
        with zipfile.ZipFile(path) as archive:
            return _tensors(archive)
    except _DAMAGED as error:
        reason = first_words(error).strip() or type(error).__name__
        raise WlkError(
            code="model_corrupt",
            message=f"{path} is no checkpoint of PyTorch Lightning that can be read: {reason}",
            hint="get the file again from where its model is published",
        ) from error


@dataclass(frozen=True, slots=True)
class _Name:
    """A class or function that the pickle names."""

    module: str
    name: str


class _Foreign:
    """An object of some library, of which nothing is kept."""


@dataclass(frozen=True, slots=True)
class _Storage:
    """Numbers in a member of the archive."""

    dtype: np.dtype[Any]
    key: str
    n_numbers: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A part of a storage."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]


def _tensors(archive: zipfile.ZipFile) -> dict[str, Array]:
    pickled = [member for member in archive.infolist() if member.filename.endswith("/data.pkl")]
    if len(pickled) != 1:
        raise ValueError(f"expected one data.pkl, got {len(pickled)}")
    if pickled[0].file_size > _MOST_PICKLED:
        raise ValueError(f"its pickle has {pickled[0].file_size} bytes, at most {_MOST_PICKLED}")
    folder = pickled[0].filename.removesuffix("data.pkl")
    order = f"{folder}byteorder"
    if order in archive.namelist() and archive.read(order) != b"little":
        raise ValueError("its numbers are not little-endian")
    content = _built(archive.read(pickled[0]))
    state = content.get("state_dict") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise TypeError("it has no state_dict")
    wanted = {name: one for name, one in state.items() if isinstance(one, _Tensor)}
    storages = {
        storage: _numbers(archive, folder, storage)
        for storage in {tensor.storage for tensor in wanted.values()}
    }
    return {
        name: storages[tensor.storage][tensor.offset :][: math.prod(tensor.shape)].reshape(
            tensor.shape
        )
        for name, tensor in wanted.items()
    }


def _numbers(archive: zipfile.ZipFile, folder: str, storage: _Storage) -> Array:
    member = archive.getinfo(f"{folder}data/{storage.key}")
    n_bytes = storage.n_numbers * storage.dtype.itemsize
    if member.file_size != n_bytes:
        raise ValueError(f"storage {storage.key} has {member.file_size} bytes, expected {n_bytes}")
    return np.frombuffer(archive.read(member), storage.dtype)


def _built(pickled: bytes) -> Any:
    """What the pickle makes, of plain containers, tensors and `_Foreign`.

    Raises:
        ValueError, LookupError, TypeError: it is damaged, or does what no checkpoint does.
    """
    machine = _Machine()
    for count, (operation, argument, _) in enumerate(pickletools.genops(pickled)):
        if count > _MOST_OPERATIONS:
            raise ValueError(f"its pickle has more than {_MOST_OPERATIONS} operations")
        if operation.name == "STOP":
            return machine.pop()
        machine.take(operation.name, argument)
    raise EOFError("its pickle has no end")


class _Machine:
    """The stack and the memo of a pickle. It takes no longer than the pickle is long."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def take(self, name: str, argument: Any) -> None:
        """Do one operation.

        Raises:
            ValueError, LookupError, TypeError: it cannot be done.
        """
        if name in _PUT:
            if argument > _MOST_OPERATIONS:  # Places are counted up.
                raise ValueError(f"its pickle puts something in place {argument} of its memo")
            self._memo[argument] = self._top()
        elif name in _GET:
            self._stack.append(self._memo[argument])
        elif name in _WRITTEN:
            self._stack.append(argument)
        elif name in _MADE:
            self._stack.append(_MADE[name])
        elif name in _EMPTY:
            self._stack.append(_EMPTY[name]())
        elif name == "MARK":
            self._stack.append(_MARK)
        elif name != "PROTO":
            self._combine(name, argument)

    def pop(self) -> Any:
        """What is on top, taken away.

        Raises:
            ValueError: nothing is.
        """
        top = self._top()
        self._stack.pop()
        return top

    def _combine(self, name: str, argument: Any) -> None:
        if name in _TUPLES:
            self._stack.append(tuple(reversed([self.pop() for _ in range(_TUPLES[name])])))
        elif name == "TUPLE":
            self._stack.append(tuple(self._to_mark()))
        elif name == "GLOBAL":
            module, _, called = str(argument).partition(" ")
            self._stack.append(_Name(module, called))
        elif name == "BINPERSID":
            self._stack.append(_storage(self.pop()))
        elif name in _CALLS:
            arguments = self.pop()
            self._stack.append(_made(self.pop(), arguments))
        elif name == "BUILD":
            self.pop()
            self._top()
        elif name in {"APPEND", "APPENDS"}:
            self._extend([self.pop()] if name == "APPEND" else self._to_mark())
        elif name in {"SETITEM", "SETITEMS"}:
            self._update([self.pop(), self.pop()][::-1] if name == "SETITEM" else self._to_mark())
        else:
            raise ValueError(f"its pickle has an operation {name}")

    def _extend(self, parts: list[Any]) -> None:
        target = self._top()
        if isinstance(target, list):
            target += parts
        elif not isinstance(target, _Foreign):
            raise TypeError("it adds to something that is no list")

    def _update(self, parts: list[Any]) -> None:
        target = self._top()
        if isinstance(target, dict):
            # Tuples can be hashed in exponential time, and large numbers be chosen to collide.
            for key, value in zip(parts[::2], parts[1::2], strict=True):
                if isinstance(key, str):
                    target[key] = value
        elif not isinstance(target, _Foreign):
            raise TypeError("it sets items of something that is no dict")

    def _top(self) -> Any:
        if not self._stack or self._stack[-1] is _MARK:
            raise ValueError("its pickle takes from an empty stack")
        return self._stack[-1]

    def _to_mark(self) -> list[Any]:
        parts = []
        while self._stack and self._stack[-1] is not _MARK:
            parts.append(self._stack.pop())
        self._stack.pop()
        return parts[::-1]


def _made(callee: Any, arguments: Any) -> Any:
    """What a call makes. Of tensors and of dicts alone it is anything."""
    if callee == _Name("collections", "OrderedDict"):
        if arguments not in ((), ([],)):
            raise ValueError("it has an OrderedDict of unusual form")
        return {}
    if callee == _Name("torch._utils", "_rebuild_tensor_v2"):
        return _tensor(*arguments[:4])
    if callee == _Name("torch._utils", "_rebuild_parameter"):
        return arguments[0]
    return _Foreign()


def _storage(pid: Any) -> _Storage:
    kind, dtype, key, _, n_numbers = pid
    if kind != "storage" or not isinstance(dtype, _Name) or dtype.module != "torch":
        raise ValueError("it refers to something that is no storage")
    if not isinstance(key, str) or type(n_numbers) is not int or n_numbers < 0:
        raise ValueError("it has a storage without key or size")
    return _Storage(_DTYPES[dtype.name], key, n_numbers)


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any) -> _Tensor:
    """A tensor. Only those are taken whose numbers lie one after the other."""
    if not isinstance(storage, _Storage) or not isinstance(shape, tuple):
        raise TypeError("it has a tensor without storage or shape")
    if len(shape) > _MOST_AXES or not all(type(n) is int and n >= 0 for n in (offset, *shape)):
        raise ValueError("it has a tensor of unusual shape")
    if offset + math.prod(shape) > storage.n_numbers:
        raise ValueError("it has a tensor that exceeds its storage")
    expected = tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
    if math.prod(shape) and strides != expected:
        raise ValueError(f"it has a tensor of other strides than {expected}")
    return _Tensor(storage, offset, shape)
