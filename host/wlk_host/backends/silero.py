"""Silero VAD through onnxruntime, with the weights that faster-whisper ships."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from wlk_host.backends.graphs.session import open_session
from wlk_host.core.errors import WlkError
from wlk_host.core.types import Pcm

_BLOCK: Final = 512
_CONTEXT: Final = 64
"""Samples of the previous block that the model also gets (snakers4/silero-vad, v5 and later)."""


def load_session() -> onnxruntime.InferenceSession:
    """The network, shared by all sessions. Each `SileroDetector` keeps its own state.

    Raises:
        WlkError: `vad_missing` if faster-whisper lacks the file.
    """
    spec = find_spec("faster_whisper")
    found = sorted(Path(str(spec.origin)).parent.glob("assets/silero_vad_v*.onnx")) if spec else []
    if not found:
        raise WlkError(
            code="vad_missing",
            message="the assets of faster-whisper lack silero_vad_v*.onnx",
            hint="run: pip install --force-reinstall --no-deps faster-whisper",
        )
    return open_session(found[-1])


class SileroDetector:
    """Computes the speech probabilities of one session; keeps the recurrent state between calls."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def probabilities(self, pcm: Pcm) -> NDArray[np.float32]:
        """Speech probability of each block of 512 samples, shape (len(pcm) / 512,)."""
        blocks = pcm.reshape(-1, _BLOCK)
        contexts = np.concatenate([self._context[None], blocks[:-1, -_CONTEXT:]])
        self._context = blocks[-1, -_CONTEXT:].copy()
        speech, self._hidden, self._cell = self._session.run(
            None,
            {
                "input": np.concatenate([contexts, blocks], axis=1),
                "h": self._hidden,
                "c": self._cell,
            },
        )
        result: NDArray[np.float32] = np.asarray(speech).reshape(-1)
        return result
