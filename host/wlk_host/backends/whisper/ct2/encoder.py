"""Whisper's encoder in CTranslate2."""

from typing import Any

import ctranslate2
import numpy as np
from numpy.typing import NDArray


class CTranslate2Encoder:
    """The encoder of a CTranslate2 model, shared by the two passes.

    Attributes:
        whisper: the whole model (`ct2.model.load`).
    """

    def __init__(self, whisper: Any) -> None:
        self.whisper = whisper

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        encoded: NDArray[np.float32] = np.array(self.whisper.encode(view, to_cpu=True))[0]
        return encoded
