"""How a Whisper checkpoint is laid out, whichever library computes with it.

The names are CTranslate2's (`python/ctranslate2/specs/transformer_spec.py`). A library says what a
linear layer and a normalisation are to it (`LayerReader`); which of them a layer has stands here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints import names
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, MelFrames, Sample

HEAD_WIDTH: Final = names.HEAD_WIDTH

FULL_WINDOW: Final[MelFrames] = 30 * SAMPLE_RATE // MEL_FRAME
"""The window that Whisper was trained on (30 s)."""

LANGUAGE_WINDOW: Final[MelFrames] = 15 * SAMPLE_RATE // MEL_FRAME
"""What sound is padded to that is encoded for its language alone (15 s). Of 18 short sounds that
the live window was uncertain of, base heard the same language in this one as in the full one, in
less than a third of the time."""

LEAST_LIVE_WINDOW: Final[Sample] = 15 * SAMPLE_RATE // 2
"""What a live pass encodes at the least (7.5 s); shorter windows cost words."""

Variables: TypeAlias = Mapping[str, NDArray[np.generic]]
"""CTranslate2 names and arrays (`checkpoints.container.read_variables`)."""

Half: TypeAlias = Literal["encoder", "decoder"]

Linear = TypeVar("Linear")
Norm = TypeVar("Norm")
Linear_co = TypeVar("Linear_co", covariant=True)
Norm_co = TypeVar("Norm_co", covariant=True)


class LayerReader(Protocol[Linear_co, Norm_co]):
    """Reads the parts of one half of a model as a library has them."""

    def linear(self, name: str) -> Linear_co:
        """A linear layer with its bias."""
        ...

    def norm(self, name: str) -> Norm_co:
        """A layer normalisation."""
        ...


@dataclass(frozen=True, slots=True)
class SelfAttention(Generic[Linear, Norm]):
    """Of each position to the others. `qkv` makes query, key and value, one behind the other."""

    norm: Norm
    qkv: Linear
    out: Linear


@dataclass(frozen=True, slots=True)
class CrossAttention(Generic[Linear, Norm]):
    """Of each token to the encoded sound. `key_value` makes both, one behind the other."""

    norm: Norm
    query: Linear
    key_value: Linear
    out: Linear


@dataclass(frozen=True, slots=True)
class FeedForward(Generic[Linear, Norm]):
    """To four times the width, and back."""

    norm: Norm
    widen: Linear
    narrow: Linear


@dataclass(frozen=True, slots=True)
class EncoderLayer(Generic[Linear, Norm]):
    """One block of the encoder, in the order in which it computes."""

    own: SelfAttention[Linear, Norm]
    ffn: FeedForward[Linear, Norm]


@dataclass(frozen=True, slots=True)
class DecoderLayer(Generic[Linear, Norm]):
    """One block of the decoder, in the order in which it computes."""

    own: SelfAttention[Linear, Norm]
    cross: CrossAttention[Linear, Norm]
    ffn: FeedForward[Linear, Norm]


def encoder_layer(half: LayerReader[Linear, Norm], number: int) -> EncoderLayer[Linear, Norm]:
    """A block of the encoder.

    Raises:
        KeyError: a variable is missing.
    """
    return EncoderLayer(_self_attention(half, number), _feed_forward(half, number))


def decoder_layer(half: LayerReader[Linear, Norm], number: int) -> DecoderLayer[Linear, Norm]:
    """A block of the decoder.

    Raises:
        KeyError: a variable is missing.
    """
    return DecoderLayer(
        _self_attention(half, number), _cross_attention(half, number), _feed_forward(half, number)
    )


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


def _self_attention(half: LayerReader[Linear, Norm], number: int) -> SelfAttention[Linear, Norm]:
    at = f"layer_{number}/self_attention"
    return SelfAttention(
        norm=half.norm(f"{at}/layer_norm"),
        qkv=half.linear(f"{at}/linear_0"),
        out=half.linear(f"{at}/linear_1"),
    )


def _cross_attention(half: LayerReader[Linear, Norm], number: int) -> CrossAttention[Linear, Norm]:
    at = f"layer_{number}/attention"
    return CrossAttention(
        norm=half.norm(f"{at}/layer_norm"),
        query=half.linear(f"{at}/linear_0"),
        key_value=half.linear(f"{at}/linear_1"),
        out=half.linear(f"{at}/linear_2"),
    )


def _feed_forward(half: LayerReader[Linear, Norm], number: int) -> FeedForward[Linear, Norm]:
    at = f"layer_{number}/ffn"
    return FeedForward(
        norm=half.norm(f"{at}/layer_norm"),
        widen=half.linear(f"{at}/linear_0"),
        narrow=half.linear(f"{at}/linear_1"),
    )
