"""The layers that both halves of Whisper are made of, in MLX.

What one thread leaves unevaluated no other can evaluate: MLX has a stream for each. So all that
outlives a call is evaluated in it.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import mlx.core as mx
import numpy as np
from mlx import nn
from numpy.typing import NDArray

from wlk_host.backends.whisper.layout import HEAD_WIDTH, Half, Variables

Array: TypeAlias = Any
"""An `mlx.core.array`. Named so because MLX's types can be read where it is installed only."""

SCALE: Final = HEAD_WIDTH**-0.5

if not mx.metal.is_available():
    # For a processor it compiles with the system's C++ compiler, which may be missing, and leaves
    # the result in the temporary folder.
    mx.disable_compile()


@dataclass(frozen=True, slots=True)
class Linear:
    """y = x W' + b in the precision of the weights, whatever that of x; float32 comes out."""

    weight: Array
    bias: Array | None

    def __call__(self, x: Array) -> Array:
        """Rows of x through the layer."""
        y = x.astype(self.weight.dtype) @ self.weight.T
        return y.astype(mx.float32) if self.bias is None else y.astype(mx.float32) + self.bias


@dataclass(frozen=True, slots=True)
class Convolution:
    """Over time, three frames wide, in the precision of the weights; float32 comes out."""

    weight: Array
    bias: Array
    stride: int

    def __call__(self, x: Array) -> Array:
        """Channels of x, shape (1, frames, channels), convolved."""
        x = x.astype(self.weight.dtype)
        return mx.conv1d(x, self.weight, self.stride, padding=1).astype(mx.float32) + self.bias


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation over the last dimension, in float32."""

    gamma: Array
    beta: Array

    def __call__(self, x: Array) -> Array:
        """Rows of x, normalised."""
        return mx.fast.layer_norm(x, self.gamma, self.beta, 1e-5)


def gelu(x: Array) -> Array:
    """The exact one, which Whisper was trained with."""
    return nn.gelu(x)


class Checkpoint:
    """Reads layers of one half of a model.

    Args:
        variables: the whole model, under CTranslate2's names.
        dtype: of the weights of linear layers and convolutions.
    """

    def __init__(self, variables: Variables, half: Half, dtype: Any) -> None:
        self._variables = variables
        self._half = half
        self._dtype = dtype

    def tensor(self, name: str, dtype: Any = mx.float32) -> Array:
        """A variable, in float32 if nothing else is said."""
        return _evaluated(mx.array(np.array(self._variables[f"{self._half}/{name}"])).astype(dtype))

    def linear(self, name: str) -> Linear:
        """A linear layer with its bias."""
        return Linear(self.tensor(f"{name}/weight", self._dtype), self.tensor(f"{name}/bias"))

    def convolution(self, name: str, stride: int) -> Convolution:
        """A convolution over time of width 3; MLX has the kernel before the input."""
        weight = mx.contiguous(self.tensor(f"{name}/weight", self._dtype).transpose(0, 2, 1))
        return Convolution(_evaluated(weight), self.tensor(f"{name}/bias"), stride)

    def norm(self, name: str) -> Norm:
        """A layer normalisation."""
        return Norm(self.tensor(f"{name}/gamma"), self.tensor(f"{name}/beta"))


def product_dtype() -> Any:
    """float16 on Apple's GPU; float32 on a processor, which has no quick products in float16."""
    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    return mx.float16 if on_gpu else mx.float32


def to_numpy(array: Array) -> NDArray[np.float32]:
    """A copy for those who search and time words, in float32."""
    return np.array(array.astype(mx.float32))


def _evaluated(array: Array) -> Array:
    mx.eval(array)
    return array
