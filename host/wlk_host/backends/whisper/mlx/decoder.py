"""Whisper's decoder in MLX, which shows its cross-attention at every step.

The model of mlx-whisper tells the attention as well, but reads one text at a time (its mask is
fixed), and its encoder takes windows of 30 s only. So this goes by MLX alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.halves import N_CONTEXT, Best, Branches
from wlk_host.backends.whisper.layout import (
    HEAD_WIDTH,
    SelfAttention,
    Variables,
    by_layer,
    decoder_layer,
    n_heads,
    n_layers,
)
from wlk_host.backends.whisper.mlx.layers import (
    SCALE,
    Array,
    Checkpoint,
    Linear,
    Norm,
    gelu,
    to_numpy,
)
from wlk_host.backends.whisper.scores import most_probable
from wlk_host.core.types import EncoderFrames


@dataclass(frozen=True, slots=True)
class MlxMemory:
    """The encoded window, (T, width), and as layers see it: keys (H, 64, T), values (H, T, 64)."""

    encoded: Array
    keys: tuple[Array, ...]
    values: tuple[Array, ...]

    def frames(self, n_frames: EncoderFrames) -> NDArray[np.float32]:
        """The first frames of the window, shape (n_frames, width)."""
        return np.array(self.encoded[:n_frames])


class MlxCache:
    """Self-attention keys and values of all tokens read, (1, H, n_slots, 64) per layer."""

    def __init__(self, n_layers: int, n_heads: int, n_slots: int, dtype: Array) -> None:
        shape = (1, n_heads, n_slots, HEAD_WIDTH)
        self.keys = [mx.zeros(shape, dtype) for _ in range(n_layers)]
        self.values = [mx.zeros(shape, dtype) for _ in range(n_layers)]
        self.length = 0


class MlxDecoder:
    """The decoder half of a Whisper checkpoint; `halves.Decoder` on MLX's default device.

    Args:
        variables: CTranslate2 names and arrays (`checkpoints.container.read_variables`).
        alignment_heads: (layer, head) pairs whose attention follows the sound.
        dtype: of the weights, their products and the cache.
    """

    def __init__(
        self, variables: Variables, alignment_heads: Sequence[tuple[int, int]], dtype: Array
    ) -> None:
        checkpoint = Checkpoint(variables, "decoder", dtype)
        count = n_layers(variables, "decoder")
        self._dtype = dtype
        # Also the projection, which has no bias.
        self._embedding = Linear(checkpoint.tensor("embeddings/weight", dtype), None)
        self._positions = checkpoint.tensor("position_encodings/encodings")
        self._layers = [decoder_layer(checkpoint, i) for i in range(count)]
        self._norm = checkpoint.norm("layer_norm")
        self._n_heads = n_heads(variables)
        self._heads = by_layer(alignment_heads, count)

    @property
    def width(self) -> int:
        """Features of an encoder frame."""
        return int(self._embedding.weight.shape[1])

    def cross_memory(self, encoded: Array) -> MlxMemory:
        """Keys and values of an encoded window, shape (T, width), computed once for all tokens."""
        keys, values = [], []
        for layer in self._layers:
            both = layer.cross.key_value(encoded).astype(self._dtype)
            both = both.reshape(-1, 2, self._n_heads, HEAD_WIDTH)
            keys.append(mx.contiguous(both[:, 0].transpose(1, 2, 0)))
            values.append(mx.contiguous(both[:, 1].transpose(1, 0, 2)))
        mx.eval(keys, values)
        return MlxMemory(encoded, tuple(keys), tuple(values))

    def cache(self, n_slots: int = N_CONTEXT) -> MlxCache:
        """An empty cache for a new decode of so many tokens in all its branches."""
        return MlxCache(len(self._layers), self._n_heads, n_slots, self._dtype)

    def forward(
        self,
        tokens: Sequence[int],
        cache: MlxCache,
        memory: MlxMemory,
        rows: Sequence[int] = (-1,),
        branches: Branches | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Read tokens; see `halves.Decoder`."""
        n, past = len(tokens), cache.length
        if branches is None:
            places, visible = self._positions[past : past + n], _before(n, past)
        else:
            places = self._positions[branches.position]
            visible = mx.array(branches.visible)
        x = self._embedding.weight[mx.array(list(tokens))].astype(mx.float32) + places
        attended: list[Array] = []
        for i, layer in enumerate(self._layers):
            own = self._self_attention(layer.own, i, layer.own.norm(x), cache, visible)
            x = x + layer.own.out(own)
            query = layer.cross.query(layer.cross.norm(x)) * SCALE
            query = query.astype(self._dtype).reshape(n, -1, HEAD_WIDTH).transpose(1, 0, 2)
            weights = mx.softmax(query @ memory.keys[i], axis=-1, precise=True)
            if self._heads[i]:
                attended.append(weights[mx.array(self._heads[i])])
            x = x + layer.cross.out(_join(weights @ memory.values[i]))
            x = x + layer.ffn.narrow(gelu(layer.ffn.widen(layer.ffn.norm(x))))
        cache.length = past + n
        logits = self._embedding(self._norm(x[mx.array(list(rows))]))
        attention = mx.concatenate(attended)
        mx.eval(logits, attention, cache.keys, cache.values)
        return to_numpy(logits), to_numpy(attention)

    def successors(
        self,
        tokens: Sequence[int],
        cache: MlxCache,
        memory: MlxMemory,
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
        x: Array,
        cache: MlxCache,
        visible: Array | None,
    ) -> Array:
        n, past = len(x), cache.length
        parts = attention.qkv(x).astype(self._dtype).reshape(n, 3, self._n_heads, HEAD_WIDTH)
        query, key, value = parts.transpose(1, 2, 0, 3)
        cache.keys[i][0, :, past : past + n] = key
        cache.values[i][0, :, past : past + n] = value
        attended = mx.fast.scaled_dot_product_attention(
            query[None],
            cache.keys[i][:, :, : past + n],
            cache.values[i][:, :, : past + n],
            scale=SCALE,
            mask=visible,
        )
        return _join(attended[0])


def _before(n: int, past: int) -> Array | None:
    """What each of `n` tokens in a row sees; None where a single one sees everything."""
    if n == 1:
        return None
    return mx.tri(n, past + n, past, dtype=mx.bool_)


def _join(x: Array) -> Array:
    """From heads, (H, n, 64), to rows, (n, width)."""
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1)
