"""An LSTM of PyTorch's as a node of ONNX."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.graphs.graph import Graph

_GATES: Final = [0, 3, 1, 2]
"""PyTorch has input, forget, cell, output; ONNX has input, output, forget, cell."""


def lstm(
    graph: Graph,
    weights: Mapping[str, NDArray[np.float32]],
    i: int,
    x: str,
    *,
    directions: Sequence[str] = ("",),
) -> tuple[str, str]:
    """A layer: its output at each frame, (frames, 1, width), and at the last, (directions, 1, ...).

    Args:
        graph: to which it is added.
        weights: with PyTorch's names below `lstm.`.
        i: number of the layer.
        x: its input, shape (frames, 1, features).
        directions: how the names of each direction's weights end.
    """
    each = [_direction(weights, f"l{i}{ending}") for ending in directions]
    into, back, bias = (np.stack(parts) for parts in zip(*each, strict=True))
    width = back.shape[2]
    shown, last = f"shown_{i}", f"last_{i}"
    inputs = (graph.weight(array) for array in (into, back, bias))
    way = "forward" if len(directions) == 1 else "bidirectional"
    graph.nodes("LSTM", (shown, last), x, *inputs, hidden_size=width, direction=way)
    # (frames, directions, 1, width): what is told of a frame stands side by side.
    together = graph.node("Transpose", shown, perm=(0, 2, 1, 3))
    return graph.node("Reshape", together, graph.integers(0, 1, len(directions) * width)), last


def _direction(
    weights: Mapping[str, NDArray[np.float32]], ending: str
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    width = weights[f"lstm.weight_hh_{ending}"].shape[1]
    into, back, *biases = (
        weights[f"lstm.{name}_{ending}"].reshape(4, width, -1)[_GATES].reshape(4 * width, -1)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    return into, back, np.concatenate(biases)[:, 0]
