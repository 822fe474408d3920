"""Whisper's encoder as an ONNX graph.

T frames of 20 ms come from 2 T frames of `mels` features; they have W features, in H heads of 64
channels. All numbers are float32.

- in: features (1, mels, 2 T), normalised
- out: encoded (T, W)

Attention is computed blockwise by onnxruntime, which never holds all T * T weights (72 MB in each
layer of base, for the full window).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.graphs.graph import MICROSOFT, ExternalWeights, Graph
from wlk_host.backends.whisper.layout import Variables, n_heads, n_layers, width
from wlk_host.backends.whisper.onnx.linear import block_linear, channel_linear

Rows = NDArray[np.float32]

_EPSILON: Final = 1e-5
"""Of layer normalisation."""

_SHARE: Final = 0.7
"""How much of what makes a feature large goes from the activations to the weights (`_smoothed`)."""

_DEVIATIONS: Final = 3
"""A normalised feature is hardly ever larger than so many standard deviations."""


def encoder_graph(variables: Variables, external: ExternalWeights) -> bytes:
    """The graph that encodes a window, in int8.

    Args:
        variables: of the whole model.
        external: where the weights go.
    """
    graph = Graph("encoder", external)
    layers = _Layers(graph, variables)
    n_mels = int(variables["encoder/conv1/weight"].shape[1])
    x = graph.input("features", "float32", (1, n_mels, "mel_frames"))
    x = layers.convolution("conv2", layers.convolution("conv1", x, stride=1), stride=2)
    x = graph.node("Reshape", graph.node("Transpose", x, perm=(0, 2, 1)), layers.rows)
    x = graph.node("Add", x, layers.places(x))
    n_blocks = n_layers(variables, "encoder")
    for i in range(n_blocks):
        x = graph.node("Add", x, layers.self_attention(i, x))
        # In the upper half a few of these activations are up to fifty times as large as the rest.
        x = graph.node("Add", x, layers.feed_forward(i, x, has_outliers=2 * i >= n_blocks))
    gamma, beta = (layers.vector(f"layer_norm/{part}") for part in ("gamma", "beta"))
    graph.node(
        "LayerNormalization",
        x,
        graph.weight(gamma),
        graph.weight(beta),
        axis=-1,
        epsilon=_EPSILON,
        called="encoded",
    )
    graph.output("encoded", "float32", ("frames", width(variables)))
    return graph.encoded()


class _Layers:
    """Adds the layers of an encoder to a graph.

    Args:
        graph: that grows.
        variables: of the whole model.

    Attributes:
        rows: the shape (T, W).
    """

    def __init__(self, graph: Graph, variables: Variables) -> None:
        self._graph = graph
        self._variables = variables
        self._n_heads = n_heads(variables)
        self.rows = graph.integers(-1, width(variables))
        self._window = graph.integers(1, -1, width(variables))

    def vector(self, name: str) -> Rows:
        """A variable in float32."""
        return self._variables[f"encoder/{name}"].astype(np.float32)

    def convolution(self, name: str, x: str, stride: int) -> str:
        """A convolution over three frames, and its activation."""
        graph = self._graph
        weight, bias = (graph.weight(self.vector(f"{name}/{part}")) for part in ("weight", "bias"))
        x = graph.node("Conv", x, weight, bias, kernel_shape=(3,), pads=(1, 1), strides=(stride,))
        return graph.node("Gelu", x, domain=MICROSOFT)

    def places(self, x: str) -> str:
        """What says to each row where it stands."""
        graph = self._graph
        n_frames = graph.node("Shape", x, start=0, end=1)
        places = graph.weight(self.vector("position_encodings/encodings"))
        return graph.node("Slice", places, graph.integers(0), n_frames, graph.integers(0))

    def self_attention(self, i: int, x: str) -> str:
        """Of each frame to all others."""
        graph, name = self._graph, f"layer_{i}/self_attention"
        x, weight = self._smoothed(f"{name}/layer_norm", f"{name}/linear_0", x)
        biases = np.split(self.vector(f"{name}/linear_0/bias"), 3)
        parts = [
            graph.node("Reshape", channel_linear(graph, x, part, bias), self._window)
            for part, bias in zip(np.split(weight, 3), biases, strict=True)
        ]
        x = graph.node("MultiHeadAttention", *parts, domain=MICROSOFT, num_heads=self._n_heads)
        return self._linear(f"{name}/linear_1", graph.node("Reshape", x, self.rows))

    def feed_forward(self, i: int, x: str, *, has_outliers: bool) -> str:
        """Of each frame by itself."""
        graph, name = self._graph, f"layer_{i}/ffn"
        x, weight = self._smoothed(f"{name}/layer_norm", f"{name}/linear_0", x)
        inner = channel_linear(graph, x, weight, self.vector(f"{name}/linear_0/bias"))
        inner = graph.node("Gelu", inner, domain=MICROSOFT)
        return self._linear(f"{name}/linear_1", inner, has_outliers=has_outliers)

    def _linear(self, name: str, x: str, *, has_outliers: bool = False) -> str:
        linear = block_linear if has_outliers else channel_linear
        weight, bias = self.vector(f"{name}/weight"), self.vector(f"{name}/bias")
        return linear(self._graph, x, weight, bias)

    def _smoothed(self, norm: str, linear: str, x: str) -> tuple[str, Rows]:
        """The normalised rows of x, and the weight that they go through.

        Large features are made smaller, and their weights larger in return: all activations of a
        call share one scale in int8 (SmoothQuant, Xiao et al., 2023). How large a feature gets is
        read from the normalisation before it, so no sound is needed.
        """
        gamma, beta = self.vector(f"{norm}/gamma"), self.vector(f"{norm}/beta")
        weight = self.vector(f"{linear}/weight")
        largest = np.maximum(_DEVIATIONS * np.abs(gamma) + np.abs(beta), 1e-5)
        widest = np.maximum(np.abs(weight).max(axis=0), 1e-5)
        scale = largest**_SHARE / widest ** (1 - _SHARE)
        graph = self._graph
        parts = (graph.weight((part / scale).astype(np.float32)) for part in (gamma, beta))
        normal = graph.node("LayerNormalization", x, *parts, axis=-1, epsilon=_EPSILON)
        return normal, (weight * scale).astype(np.float32)
