"""What a voice sounds like, as a vector: GE2E on the weights of Resemblyzer.

Generalised end-to-end loss for speaker verification (Wan et al., 2018, arXiv:1710.10467). The
features and the loudness are those that these weights were trained with (resemble-ai/Resemblyzer,
`audio.py` and `hparams.py`).
"""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.container import first_words
from wlk_host.backends.checkpoints.legacy_pickle import read_legacy
from wlk_host.backends.graphs.graph import Graph
from wlk_host.backends.graphs.lstm import lstm
from wlk_host.backends.graphs.session import open_session
from wlk_host.backends.whisper.mel import N_FFT, mel_filters, power_spectrum
from wlk_host.core.errors import WlkError
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, Pcm

WEIGHTS: Final = "pretrained.pt"

_N_MELS: Final = 40
_WIDTH: Final = 256
_LAYERS: Final = 3

_SHAPES: Final = {
    "linear.weight": (_WIDTH, _WIDTH),
    "linear.bias": (_WIDTH,),
    **{f"lstm.weight_ih_l{i}": (4 * _WIDTH, _WIDTH if i else _N_MELS) for i in range(_LAYERS)},
    **{f"lstm.weight_hh_l{i}": (4 * _WIDTH, _WIDTH) for i in range(_LAYERS)},
    **{f"lstm.bias_{part}_l{i}": (4 * _WIDTH,) for i in range(_LAYERS) for part in ("ih", "hh")},
}
"""Of the weights. Beside them lie the scale and the offset that only training needs."""

_SHORTEST: Final = 2 * SAMPLE_RATE // 5
"""In less than 0.4 s there is hardly a syllable."""

_LOUDNESS: Final = 10 ** (-30 / 20)
"""Root mean square (-30 dBFS) to which quieter sound is raised."""

_UNREADABLE: Final = (
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)
"""What reading raises for files that are damaged, or of something else."""


class GE2EEncoder:
    """`core.ports.VoiceEncoder`. It keeps nothing between calls: sessions and threads share it.

    Args:
        session: on `_graph`, with one thread: its steps, three for each frame, are too small to
            be divided.
    """

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        """The voice in that sound, shape (256,), length 1, no number negative.

        Digital silence gives a vector as well, the same every time; it is nobody's voice.

        Raises:
            ValueError: less than 0.4 s of sound.
        """
        if len(pcm) < _SHORTEST:
            raise ValueError(f"expected at least {_SHORTEST} samples of a voice, got {len(pcm)}")
        # Frames are centred on each MEL_FRAME, with silence around the sound.
        power = power_spectrum(np.pad(_raised(pcm), N_FFT // 2), len(pcm) // MEL_FRAME)
        unit: NDArray[np.float32] = self._session.run(["voice"], {"power": power[:, None]})[0][0]
        return unit


def load_voice_encoder(folder: Path) -> GE2EEncoder:
    """The encoder with the weights in that folder (`models.catalog.SPEAKERS`).

    Raises:
        WlkError: `model_corrupt`.
    """
    path = folder / WEIGHTS
    try:
        weights = _checked(read_legacy(path)["model_state"])
    except _UNREADABLE as error:
        reason = first_words(error).strip() or type(error).__name__
        raise WlkError(
            code="model_corrupt",
            message=f"{path} does not hold the weights that tell speakers apart: {reason}",
            hint="run: wlk-host models download speakers",
        ) from error
    return GE2EEncoder(open_session(_graph(weights)))


Weights = Mapping[str, NDArray[np.float32]]


def _checked(weights: Weights) -> Weights:
    for name, shape in _SHAPES.items():
        if weights[name].shape != shape or weights[name].dtype != np.float32:
            raise ValueError(f"{name} has the size {weights[name].shape}, expected {shape}")
    return weights


def _graph(weights: Weights) -> bytes:
    """Frames of power, shape (frames, 1, 201), to a unit vector, `voice`, shape (1, 256)."""
    graph = Graph("voice")
    power = graph.input("power", "float32", ("frames", 1, N_FFT // 2 + 1))
    # Not in NumPy: that divides this product, and its threads then spin for 20 ms.
    x = graph.node("MatMul", power, graph.weight(mel_filters(_N_MELS).T))
    for i in range(_LAYERS):
        x, hidden = lstm(graph, weights, i, x)
    last = graph.node("Squeeze", hidden, graph.integers(0))
    linear = graph.node("MatMul", last, graph.weight(weights["linear.weight"].T))
    linear = graph.node("Add", linear, graph.weight(weights["linear.bias"]))
    voice = graph.node("Relu", linear)
    length = graph.node("ReduceL2", voice, axes=(-1,), keepdims=1)
    length = graph.node("Max", length, graph.weight(np.array([1e-12], np.float32)))
    graph.node("Div", voice, length, called="voice")
    graph.output("voice", "float32", (1, _WIDTH))
    return graph.encoded()


def _raised(pcm: Pcm) -> Pcm:
    """The sound at no less than the loudness of the training; silence stays what it is."""
    loudness = float(np.sqrt(np.mean(np.square(pcm))))
    if loudness == 0 or loudness >= _LOUDNESS:
        return pcm
    return pcm * np.float32(_LOUDNESS / loudness)
