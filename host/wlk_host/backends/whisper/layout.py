"""How a Whisper checkpoint is laid out, whichever library computes with it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

HEAD_WIDTH: Final = 64
"""Channels of an attention head, the same in all Whisper models."""

Variables: TypeAlias = Mapping[str, NDArray[np.generic]]
"""CTranslate2 names and arrays (`checkpoints.container.read_variables`)."""

Half: TypeAlias = Literal["encoder", "decoder"]


def n_layers(variables: Variables, half: Half) -> int:
    """How many blocks a half has.

    Raises:
        ValueError: none.
    """
    pattern = re.compile(rf"{half}/layer_(\d+)/")
    return 1 + max(int(match[1]) for name in variables if (match := pattern.match(name)))


def width(variables: Variables) -> int:
    """Features of a position, in both halves."""
    return int(variables["decoder/embeddings/weight"].shape[1])


def n_heads(variables: Variables) -> int:
    """Attention heads of each block."""
    return width(variables) // HEAD_WIDTH


def by_layer(heads: Sequence[tuple[int, int]], n_blocks: int) -> list[list[int]]:
    """The heads of each block, from pairs of block and head."""
    grouped: list[list[int]] = [[] for _ in range(n_blocks)]
    for layer, head in heads:
        grouped[layer].append(head)
    return grouped
