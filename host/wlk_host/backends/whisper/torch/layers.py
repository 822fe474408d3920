"""The layers that both halves of Whisper are made of, and how they are read from a checkpoint."""

import warnings
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from wlk_host.backends.graphs.session import products_overflow
from wlk_host.backends.whisper.layout import Half, Variables

_BLOCK: Final = 16384
"""Rows packed at a time: the vocabulary of base (51,865) in one block takes twice as long to pack,
and 106 MB in float32 meanwhile."""


class Int8Linear:
    """y = x W' + b with int8 weights per output channel and activations quantised on the fly.

    A quarter of the memory traffic, which is what a single token costs: 0.6 ms
    instead of 9 ms for the vocabulary of the base model on one core.

    Args:
        weight: shape (out, in), in any precision; it is read block by block.
        bias: shape (out,), in float32.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._blocks = [
            _pack(weight[at : at + _BLOCK], None if bias is None else bias[at : at + _BLOCK])
            for at in range(0, len(weight), _BLOCK)
        ]

    def __call__(self, x: Tensor) -> Tensor:
        """Rows of x through the layer, in float32."""
        x = x.float()
        # Sums of two products overflow on x86 without VNNI, unless activations have seven bits
        # (PyTorch, "Quantization", `reduce_range`).
        narrow = products_overflow()
        parts = [torch.ops.quantized.linear_dynamic(x, block, narrow) for block in self._blocks]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)


def _pack(weight: Tensor, bias: Tensor | None) -> torch.ScriptObject:
    weight = weight.float()
    largest = torch.maximum(weight.amax(dim=1), -weight.amin(dim=1))
    scale = largest.clamp(min=1e-8) / 127
    zero = torch.zeros(len(scale), dtype=torch.long)
    with warnings.catch_warnings():
        # The packed operator stays; only the tensor type it is packed from is
        # announced to go, and nothing else packs weights for it yet.
        warnings.simplefilter("ignore", UserWarning)
        quantised = torch.quantize_per_channel(weight, scale.double(), zero, 0, torch.qint8)
    packed: torch.ScriptObject = torch.ops.quantized.linear_prepack(quantised, bias)
    return packed


class FloatLinear:
    """y = x W' + b in the precision of the weights, whatever that of x."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight, self._bias = weight, bias

    def __call__(self, x: Tensor) -> Tensor:
        """Rows of x through the layer."""
        return functional.linear(x.to(self._weight.dtype), self._weight, self._bias)


Linear: TypeAlias = Int8Linear | FloatLinear


@dataclass(frozen=True, slots=True)
class Convolution:
    """Over time, three frames wide, in the precision of the weights."""

    weight: Tensor
    bias: Tensor
    stride: int

    def __call__(self, x: Tensor) -> Tensor:
        """Channels of x, shape (..., channels, frames), convolved."""
        x = x.to(self.weight.dtype)
        return functional.conv1d(x, self.weight, self.bias, self.stride, padding=1)


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation over the last dimension, in float32."""

    gamma: Tensor
    beta: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """Rows of x, normalised."""
        return functional.layer_norm(x, self.gamma.shape, self.gamma, self.beta)


class Checkpoint:
    """Reads layers of one half of a model, for one device.

    Args:
        variables: the whole model.
        device: a torch device.
        dtype: of the weights of linear layers and convolutions.
        int8: quantise those of linear layers (CPU only).
    """

    def __init__(
        self,
        variables: Variables,
        half: Half,
        device: str,
        dtype: torch.dtype = torch.float32,
        int8: bool = False,
    ) -> None:
        self._variables = variables
        self._half = half
        self._device = device
        self._dtype = dtype
        self._int8 = int8

    def tensor(self, name: str) -> Tensor:
        """A variable in float32."""
        array = np.array(self._variables[f"{self._half}/{name}"], dtype=np.float32)
        return torch.from_numpy(array).to(self._device)

    def raw(self, name: str) -> Tensor:
        """A variable in the precision of the file; on the CPU it stays in the mapped file."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "not writable": nothing writes to it
            return torch.from_numpy(self._variables[f"{self._half}/{name}"]).to(self._device)

    def linear(self, name: str, bias: bool = True) -> Linear:
        """A linear layer, quantised where that is asked for."""
        if self._int8:
            return Int8Linear(
                self.raw(f"{name}/weight"), self.tensor(f"{name}/bias") if bias else None
            )
        return FloatLinear(
            self.weight(f"{name}/weight"), self.weight(f"{name}/bias") if bias else None
        )

    def convolution(self, name: str, stride: int) -> Convolution:
        """A convolution over time of width 3."""
        return Convolution(self.weight(f"{name}/weight"), self.weight(f"{name}/bias"), stride)

    def weight(self, name: str) -> Tensor:
        """A variable in the precision of the products."""
        return self.tensor(name).to(self._dtype)

    def norm(self, name: str) -> Norm:
        """A layer normalisation."""
        return Norm(self.tensor(f"{name}/gamma"), self.tensor(f"{name}/beta"))
