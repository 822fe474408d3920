"""Whisper's encoder in PyTorch."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from wlk_host.backends.whisper.layout import HEAD_WIDTH, Variables, encoder_layer, n_layers
from wlk_host.backends.whisper.torch.layers import Checkpoint


class TorchEncoder:
    """The encoder half of a Whisper checkpoint.

    Products are computed in the given precision. What runs along the layers and is added up
    stays in float32: in bfloat16 it would lose more with each layer.

    Args:
        variables: CTranslate2 names and arrays (`checkpoints.container.read_variables`).
        device: a torch device.
        dtype: of the weights and their products.
    """

    def __init__(self, variables: Variables, device: str, dtype: torch.dtype) -> None:
        checkpoint = Checkpoint(variables, "encoder", device, dtype)
        self._convolutions = (
            checkpoint.convolution("conv1", stride=1),
            checkpoint.convolution("conv2", stride=2),
        )
        self._positions = checkpoint.tensor("position_encodings/encodings")
        self._layers = [encoder_layer(checkpoint, i) for i in range(n_layers(variables, "encoder"))]
        self._norm = checkpoint.norm("layer_norm")

    @torch.inference_mode()
    def __call__(self, features: NDArray[np.float32] | Tensor) -> Tensor:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32.

        Of windows of the same length, (n, mels, 2 T), all at once to (n, T, width).
        """
        return self._encode(torch.as_tensor(features).to(self._positions.device))

    @torch.inference_mode()
    def together(self, windows: Sequence[NDArray[np.float32]]) -> list[Tensor]:
        """Encode windows of any lengths at once, each to what it is encoded to alone."""
        lengths = np.array([window.shape[1] for window in windows])
        padded = np.zeros((len(windows), len(windows[0]), lengths.max()), np.float32)
        for row, window in zip(padded, windows, strict=True):
            row[:, : window.shape[1]] = window
        device, sound = self._positions.device, None
        if lengths.min() < lengths.max():
            within = np.arange(lengths.max()) < lengths[:, None]
            sound = torch.from_numpy(within).to(device)
        encoded = self._encode(torch.from_numpy(padded).to(device), sound)
        # A part of the whole would keep it in memory for as long as the longest session.
        frames = [int(length) // 2 for length in lengths]
        return [one[:n].clone() for one, n in zip(encoded, frames, strict=True)]

    def _encode(self, features: Tensor, sound: Tensor | None = None) -> Tensor:
        """Encode windows, of which `sound` says what is no padding, shape (n, 2 T)."""
        first, second = self._convolutions
        x = functional.gelu(first(features))
        visible = None
        if sound is not None:
            # Behind the end of a window the second convolution sees zeros.
            x = x * sound[:, None]
            visible = sound[:, None, None, ::2]
        x = functional.gelu(second(x))
        x = x.mT + self._positions[: x.shape[-1]]
        for layer in self._layers:
            x = x + layer.own.out(_attend(layer.own.qkv(layer.own.norm(x)), visible))
            x = x + layer.ffn.narrow(functional.gelu(layer.ffn.widen(layer.ffn.norm(x))))
        return self._norm(x)


def _attend(qkv: Tensor, visible: Tensor | None) -> Tensor:
    """Every frame of a window to every other, shape (..., T, 3 * width) to (..., T, width)."""
    windows = qkv[None] if qkv.dim() == 2 else qkv
    n, n_frames, _ = windows.shape
    query, key, value = windows.view(n, n_frames, 3, -1, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
    # The blockwise kernel never holds all T * T weights, 72 MB for a full window of base.
    attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible)
    return attended.transpose(1, 2).reshape(*qkv.shape[:-1], -1)
