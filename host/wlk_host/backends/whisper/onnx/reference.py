"""What the decoder is to answer to one token, computed without onnxruntime.

Kernels that are wrong on some machine, or some version, do not say so: an early MatMulNBits gave
NaN. So what a graph answers is compared with this before it is used.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.layout import HEAD_WIDTH, Half, Variables, n_layers, width
from wlk_host.backends.whisper.scores import softmax

Rows = NDArray[np.float32]

TOKEN: Final = 0

_N_FRAMES: Final = 16

_EPSILON: Final = 1e-5
"""Of layer normalisation."""

_ERF: Final = np.vectorize(math.erf)

_MOST_ERROR: Final = 0.5
"""Of int8, relative to float32; with some speech it is 0.1."""


def window(n_features: int) -> Rows:
    """An encoded window to ask about: any numbers, the same each time, shape (T, W)."""
    return np.random.default_rng(0).normal(size=(_N_FRAMES, n_features)).astype(np.float32)


def features(n_mels: int) -> Rows:
    """A window to encode: any numbers, the same each time, shape (n_mels, 2 T)."""
    return np.random.default_rng(0).normal(size=(n_mels, 2 * _N_FRAMES)).astype(np.float32)


def expected_logits(variables: Variables) -> Rows:
    """The logits after `TOKEN` as the first of all, for `window`, in float32, shape (V,).

    Raises:
        KeyError: a variable is missing.
    """
    decoder, encoded = _Decoder(variables, "decoder"), window(width(variables))
    places = variables["decoder/position_encodings/encodings"]
    x = (variables["decoder/embeddings/weight"][TOKEN] + places[0]).astype(np.float32)[None]
    for i in range(n_layers(variables, "decoder")):
        x = decoder.layer(f"layer_{i}", x, encoded)
    # In the precision of the file: in float32 the vocabulary takes twice the memory.
    last = decoder.norm("layer_norm", x)[0]
    weight = variables["decoder/projection/weight"]
    blocks = range(0, len(weight), 4096)
    return np.concatenate([weight[at : at + 4096].astype(np.float32) @ last for at in blocks])


def agree(logits: Rows, expected: Rows) -> bool:
    """Whether a graph computes what it is to compute, as nearly as int8 can."""
    error = np.linalg.norm(logits - expected) / np.linalg.norm(expected)
    return bool(error < _MOST_ERROR)  # False with NaN as well.


class Layers:
    """The plain layers of one half of a model, in float32.

    Args:
        variables: of the whole model.
        half: which one.
    """

    def __init__(self, variables: Variables, half: Half) -> None:
        self._variables = variables
        self._half = half

    def linear(self, name: str, x: Rows) -> Rows:
        """A linear layer with its bias."""
        product: Rows = x @ self.full(f"{name}/weight").T
        return product + self.full(f"{name}/bias")

    def norm(self, name: str, x: Rows) -> Rows:
        """Layer normalisation over the features."""
        deviation = np.sqrt(x.var(axis=-1, keepdims=True) + _EPSILON)
        normal = ((x - x.mean(axis=-1, keepdims=True)) / deviation).astype(np.float32)
        scaled: Rows = normal * self.full(f"{name}/gamma")
        return scaled + self.full(f"{name}/beta")

    def full(self, name: str) -> Rows:
        """A variable."""
        return self._variables[f"{self._half}/{name}"].astype(np.float32)


class _Decoder(Layers):
    """The layers of the decoder on a single token, of which nothing was read before."""

    def layer(self, name: str, x: Rows, encoded: Rows) -> Rows:
        own, cross, ffn = (f"{name}/{part}" for part in ("self_attention", "attention", "ffn"))
        # A token that sees itself alone takes over its own value.
        value = np.split(self.linear(f"{own}/linear_0", self.norm(f"{own}/layer_norm", x)), 3, 1)[2]
        x = x + self.linear(f"{own}/linear_1", value)
        query = self.linear(f"{cross}/linear_0", self.norm(f"{cross}/layer_norm", x))
        attended = _attend(query, self.linear(f"{cross}/linear_1", encoded))
        x = x + self.linear(f"{cross}/linear_2", attended)
        inner = self.linear(f"{ffn}/linear_0", self.norm(f"{ffn}/layer_norm", x))
        return x + self.linear(f"{ffn}/linear_1", gelu(inner))


def _attend(query: Rows, key_value: Rows) -> Rows:
    """One token to T frames: (1, W) and (T, 2 W) to (1, W)."""
    key, value = (
        part.reshape(len(key_value), -1, HEAD_WIDTH) for part in np.split(key_value, 2, 1)
    )
    scores = np.einsum("hc,thc->ht", query.reshape(-1, HEAD_WIDTH), key) * HEAD_WIDTH**-0.5
    attended: Rows = np.einsum("ht,thc->hc", softmax(scores), value)
    return attended.reshape(1, -1)


def gelu(x: Rows) -> Rows:
    """Exact (Hendrycks and Gimpel, 2016)."""
    return np.asarray(x / 2 * (1 + _ERF(x / np.sqrt(2))), np.float32)
