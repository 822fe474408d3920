"""Both halves of Whisper in PyTorch, for sessions that wait on threads of their own.

What they ask for meets, and is computed together (`rendezvous`). Each is told what `TorchEncoder`
and `TorchDecoder` tell it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from wlk_host.backends.whisper.halves import N_CONTEXT, Best, Branches
from wlk_host.backends.whisper.layout import LEAST_LIVE_WINDOW
from wlk_host.backends.whisper.rendezvous import Rendezvous
from wlk_host.backends.whisper.torch.encoder import TorchEncoder
from wlk_host.backends.whisper.torch.together import Read, SessionsReader, Text, Told, Window
from wlk_host.backends.whisper.torch.weights import DecoderWeights
from wlk_host.core.types import ENCODER_FRAME, EncoderFrames

MOST_SESSIONS: Final = 32
"""In one pass. More were not measured."""

MOST_ROWS: Final = 1024
"""Tokens of one pass, padding included: as many as 32 sessions with prefixes of 32 tokens. A long
text in front of a second pass would make all others as long."""

MOST_FRAMES: Final[EncoderFrames] = MOST_SESSIONS * LEAST_LIVE_WINDOW // ENCODER_FRAME
"""Of the windows of one pass, padding included. Their keys and values in one place are 2 GB with
large-v3 in float16."""


class _Encoding:
    """`rendezvous.Kind`: windows, each (mels, 2 T), to encoded ones, (T, width)."""

    def __init__(self, encoder: TorchEncoder) -> None:
        self._encoder = encoder

    def fits(self, windows: Sequence[NDArray[np.float32]]) -> bool:
        return _fits([window.shape[1] // 2 for window in windows], MOST_FRAMES)

    def compute(self, windows: Sequence[NDArray[np.float32]]) -> Sequence[Tensor]:
        return self._encoder.together(windows)


class _Seeing:
    """`rendezvous.Kind`: encoded windows, (T, width), as the decoder's layers see them."""

    def __init__(self, reader: SessionsReader) -> None:
        self._reader = reader

    def fits(self, encoded: Sequence[Tensor]) -> bool:
        return sum(len(one) for one in encoded) <= MOST_FRAMES

    def compute(self, encoded: Sequence[Tensor]) -> Sequence[Window]:
        return self._reader.windows(encoded)


class _Reading:
    """`rendezvous.Kind`: tokens that are read."""

    def __init__(self, reader: SessionsReader) -> None:
        self._reader = reader

    def fits(self, reads: Sequence[Read]) -> bool:
        return _fits([len(one.tokens) for one in reads], MOST_ROWS) and _fits(
            [one.n_frames for one in reads], MOST_FRAMES
        )

    def compute(self, reads: Sequence[Read]) -> Sequence[Told]:
        return self._reader.read(reads)


class BatchedEncoder:
    """`halves.Encoder`, which encodes windows of several sessions at once.

    Args:
        encoder: that does it.
        rendezvous: where the calls for one card meet.
    """

    def __init__(self, encoder: TorchEncoder, rendezvous: Rendezvous) -> None:
        self._rendezvous = rendezvous
        self._encoding = _Encoding(encoder)

    def __call__(self, features: NDArray[np.float32]) -> Tensor:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        return self._rendezvous.ask(self._encoding, features)


class BatchedDecoder:
    """`halves.Decoder`, which reads for several sessions at once.

    Args:
        weights: of the decoder.
        rendezvous: where the calls for one card meet.
    """

    def __init__(self, weights: DecoderWeights, rendezvous: Rendezvous) -> None:
        reader = SessionsReader(weights)
        self.weights = weights
        self._rendezvous = rendezvous
        self._seeing, self._reading = _Seeing(reader), _Reading(reader)
        self._masks: dict[int, tuple[NDArray[np.float32], Tensor]] = {}

    @property
    def width(self) -> int:
        """Features of an encoder frame."""
        return self.weights.width

    def cross_memory(self, encoded: Tensor | NDArray[np.float32]) -> Window:
        """Keys and values of an encoded window, shape (T, width), computed once for all tokens."""
        there = torch.as_tensor(encoded).to(self.weights.device)
        return self._rendezvous.ask(self._seeing, there)

    def cache(self, n_slots: int = N_CONTEXT) -> Text:
        """An empty cache for a new decode of so many tokens in all its branches."""
        return Text(n_slots)

    def forward(
        self,
        tokens: Sequence[int],
        cache: Text,
        memory: Window,
        rows: Sequence[int] = (-1,),
        branches: Branches | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Read tokens; see `halves.Decoder`."""
        counted = [row % len(tokens) for row in rows]
        told = self._told(Read(tokens, cache, memory, counted, branches))
        assert told.logits is not None  # noqa: S101 - as asked
        return told.logits, told.attention

    def successors(
        self,
        tokens: Sequence[int],
        cache: Text,
        memory: Window,
        mask: NDArray[np.float32],
        n_best: int,
        branches: Branches | None = None,
    ) -> tuple[Best, NDArray[np.float32]]:
        """Read tokens for what most probably follows; see `halves.Decoder`."""
        rows = [len(tokens) - 1] if branches is None else range(len(tokens))
        told = self._told(Read(tokens, cache, memory, rows, branches, self._there(mask), n_best))
        assert told.best is not None  # noqa: S101 - as asked
        return told.best, told.attention

    def _told(self, read: Read) -> Told:
        return self._rendezvous.ask(self._reading, read)

    def _there(self, mask: NDArray[np.float32]) -> Tensor:
        """The mask on the device. A model has two, which all its sessions share."""
        if id(mask) not in self._masks:
            self._masks[id(mask)] = mask, torch.from_numpy(mask).to(self.weights.device)
        return self._masks[id(mask)][1]


def batched(
    encoder: TorchEncoder, weights: DecoderWeights
) -> tuple[BatchedEncoder, BatchedDecoder]:
    """Both halves of a model on one device."""
    rendezvous = Rendezvous(MOST_SESSIONS)
    return BatchedEncoder(encoder, rendezvous), BatchedDecoder(weights, rendezvous)


def _fits(lengths: Sequence[int], most: int) -> bool:
    """Whether so many are allowed, each padded to the longest."""
    return len(lengths) * max(lengths) <= most
