"""Build an ONNX graph node by node.

Field numbers are those of `onnx.proto` (onnx/onnx, ONNX IR version 8).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.graphs.protobuf import counted, integer, number, text

_IR_VERSION: Final = 8
_OPSET: Final = 17
"""The first with LayerNormalization."""

_ONNX: Final = ""
MICROSOFT: Final = "com.microsoft"
"""The domain of the operators that onnxruntime adds."""

_DTYPES: Final = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
"""`TensorProto.DataType`."""

_EXTERNAL: Final = 1
"""`TensorProto.DataLocation`."""

_PAGE: Final = 4096
"""External weights begin on a page, so that they can be mapped (`onnx.proto`)."""

_LARGE: Final = 65_536
"""Bytes from which on a weight goes to the external file."""

Dtype: TypeAlias = Literal["float32", "uint8", "int8", "int64"]
Dimension: TypeAlias = int | str
"""A number, or the name of one that differs from call to call."""

Attribute: TypeAlias = int | float | str | Sequence[int]


class ExternalWeights:
    """The file beside a graph that holds its large weights. They are written as they come.

    Args:
        path: in the folder of the graph.
        file: that path, open to be written.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._name = path.name
        self._file = file

    def add(self, content: bytes) -> bytes:
        """Append a weight. Returns the fields of `TensorProto` that refer to it."""
        self._file.write(bytes(-self._file.tell() % _PAGE))
        place = {
            "location": self._name,
            "offset": str(self._file.tell()),
            "length": str(len(content)),
        }
        self._file.write(content)
        entries = (counted(13, text(1, key) + text(2, value)) for key, value in place.items())
        return b"".join(entries) + integer(14, _EXTERNAL)


class Graph:
    """A graph that grows. Values are known by their names.

    Args:
        name: of the graph.
        external: where large weights go; None keeps all in the graph.
    """

    def __init__(self, name: str, external: ExternalWeights | None = None) -> None:
        self._name = name
        self._external = external
        self._parts: list[bytes] = []
        self._n_names = 0

    def input(self, name: str, dtype: Dtype, shape: Sequence[Dimension]) -> str:
        """Declare an input of the graph. Returns its name."""
        self._parts.append(counted(11, _value_info(name, dtype, shape)))
        return name

    def output(self, name: str, dtype: Dtype, shape: Sequence[Dimension]) -> None:
        """Declare the value of that name as an output of the graph."""
        self._parts.append(counted(12, _value_info(name, dtype, shape)))

    def weight(self, array: NDArray[np.generic]) -> str:
        """Add a constant tensor. Returns its name."""
        name = self._new_name("weight")
        content = np.ascontiguousarray(array).tobytes()
        tensor = b"".join(integer(1, size) for size in array.shape)
        tensor += integer(2, _DTYPES[array.dtype.name]) + text(8, name)
        if self._external is not None and len(content) >= _LARGE:
            tensor += self._external.add(content)
        else:
            tensor += counted(9, content)
        self._parts.append(counted(5, tensor))
        return name

    def integers(self, *values: int) -> str:
        """Add a constant vector of int64: a shape, or indices. Returns its name."""
        return self.weight(np.array(values, np.int64))

    def node(
        self,
        operator: str,
        *inputs: str,
        domain: str = _ONNX,
        called: str | None = None,
        **attributes: Attribute,
    ) -> str:
        """Add a node with one output. Returns the name of that.

        Args:
            operator: of ONNX, or of another domain.
            inputs: names of values; an empty one leaves an optional input out.
            domain: of the operator.
            called: the output's name; None makes one up.
            attributes: of the node.
        """
        called = called or self._new_name(operator)
        self._parts.append(_node(operator, inputs, [called], domain, attributes))
        return called

    def nodes(
        self, operator: str, called: Sequence[str], *inputs: str, **attributes: Attribute
    ) -> None:
        """Add a node of ONNX with some outputs, whose names are given."""
        self._parts.append(_node(operator, inputs, called, _ONNX, attributes))

    def encoded(self) -> bytes:
        """The model file."""
        opsets = (
            counted(8, text(1, domain) + integer(2, version))
            for domain, version in ((_ONNX, _OPSET), (MICROSOFT, 1))
        )
        graph = text(2, self._name) + b"".join(self._parts)
        return integer(1, _IR_VERSION) + counted(7, graph) + b"".join(opsets)

    def _new_name(self, stem: str) -> str:
        self._n_names += 1
        return f"{stem}_{self._n_names}"


def _node(
    operator: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    domain: str,
    attributes: dict[str, Attribute],
) -> bytes:
    """A field of `GraphProto` with a `NodeProto`."""
    content = b"".join(text(1, name) for name in inputs)
    content += b"".join(text(2, name) for name in outputs)
    content += text(4, operator) + text(7, domain)
    content += b"".join(counted(5, _attribute(*item)) for item in attributes.items())
    return counted(1, content)


def _attribute(name: str, value: Attribute) -> bytes:
    """An `AttributeProto`: name, value, and its type."""
    match value:
        case int():
            return text(1, name) + integer(3, value) + integer(20, 2)
        case float():
            return text(1, name) + number(2, value) + integer(20, 1)
        case str():
            return text(1, name) + text(4, value) + integer(20, 3)
        case _:
            values = b"".join(integer(8, each) for each in value)
            return text(1, name) + values + integer(20, 7)


def _value_info(name: str, dtype: Dtype, shape: Sequence[Dimension]) -> bytes:
    """A `ValueInfoProto`: name, element type, shape."""
    dimensions = b"".join(
        counted(1, text(2, size) if isinstance(size, str) else integer(1, size)) for size in shape
    )
    tensor = integer(1, _DTYPES[dtype]) + counted(2, dimensions)
    return text(1, name) + counted(2, counted(1, tensor))
