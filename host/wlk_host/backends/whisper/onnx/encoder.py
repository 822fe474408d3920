"""Whisper's encoder in onnxruntime."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from wlk_host.backends.whisper.onnx.linear import best_precision


def encodes_here() -> bool:
    """Whether onnxruntime encodes as exactly here as CTranslate2: it needs products by blocks."""
    return best_precision() == "mixed"


class OnnxEncoder:
    """The encoder half of a Whisper checkpoint; `halves.Encoder`. Threads can share it.

    Args:
        session: on `encoder_graph.encoder_graph`.
    """

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Encode normalised features (mels, 2 T) to frames of 20 ms, shape (T, width), float32."""
        encoded: NDArray[np.float32]
        (encoded,) = self._session.run(None, {"features": np.ascontiguousarray(features[None])})
        return encoded
