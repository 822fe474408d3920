"""Whisper's encoder in MLX."""

from dataclasses import dataclass

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.layout import HEAD_WIDTH, Variables
from wlk_host.backends.whisper.mlx.layers import SCALE, Array, Checkpoint, Linear, Norm, gelu


@dataclass(frozen=True, slots=True)
class _Layer:
    self_norm: Norm
    self_qkv: Linear
    self_out: Linear
    ffn_norm: Norm
    ffn_in: Linear
    ffn_out: Linear


class MlxEncoder:
    """The encoder half of a Whisper checkpoint; as `TorchEncoder`, on MLX's default device.

    Args:
        variables: CTranslate2 names and arrays (`ct2_container.read_variables`).
        dtype: of the weights and their products.
    """

    def __init__(self, variables: Variables, dtype: Array) -> None:
        checkpoint = Checkpoint(variables, "encoder", dtype)
        linear, norm = checkpoint.linear, checkpoint.norm

        def layer(i: int) -> _Layer:
            own, ffn = f"layer_{i}/self_attention", f"layer_{i}/ffn"
            return _Layer(
                self_norm=norm(f"{own}/layer_norm"),
                self_qkv=linear(f"{own}/linear_0"),
                self_out=linear(f"{own}/linear_1"),
                ffn_norm=norm(f"{ffn}/layer_norm"),
                ffn_in=linear(f"{ffn}/linear_0"),
                ffn_out=linear(f"{ffn}/linear_1"),
            )

        self._dtype = dtype
        self._convolutions = (
            checkpoint.convolution("conv1", stride=1),
            checkpoint.convolution("conv2", stride=2),
        )
        self._positions = checkpoint.tensor("position_encodings/encodings")
        self._layers = [layer(i) for i in range(checkpoint.n_layers())]
        self._norm = norm("layer_norm")

    def __call__(self, features: NDArray[np.float32]) -> Array:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        x = mx.array(np.ascontiguousarray(features.T))[None]
        for convolution in self._convolutions:
            x = gelu(convolution(x))
        x = x[0] + self._positions[: x.shape[1]]
        for layer in self._layers:
            x = x + layer.self_out(self._attend(layer.self_qkv(layer.self_norm(x))))
            x = x + layer.ffn_out(gelu(layer.ffn_in(layer.ffn_norm(x))))
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
