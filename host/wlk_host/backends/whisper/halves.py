"""What the two halves of a Whisper model are to those who search texts with them.

Each library has its own arrays. They stay between its halves; what goes in and comes out is
NumPy's, on the processor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import EncoderFrames

N_CONTEXT: Final = 448
"""Positions the decoder has (Radford et al., 2022)."""


@dataclass(frozen=True, slots=True)
class Branches:
    """Where tokens stand that go on from different ones before them.

    Attributes:
        position: of each of the tokens in its text, the same for all.
        visible: which tokens of the cache each one follows, shape (tokens, slots); its own
            slot, after those of the cache, is among them.
    """

    position: int
    visible: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Best:
    """The most probable next tokens of some rows, the best first.

    Attributes:
        tokens: vocabulary indices, shape (rows, n), int64.
        logprobs: natural logs of their probabilities, shape (rows, n), float32.
    """

    tokens: NDArray[np.int64]
    logprobs: NDArray[np.float32]


class Memory(Protocol):
    """An encoded window as a decoder sees it."""

    def frames(self, n_frames: EncoderFrames) -> NDArray[np.float32]:
        """The encoder's output for the first frames, shape (n_frames, width)."""
        ...


class Cache(Protocol):
    """The tokens a decoder has read in one decode.

    Attributes:
        length: how many.
    """

    length: int


class Encoder(Protocol):
    """Called by several threads."""

    def __call__(self, features: NDArray[np.float32], /) -> Any:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        ...


class Decoder(Protocol):
    """Reads tokens. Each takes the memories and caches that it makes itself."""

    @property
    def width(self) -> int:
        """Features of an encoder frame."""
        ...

    def cross_memory(self, encoded: Any) -> Memory:
        """What its own encoder made of a window, made ready for all tokens."""
        ...

    def cache(self, n_slots: int = N_CONTEXT) -> Cache:
        """An empty cache for a new decode of so many tokens in all its branches."""
        ...

    def forward(
        self,
        tokens: Sequence[int],
        cache: Any,
        memory: Any,
        rows: Sequence[int] = (-1,),
        branches: Branches | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Read `tokens`, one after the other, after those in the cache.

        Args:
            tokens: vocabulary indices.
            cache: the tokens before; those read are added.
            memory: the encoded window.
            rows: tokens whose successors are asked for.
            branches: that each of the tokens follows some of those in the cache instead.

        Returns:
            logits of the tokens at `rows`, shape (len(rows), vocabulary), and the attention
            of the alignment heads, shape (heads, len(tokens), T).
        """
        ...

    def successors(
        self,
        tokens: Sequence[int],
        cache: Any,
        memory: Any,
        mask: NDArray[np.float32],
        n_best: int,
        branches: Branches | None = None,
    ) -> tuple[Best, NDArray[np.float32]]:
        """Read tokens as `forward` does, for what most probably follows.

        Args:
            tokens: vocabulary indices.
            cache: the tokens before; those read are added.
            memory: the encoded window.
            mask: added to the logits, shape (vocabulary,): -inf for what is never text.
            n_best: how many successors are asked for.
            branches: as for `forward`.

        Returns:
            the successors of the last token, or with branches of each, and the attention.
        """
        ...
