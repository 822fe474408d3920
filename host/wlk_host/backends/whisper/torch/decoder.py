"""Whisper's decoder in PyTorch, which shows its cross-attention at every step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from wlk_host.backends.whisper.halves import N_CONTEXT, Best, Branches
from wlk_host.backends.whisper.layout import HEAD_WIDTH, SelfAttention, Variables
from wlk_host.backends.whisper.scores import most_probable
from wlk_host.backends.whisper.torch.layers import Linear, Norm
from wlk_host.backends.whisper.torch.weights import read_decoder
from wlk_host.core.types import EncoderFrames


@dataclass(frozen=True, slots=True)
class CrossMemory:
    """The encoded window, (T, width), and as layers see it: keys (H, 64, T), values (H, T, 64)."""

    encoded: Tensor
    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]

    def frames(self, n_frames: EncoderFrames) -> NDArray[np.float32]:
        """The first frames of the window, shape (n_frames, width)."""
        frames: NDArray[np.float32] = self.encoded[:n_frames].float().cpu().numpy()
        return frames


class Cache:
    """Self-attention keys and values of all tokens read, (H, n_slots, 64) per layer."""

    def __init__(
        self, n_layers: int, n_heads: int, n_slots: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        shape = (2, n_layers, n_heads, n_slots, HEAD_WIDTH)
        self.keys, self.values = torch.empty(shape, dtype=dtype, device=device)
        self.length = 0


class TorchDecoder:
    """The decoder half of a Whisper checkpoint; `halves.Decoder`.

    Attributes:
        weights: as they were read.

    Args:
        variables: CTranslate2 names and arrays (`checkpoints.container.read_variables`).
        alignment_heads: (layer, head) pairs whose attention follows the sound.
        device: a torch device.
        dtype: of the weights, their products and the cache.
        int8: quantise the weights (CPU only, float32).
    """

    def __init__(
        self,
        variables: Variables,
        alignment_heads: Sequence[tuple[int, int]],
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
        int8: bool = True,
    ) -> None:
        self.weights = weights = read_decoder(variables, alignment_heads, device, dtype, int8)
        self._layers, self._projection, self._norm = (
            weights.layers,
            weights.projection,
            weights.norm,
        )
        self._embedding, self._positions = weights.embedding, weights.positions
        self._n_heads, self._heads, self._dtype = weights.n_heads, weights.heads, weights.dtype

    @property
    def width(self) -> int:
        """Features of an encoder frame."""
        return self.weights.width

    @torch.inference_mode()
    def cross_memory(self, encoded: Tensor | NDArray[np.float32]) -> CrossMemory:
        """Keys and values of an encoded window, shape (T, width), computed once for all tokens.

        Args:
            encoded: by PyTorch, or by an encoder of another library.
        """
        encoded = torch.as_tensor(encoded).to(self._positions.device)
        keys, values = [], []
        for layer in self._layers:
            key, value = (
                layer.cross.key_value(encoded).view(-1, 2, self._n_heads, HEAD_WIDTH).unbind(1)
            )
            keys.append(key.permute(1, 2, 0).to(self._dtype).contiguous())
            values.append(value.transpose(0, 1).to(self._dtype).contiguous())
        return CrossMemory(encoded, tuple(keys), tuple(values))

    def cache(self, n_slots: int = N_CONTEXT) -> Cache:
        """An empty cache for a new decode of so many tokens in all its branches."""
        device = self._positions.device
        return Cache(len(self._layers), self._n_heads, n_slots, self._dtype, device)

    @torch.inference_mode()
    def forward(
        self,
        tokens: Sequence[int],
        cache: Cache,
        memory: CrossMemory,
        rows: Sequence[int] = (-1,),
        branches: Branches | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Read tokens; see `halves.Decoder`."""
        n, past = len(tokens), cache.length
        index = torch.tensor(tokens, device=self._positions.device)
        if branches is None:
            places, visible = self._positions[past : past + n], _before(n, past, index.device)
        else:
            places = self._positions[branches.position]
            visible = torch.from_numpy(branches.visible).to(index.device)
        x = self._embedding[index].float() + places
        attended: list[Tensor] = []
        for i, layer in enumerate(self._layers):
            own = self._self_attention(layer.own, i, layer.own.norm(x), cache, visible)
            x = x + layer.own.out(own)
            query = self._split(layer.cross.query(layer.cross.norm(x))) * HEAD_WIDTH**-0.5
            weights = torch.softmax(query.to(self._dtype) @ memory.keys[i], dim=-1)
            if self._heads[i]:
                attended.append(weights[self._heads[i]])
            x = x + layer.cross.out(_join(weights @ memory.values[i]))
            x = x + layer.ffn.narrow(functional.gelu(layer.ffn.widen(layer.ffn.norm(x))))
        cache.length = past + n
        logits = self._projection(self._norm(x[list(rows)]))
        return logits.float().cpu().numpy(), torch.cat(attended).float().cpu().numpy()

    def successors(
        self,
        tokens: Sequence[int],
        cache: Cache,
        memory: CrossMemory,
        mask: NDArray[np.float32],
        n_best: int,
        branches: Branches | None = None,
    ) -> tuple[Best, NDArray[np.float32]]:
        """Read tokens for what most probably follows; see `halves.Decoder`."""
        rows = (-1,) if branches is None else range(len(tokens))
        logits, attention = self.forward(tokens, cache, memory, rows, branches)
        return most_probable(logits, mask, n_best), attention

    def _self_attention(
        self,
        attention: SelfAttention[Linear, Norm],
        i: int,
        x: Tensor,
        cache: Cache,
        visible: Tensor | None,
    ) -> Tensor:
        n, past = len(x), cache.length
        query, key, value = (
            attention.qkv(x).view(n, 3, self._n_heads, HEAD_WIDTH).permute(1, 2, 0, 3)
        )
        cache.keys[i, :, past : past + n] = key
        cache.values[i, :, past : past + n] = value
        attended = functional.scaled_dot_product_attention(
            query[None].to(self._dtype),
            cache.keys[None, i, :, : past + n],
            cache.values[None, i, :, : past + n],
            attn_mask=visible,
        )
        return _join(attended[0])

    def _split(self, x: Tensor) -> Tensor:
        return x.view(len(x), self._n_heads, HEAD_WIDTH).transpose(0, 1)


def _before(n: int, past: int, device: torch.device) -> Tensor | None:
    """What each of `n` tokens in a row sees; None where a single one sees everything."""
    if n == 1:
        return None
    return torch.ones(n, past + n, dtype=torch.bool, device=device).tril(past)


def _join(x: Tensor) -> Tensor:
    return x.transpose(0, 1).reshape(x.shape[1], -1)
