"""What a pickle builds, looked at before anything is built.

Unpicklers that execute nothing can still be kept busy. PyTorch takes 50 s to refuse a name of
40,000 letters, since it searches its own message in quadratic time, with the interpreter's lock
held. A tuple that holds one tuple twice, sixty times over, is printed or hashed in 2^60 steps. One
in another, a million times over, overflows the C stack when hashed. One byte of a place in the memo
asks for gigabytes. What tensors are saved in has none of these.
"""

import pickle
import pickletools
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, Final

from wlk_host.folders import is_file

_LONGEST: Final = 1000
"""Letters of a name, and bits of a number."""

_DEEPEST: Final = 20
"""Containers in one another. A checkpoint of PyTorch's has four."""

_MOST_USED_AGAIN: Final = 16
"""Tensors under a second name. Whisper has one: its embedding is its last layer as well."""

_MOST_OPERATIONS: Final = 1_000_000
"""Of a pickle. The largest Whisper models have 50,000."""

_LEGACY_PICKLES: Final = 5
"""In a file from before PyTorch 1.6 (`legacy_pickle.py`)."""

_CONSTANTS: Final = ("NONE", "NEWTRUE", "NEWFALSE")
_NUMBERS: Final = ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT")
_NAMES: Final = ("BINUNICODE", "BINSTRING", "SHORT_BINSTRING", "GLOBAL")
_PUSHED: Final = {
    **dict.fromkeys((*_CONSTANTS, *_NUMBERS, *_NAMES), 0),
    **dict.fromkeys(("EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT"), 1),
}
"""The depth of what an operation makes of nothing."""

_TO_MARK: Final = -1
_TAKEN: Final = {
    **dict.fromkeys(("TUPLE", "APPENDS", "SETITEMS"), _TO_MARK),
    **dict.fromkeys(("TUPLE1", "APPEND", "BUILD", "BINPERSID"), 1),
    **dict.fromkeys(("TUPLE2", "SETITEM", "REDUCE"), 2),
    "TUPLE3": 3,
}
"""How many things an operation takes from the stack."""

_PUT: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})
_OTHER_OBJECTS: Final = frozenset(
    {"NEWOBJ", "NEWOBJ_EX", "INST", "OBJ", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"}
)


def require_tensors(file: Path) -> None:
    """Check the pickles of a checkpoint of PyTorch's, of either of its formats.

    Raises:
        pickle.UnpicklingError: one builds what no tensors need, or is damaged.
        zipfile.BadZipFile, zlib.error, OSError: the file is damaged.
    """
    if not is_file(file):
        return
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if name.endswith(".pkl"):
                    with archive.open(name) as content:
                        require_plain(content)
        return
    with file.open("rb") as content:
        for _ in range(_LEGACY_PICKLES):
            require_plain(content)
            if not content.peek(1):
                return


def require_plain(file: BinaryIO | Any) -> None:
    """Check the pickle that begins there, and read to its end.

    Raises:
        pickle.UnpicklingError: as `require_tensors`.
    """
    building = _Building()
    try:
        for operation, argument, _ in pickletools.genops(file):
            building.take(operation.name, argument)
    except (ValueError, LookupError) as error:
        raise pickle.UnpicklingError(f"it is no pickle of tensors: {error}") from error


class _Building:
    """The depths of what a pickle's operations have on their stack; 0 is a name or a number."""

    def __init__(self) -> None:
        self._stack: list[int] = []
        self._marks: list[int] = []
        self._memo: dict[int, tuple[int, bool]] = {}
        self._made = False  # Whether the last operation called something.
        self._n_operations = self._n_used_again = 0

    def take(self, name: str, argument: object) -> None:
        """One operation more.

        Raises:
            ValueError: nothing that tensors need.
            LookupError: there is nothing to do it with.
        """
        _require_short(name, argument)
        if name in _PUT:
            self._put(argument)
        elif name in _GET:
            self._get(argument)
        else:
            self._build(name)
            self._made = name == "REDUCE"
        self._n_operations += 1
        if self._n_operations > _MOST_OPERATIONS:
            raise ValueError(f"it has more than {_MOST_OPERATIONS} operations")

    def _build(self, name: str) -> None:
        if name in _PUSHED:
            self._stack.append(_PUSHED[name])
        elif name in _TAKEN:
            self._use(name, self._pop(_TAKEN[name]))
        elif name == "MARK":
            self._marks.append(len(self._stack))
        elif name in _OTHER_OBJECTS:
            raise ValueError(f"unsupported global or object, by {name}")
        elif name not in {"PROTO", "STOP"}:
            raise ValueError(f"it has an operation {name}")

    def _use(self, name: str, parts: list[int]) -> None:
        """Make something of the parts, or add them to what is on the stack now."""
        if name.startswith("SETITEM") and any(parts[::2]):
            raise ValueError("it has a key that is no name")
        if name == "BINPERSID":
            self._stack.append(0)
        elif name == "REDUCE" or name.startswith("TUPLE"):
            self._stack.append(_around(parts))
        else:
            self._stack[-1] = max(self._stack[-1], _around(parts))

    def _put(self, place: object) -> None:
        # Places are counted up, so none can exceed the operations before it.
        if not isinstance(place, int) or not 0 <= place <= self._n_operations:
            raise ValueError(f"it puts something in place {place} of its memo")
        self._memo[place] = (self._stack[-1], self._made)

    def _get(self, place: object) -> None:
        depth, made = self._memo[place] if isinstance(place, int) else (1, False)
        self._n_used_again += made
        if (depth and not made) or self._n_used_again > _MOST_USED_AGAIN:
            raise ValueError("it uses a container twice")
        self._stack.append(depth)

    def _pop(self, number: int) -> list[int]:
        mark = self._marks[-1] if self._marks else 0
        if number == _TO_MARK:
            mark = first = self._marks.pop()
        else:
            first = len(self._stack) - number
        if first < mark:
            raise LookupError("its stack is empty")
        popped = self._stack[first:]
        del self._stack[first:]
        return popped


def _around(parts: list[int]) -> int:
    """The depth of what holds these parts."""
    depth = 1 + max(parts, default=0)
    if depth > _DEEPEST:
        raise ValueError(f"it has {depth} containers in one another")
    return depth


def _require_short(name: str, argument: object) -> None:
    length = (
        len(argument)
        if isinstance(argument, str | bytes)
        else argument.bit_length()
        if isinstance(argument, int)
        else 0
    )
    if length > _LONGEST:
        raise ValueError(f"it has an argument of {length} letters or bits after {name}")
