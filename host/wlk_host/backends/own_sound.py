"""The host's own voice encoder as an embedding model of diart's."""

from typing import Any, Final

import numpy as np
import torch
from diart.models import EmbeddingModel
from numpy.typing import NDArray

from wlk_host.core.ports import VoiceEncoder
from wlk_host.core.types import SAMPLE_RATE

_HEARD: Final = 0.5
"""Weight from which a frame is a speaker's own: weights are low where others speak as well."""

_SHORTEST: Final = 2 * SAMPLE_RATE // 5
"""What the host's voice encoder needs."""


def host_embedding(encoder: VoiceEncoder) -> EmbeddingModel:
    """The host's own voice encoder as an embedding model."""
    adapted = _OwnSound(encoder)
    return EmbeddingModel(lambda: adapted)


class _OwnSound:
    """Embeds what each speaker says alone, joined. The encoder knows no weights.

    Args:
        encoder: of vectors of length 1.
    """

    def __init__(self, encoder: VoiceEncoder) -> None:
        self._encoder = encoder
        self._nothing = np.full_like(encoder.embed(np.zeros(_SHORTEST, np.float32)), np.nan)

    def to(self, _device: torch.device) -> "_OwnSound":
        """Itself: the encoder runs on the processor."""
        return self

    def __call__(self, waveform: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """The voices, shape (batch, dimension); not a number where too little is said alone.

        Args:
            waveform: shape (batch, 1, samples).
            weights: shape (batch, frames).
        """
        sounds, shares = waveform[:, 0].cpu().numpy(), weights.cpu().numpy()
        vectors = [self._embed(*one) for one in zip(sounds, shares, strict=True)]
        return torch.from_numpy(np.stack(vectors))

    def _embed(self, pcm: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float32]:
        frames = np.arange(len(pcm)) * len(weights) // len(pcm)
        own = pcm[weights[frames] > _HEARD]
        return self._encoder.embed(own) if len(own) >= _SHORTEST else self._nothing
