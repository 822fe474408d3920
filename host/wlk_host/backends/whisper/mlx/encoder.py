"""Whisper's encoder in MLX."""

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.layout import HEAD_WIDTH, Variables, encoder_layer, n_layers
from wlk_host.backends.whisper.mlx.layers import SCALE, Array, Checkpoint, gelu


class MlxEncoder:
    """The encoder half of a Whisper checkpoint; as `TorchEncoder`, on MLX's default device.

    Args:
        variables: CTranslate2 names and arrays (`checkpoints.container.read_variables`).
        dtype: of the weights and their products.
    """

    def __init__(self, variables: Variables, dtype: Array) -> None:
        checkpoint = Checkpoint(variables, "encoder", dtype)
        self._dtype = dtype
        self._convolutions = (
            checkpoint.convolution("conv1", stride=1),
            checkpoint.convolution("conv2", stride=2),
        )
        self._positions = checkpoint.tensor("position_encodings/encodings")
        self._layers = [encoder_layer(checkpoint, i) for i in range(n_layers(variables, "encoder"))]
        self._norm = checkpoint.norm("layer_norm")

    def __call__(self, features: NDArray[np.float32]) -> Array:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        x = mx.array(np.ascontiguousarray(features.T))[None]
        for convolution in self._convolutions:
            x = gelu(convolution(x))
        x = x[0] + self._positions[: x.shape[1]]
        for layer in self._layers:
            x = x + layer.own.out(self._attend(layer.own.qkv(layer.own.norm(x))))
            x = x + layer.ffn.narrow(gelu(layer.ffn.widen(layer.ffn.norm(x))))
        encoded = self._norm(x)
        mx.eval(encoded)
        return encoded

    def _attend(self, qkv: Array) -> Array:
        """Every frame to every other, shape (T, 3 * width) to (T, width)."""
        n = len(qkv)
        parts = qkv.astype(self._dtype).reshape(n, 3, -1, HEAD_WIDTH).transpose(1, 2, 0, 3)
        query, key, value = (parts[i : i + 1] for i in range(3))
        attended = mx.fast.scaled_dot_product_attention(query, key, value, scale=SCALE)
        return attended[0].transpose(1, 0, 2).reshape(n, -1)
