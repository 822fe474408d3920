"""What the encoder is to answer to a short window, without onnxruntime; see `reference`."""

import numpy as np

from wlk_host.backends.whisper.layout import HEAD_WIDTH, Variables, n_layers
from wlk_host.backends.whisper.onnx.reference import Layers, Rows, gelu
from wlk_host.backends.whisper.scores import softmax


def expected_frames(variables: Variables, features: Rows) -> Rows:
    """The encoded frames of features (mels, 2 T) in float32, shape (T, W).

    Raises:
        KeyError: a variable is missing.
    """
    layers = Layers(variables, "encoder")
    x = features
    for name, stride in (("conv1", 1), ("conv2", 2)):
        x = gelu(_convolved(x, layers.full(f"{name}/weight"), stride) + _column(layers, name))
    x = x.T + layers.full("position_encodings/encodings")[: x.shape[1]]
    for i in range(n_layers(variables, "encoder")):
        own, ffn = f"layer_{i}/self_attention", f"layer_{i}/ffn"
        parts = layers.linear(f"{own}/linear_0", layers.norm(f"{own}/layer_norm", x))
        x = x + layers.linear(f"{own}/linear_1", _attend(parts))
        inner = layers.linear(f"{ffn}/linear_0", layers.norm(f"{ffn}/layer_norm", x))
        x = x + layers.linear(f"{ffn}/linear_1", gelu(inner))
    return layers.norm("layer_norm", x)


def _column(layers: Layers, name: str) -> Rows:
    return layers.full(f"{name}/bias")[:, None]


def _convolved(x: Rows, weight: Rows, stride: int) -> Rows:
    """Over three frames at a time: (in, T) and (out, in, 3) to (out, T / stride)."""
    padded = np.pad(x, ((0, 0), (1, 1)))
    shifted = [padded[:, i : i + x.shape[1] : stride] for i in range(3)]
    products = [weight[:, :, i] @ frames for i, frames in enumerate(shifted)]
    return np.asarray(sum(products), np.float32)


def _attend(parts: Rows) -> Rows:
    """Every frame to every other: query, key and value (T, 3 W) to (T, W)."""
    query, key, value = (
        part.reshape(len(parts), -1, HEAD_WIDTH) for part in np.split(parts, 3, axis=1)
    )
    scores = np.einsum("qhc,khc->hqk", query, key) * HEAD_WIDTH**-0.5
    attended: Rows = np.einsum("hqk,khc->qhc", softmax(scores), value)
    return attended.reshape(len(parts), -1)
