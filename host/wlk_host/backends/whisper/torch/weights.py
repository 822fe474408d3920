"""The weights of a Whisper decoder in PyTorch, for whoever reads with them."""

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import torch
from torch import Tensor

from wlk_host.backends.whisper.layout import (
    DecoderLayer,
    Variables,
    by_layer,
    decoder_layer,
    n_heads,
    n_layers,
)
from wlk_host.backends.whisper.torch.layers import Checkpoint, Linear, Norm

_PACKERS: Final = 2
"""Threads that load the layers: each holds a block in float32 for a moment."""


@dataclass(frozen=True, slots=True)
class DecoderWeights:
    """The decoder half of a checkpoint on one device.

    Attributes:
        layers: its blocks.
        projection: to the vocabulary.
        embedding: of tokens, shape (vocabulary, width).
        positions: of places in the text, shape (448, width), float32.
        norm: before the projection.
        n_heads: of each block.
        heads: those of each block whose attention follows the sound.
        dtype: of the products.
    """

    layers: Sequence[DecoderLayer[Linear, Norm]]
    projection: Linear
    embedding: Tensor
    positions: Tensor
    norm: Norm
    n_heads: int
    heads: Sequence[Sequence[int]]
    dtype: torch.dtype

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return self.positions.device

    @property
    def width(self) -> int:
        """Features of an encoder frame."""
        return int(self.embedding.shape[1])


def read_decoder(
    variables: Variables,
    alignment_heads: Sequence[tuple[int, int]],
    device: str,
    dtype: torch.dtype,
    int8: bool,
) -> DecoderWeights:
    """The weights on a device.

    Args:
        variables: CTranslate2 names and arrays (`checkpoints.container.read_variables`).
        alignment_heads: (layer, head) pairs whose attention follows the sound.
        device: a torch device.
        dtype: of the weights and their products.
        int8: quantise the weights (CPU only, float32).
    """
    checkpoint = Checkpoint(variables, "decoder", device, dtype, int8)
    count = n_layers(variables, "decoder")
    # Packing is done outside of Python's lock. What is ignored is ignored in all threads.
    with warnings.catch_warnings(), ThreadPoolExecutor(_PACKERS) as pool:
        warnings.simplefilter("ignore", UserWarning)
        # The largest first: the others are done beside it.
        projection = pool.submit(checkpoint.linear, "projection", bias=False)
        layers = list(pool.map(partial(decoder_layer, checkpoint), range(count)))
    return DecoderWeights(
        layers,
        projection.result(),
        checkpoint.raw("embeddings/weight"),
        checkpoint.tensor("position_encodings/encodings"),
        checkpoint.norm("layer_norm"),
        n_heads(variables),
        by_layer(alignment_heads, count),
        dtype,
    )
