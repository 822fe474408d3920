"""Whisper's decoder as two ONNX graphs: one for a window, one for tokens.

H heads of 64 channels are W features; T encoder frames; n tokens are read after P of the cache;
V tokens are in the vocabulary. All numbers are float32, indices int64.

`memory`, run once a window:
- in: encoded (T, W)
- out: for each layer `key_0` (1, H, 64, T), `value_0` (1, H, T, 64)

`decoder`, run for each token or for several at a time:
- in: x (n, W), the embeddings with their positions; visible (n, P + n), added to the weights of
  self-attention: 0, or -inf for what a token does not see; rows (r,), the tokens whose successors
  are asked for; mask (V,), added to the logits; n_best (1,); for each layer those of `memory`, and
  `past_key_0`, `past_value_0` (1, H, P, 64)
- out: logits (r, V), without the mask; tokens and logprobs (r, n_best), the most probable
  successors, the best first; attention (1, alignment heads, n, T); for each layer `own_key_0`,
  `own_value_0` (1, H, P + n, 64)
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from wlk_host.backends.graphs.graph import MICROSOFT, Dimension, ExternalWeights, Graph
from wlk_host.backends.whisper.layout import (
    HEAD_WIDTH,
    Variables,
    n_heads,
    n_layers,
    width,
)
from wlk_host.backends.whisper.onnx.linear import (
    Precision,
    block_linear,
    channel_linear,
    float_linear,
)

_SCALE: Final = HEAD_WIDTH**-0.5

_EPSILON: Final = 1e-5
"""Of layer normalisation."""

_LINEAR: Final = {"int8": channel_linear, "mixed": block_linear, "float32": float_linear}


def memory_graph(variables: Variables, precision: Precision, external: ExternalWeights) -> bytes:
    """The graph that makes keys and values of an encoded window.

    Args:
        variables: of the whole model.
        precision: of the products.
        external: where the weights go.
    """
    heads = n_heads(variables)
    graph = Graph("memory", external)
    layers = _Layers(graph, variables, precision)
    encoded = graph.input("encoded", "float32", ("frames", width(variables)))
    for i in range(n_layers(variables, "decoder")):
        # Apart from each other: to split one product would cost a copy of each.
        for part, name, perm in ((0, f"key_{i}", (0, 2, 3, 1)), (1, f"value_{i}", (0, 2, 1, 3))):
            x = layers.linear(f"layer_{i}/attention/linear_1", encoded, part=part)
            x = graph.node("Reshape", x, graph.integers(1, -1, heads, HEAD_WIDTH))
            graph.node("Transpose", x, perm=perm, called=name)
        graph.output(f"key_{i}", "float32", (1, heads, HEAD_WIDTH, "frames"))
        graph.output(f"value_{i}", "float32", (1, heads, "frames", HEAD_WIDTH))
    return graph.encoded()


def decoder_graph(
    variables: Variables,
    heads: Sequence[Sequence[int]],
    precision: Precision,
    external: ExternalWeights,
) -> bytes:
    """The graph that reads tokens.

    Args:
        variables: of the whole model.
        heads: for each layer of the decoder the heads whose attention is asked for.
        precision: of the products.
        external: where the large weights go.
    """
    n_vocab = len(variables["decoder/embeddings/weight"])
    graph = Graph("decoder", external)
    layers = _Layers(graph, variables, precision)
    x = graph.input("x", "float32", ("tokens", width(variables)))
    graph.input("visible", "float32", ("tokens", "slots"))
    graph.input("rows", "int64", ("rows",))
    graph.input("mask", "float32", (n_vocab,))
    graph.input("n_best", "int64", (1,))
    attended = []
    for i, own_heads in enumerate(heads):
        x = graph.node("Add", x, layers.self_attention(i, x))
        change, weights = layers.cross_attention(i, x)
        x = graph.node("Add", x, change)
        x = graph.node("Add", x, layers.feed_forward(i, x))
        if own_heads:
            attended.append(graph.node("Gather", weights, graph.integers(*own_heads), axis=1))
    last = layers.norm("layer_norm", graph.node("Gather", x, "rows", axis=0))
    logits = layers.projection(last, called="logits")
    scores = graph.node("LogSoftmax", graph.node("Add", logits, "mask"), axis=-1)
    graph.nodes("TopK", ("logprobs", "tokens"), scores, "n_best", axis=-1)
    graph.node("Concat", *attended, axis=1, called="attention")
    n_attended = sum(len(own_heads) for own_heads in heads)
    graph.output("logits", "float32", ("rows", n_vocab))
    graph.output("tokens", "int64", ("rows", "best"))
    graph.output("logprobs", "float32", ("rows", "best"))
    graph.output("attention", "float32", (1, n_attended, "tokens", "frames"))
    return graph.encoded()


class _Layers:
    """Adds the layers of a decoder to a graph.

    Args:
        graph: that grows.
        variables: of the whole model.
        precision: of the products.
    """

    def __init__(self, graph: Graph, variables: Variables, precision: Precision) -> None:
        self._graph = graph
        self._variables = variables
        self._precision = precision
        self._n_heads = n_heads(variables)

    def self_attention(self, i: int, x: str) -> str:
        """Of the tokens to those before them. The cache that goes on is an output."""
        graph, name = self._graph, f"layer_{i}/self_attention"
        shape: tuple[Dimension, ...] = (1, self._n_heads, "past", HEAD_WIDTH)
        joined: tuple[Dimension, ...] = (1, self._n_heads, "slots", HEAD_WIDTH)
        x = self.linear(f"{name}/linear_0", self.norm(f"{name}/layer_norm", x))
        x = graph.node("Reshape", x, graph.integers(-1, 3, self._n_heads, HEAD_WIDTH))
        x = graph.node("Transpose", x, perm=(1, 2, 0, 3))
        query, key, value = (f"{part}_of_new_{i}" for part in ("query", "key", "value"))
        graph.nodes("Split", (query, key, value), x, axis=0)
        past_key = graph.input(f"past_key_{i}", "float32", shape)
        past_value = graph.input(f"past_value_{i}", "float32", shape)
        key = graph.node("Concat", past_key, key, axis=2, called=f"own_key_{i}")
        value = graph.node("Concat", past_value, value, axis=2, called=f"own_value_{i}")
        graph.output(key, "float32", joined)
        graph.output(value, "float32", joined)
        scores = graph.node("FusedMatMul", query, key, domain=MICROSOFT, transB=1, alpha=_SCALE)
        weights = graph.node("Softmax", graph.node("Add", scores, "visible"), axis=-1)
        return self.linear(f"{name}/linear_1", self._attended(weights, value))

    def cross_attention(self, i: int, x: str) -> tuple[str, str]:
        """Of the tokens to the window, and its weights, shape (1, H, n, T)."""
        graph, name = self._graph, f"layer_{i}/attention"
        key = graph.input(f"key_{i}", "float32", (1, self._n_heads, HEAD_WIDTH, "frames"))
        value = graph.input(f"value_{i}", "float32", (1, self._n_heads, "frames", HEAD_WIDTH))
        query = self.linear(f"{name}/linear_0", self.norm(f"{name}/layer_norm", x))
        query = graph.node("Reshape", query, graph.integers(1, -1, self._n_heads, HEAD_WIDTH))
        query = graph.node("Transpose", query, perm=(0, 2, 1, 3))
        scores = graph.node("FusedMatMul", query, key, domain=MICROSOFT, alpha=_SCALE)
        weights = graph.node("Softmax", scores, axis=-1)
        return self.linear(f"{name}/linear_2", self._attended(weights, value)), weights

    def _attended(self, weights: str, value: str) -> str:
        """What the tokens see by their weights, (1, H, n, slots), as rows of shape (n, W)."""
        graph = self._graph
        seen = graph.node("Transpose", graph.node("MatMul", weights, value), perm=(0, 2, 1, 3))
        return graph.node("Reshape", seen, graph.integers(-1, self._n_heads * HEAD_WIDTH))

    def feed_forward(self, i: int, x: str) -> str:
        """Of each token by itself."""
        name = f"layer_{i}/ffn"
        inner = self.linear(f"{name}/linear_0", self.norm(f"{name}/layer_norm", x))
        inner = self._graph.node("Gelu", inner, domain=MICROSOFT)
        return self.linear(f"{name}/linear_1", inner, has_outliers=True)

    def norm(self, name: str, x: str) -> str:
        """Layer normalisation over the features."""
        gamma, beta = self._vector(f"{name}/gamma"), self._vector(f"{name}/beta")
        return self._graph.node("LayerNormalization", x, gamma, beta, axis=-1, epsilon=_EPSILON)

    def linear(
        self, name: str, x: str, *, part: int | None = None, has_outliers: bool = False
    ) -> str:
        """A linear layer with a bias.

        Args:
            name: of its variables.
            x: what goes through, shape (n, in).
            part: 0 or 1 for half of the output channels; None for all.
            has_outliers: whether x has a few numbers much larger than the rest.
        """
        weight = self._variables[f"decoder/{name}/weight"]
        bias = self._variables[f"decoder/{name}/bias"]
        if part is not None:
            weight, bias = (np.split(each, 2)[part] for each in (weight, bias))
        precision = self._precision
        if precision == "mixed" and not has_outliers:
            precision = "int8"
        return _LINEAR[precision](self._graph, x, weight, bias)

    def projection(self, x: str, called: str) -> str:
        """To the vocabulary, as a value of that name."""
        weight = self._variables["decoder/projection/weight"]
        linear = float_linear if self._precision == "float32" else channel_linear
        return linear(self._graph, x, weight, called=called)

    def _vector(self, name: str) -> str:
        return self._graph.weight(self._variables[f"decoder/{name}"].astype(np.float32))
