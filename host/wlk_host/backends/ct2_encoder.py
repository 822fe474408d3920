"""Whisper's encoder in CTranslate2."""

from pathlib import Path
from typing import Final

import ctranslate2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_ON_CARDS: Final = ("float16", "int8_float16", "int8_float32", "float32")
"""The first one that a card can do; old ones are slow in float16 and say that they cannot."""


class CTranslate2Encoder:
    """The encoder of a CTranslate2 model folder, int8, shared by the two passes.

    Attributes:
        whisper: the whole model.

    Args:
        folder: of the model.
        threads: cores one window may use.
        device: "cpu" or "cuda".

    Raises:
        RuntimeError: the model cannot be loaded.
    """

    def __init__(self, folder: Path, threads: int, device: str = "cpu") -> None:
        self.whisper = ctranslate2.models.Whisper(
            str(folder),
            device=device,
            compute_type=_compute_type(device),
            # Two workers on the same weights: the second pass must not hold up the first.
            inter_threads=2,
            intra_threads=threads,
        )

    def __call__(self, features: NDArray[np.float32]) -> Tensor:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        return torch.from_numpy(np.array(self.whisper.encode(view, to_cpu=True))[0])


def _compute_type(device: str) -> str:
    if device == "cpu":
        return "int8"
    able = ctranslate2.get_supported_compute_types(device)
    return next(kind for kind in _ON_CARDS if kind in able)
