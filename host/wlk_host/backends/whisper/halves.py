"""What the two halves of a Whisper model are to those who search texts with them.

Each engine has its own arrays. They stay between its halves; what comes out is PyTorch's and
numpy's, on the processor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

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
    visible: Tensor


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
    """`TorchDecoder` and `MlxDecoder`; each takes the memories and caches that it makes."""

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
    ) -> tuple[Tensor, Tensor]:
        """Read tokens; see `TorchDecoder.forward`."""
        ...
