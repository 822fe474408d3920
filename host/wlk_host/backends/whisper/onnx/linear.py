"""Linear layers of an ONNX graph, in the precisions that suit a processor."""

import importlib.metadata
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.graphs.graph import MICROSOFT, Graph
from wlk_host.backends.graphs.session import products_overflow

Precision: TypeAlias = Literal["int8", "mixed", "float32"]
"""How products are computed.

- int8: weights per output channel, activations per call quantised on the fly.
- mixed: the same, but for products in which int8 loses most (`block_product`).
- float32: as a reference. It needs four times the memory.
"""

_BLOCK: Final = 128
"""Weights with a scale of their own. On onnxruntime 1.23 blocks of 512 gave NaN."""

_BLOCKS_SINCE: Final = (1, 23)
"""The first onnxruntime whose MatMulNBits multiplies 8-bit weights (1.20 and 1.22 fail)."""

_MIDDLE: Final = 128
"""Of 8 bits without a sign: what stands for zero."""

_ROWS: Final = 4096
"""Output channels that are quantised at a time."""

_INT8_ACTIVATIONS: Final = 4
"""`accuracy_level` of MatMulNBits: products of int8, the activations quantised per block."""


def best_precision(version: str | None = None) -> Precision:
    """The nearest to float32 that is quick: "mixed", or "int8" on an older onnxruntime.

    Args:
        version: of onnxruntime; None is the installed one.
    """
    version = version or importlib.metadata.version("onnxruntime")
    major, minor = (int(part) for part in version.split(".")[:2])
    return "mixed" if (major, minor) >= _BLOCKS_SINCE else "int8"


Array = NDArray[np.generic]


def float_linear(
    graph: Graph, x: str, weight: Array, bias: Array | None = None, called: str | None = None
) -> str:
    """y = x W' + b in float32.

    Args:
        graph: to add it to.
        x: a value of shape (n, in).
        weight: shape (out, in), in any precision.
        bias: shape (out,); None for none.
        called: the name of y; None makes one up.
    """
    full = graph.weight(weight.astype(np.float32).T)
    if bias is None:
        return graph.node("MatMul", x, full, called=called)
    return _biased(graph, graph.node("MatMul", x, full), bias, called)


def channel_linear(
    graph: Graph, x: str, weight: Array, bias: Array | None = None, called: str | None = None
) -> str:
    """The same with a scale for each output channel, and one for all activations of a call."""
    n_out, n_in = weight.shape
    scale = np.empty(n_out, np.float32)
    quantised = np.empty((n_in, n_out), np.int8)
    # Some rows at a time: the vocabulary takes 106 MB in float32, for the base model.
    for rows in (slice(at, at + _ROWS) for at in range(0, n_out, _ROWS)):
        full = weight[rows].astype(np.float32)
        part = _scale(full)
        scale[rows] = part[:, 0]
        quantised[:, rows] = np.rint(full / part).astype(np.int8).T
    if products_overflow():
        # Without a sign they cannot, but take twice the time.
        unsigned = quantised.view(np.uint8) ^ np.uint8(_MIDDLE)
        zero = graph.weight(np.full(1, _MIDDLE, np.uint8))
        inputs = [x, graph.weight(unsigned), graph.weight(scale), zero]
    else:
        inputs = [x, graph.weight(quantised), graph.weight(scale), ""]
    if bias is not None:
        inputs.append(graph.weight(bias.astype(np.float32)))
    return graph.node("DynamicQuantizeMatMul", *inputs, domain=MICROSOFT, called=called)


def block_linear(
    graph: Graph, x: str, weight: Array, bias: Array, called: str | None = None
) -> str:
    """The same with a scale for each block of an output channel, and of the activations.

    What it multiplies may have a few numbers much larger than the rest: the others keep their
    precision in blocks apart from those.
    """
    n_out, n_in = weight.shape
    blocks = weight.astype(np.float32).reshape(n_out, n_in // _BLOCK, _BLOCK)
    scale = _scale(blocks)
    quantised = (np.rint(blocks / scale) + _MIDDLE).astype(np.uint8)
    product = graph.node(
        "MatMulNBits",
        x,
        graph.weight(quantised),
        graph.weight(scale.reshape(-1)),
        domain=MICROSOFT,
        K=n_in,
        N=n_out,
        bits=8,
        block_size=_BLOCK,
        accuracy_level=_INT8_ACTIVATIONS,
    )
    return _biased(graph, product, bias, called)


def _biased(graph: Graph, x: str, bias: Array, called: str | None) -> str:
    return graph.node("Add", x, graph.weight(bias.astype(np.float32)), called=called)


def _scale(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the last axis, which stays with length 1."""
    largest = np.abs(weight).max(axis=-1, keepdims=True)
    return np.asarray(np.maximum(largest, 1e-8) / 127, np.float32)
