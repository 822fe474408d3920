"""What a voice sounds like, as a vector: GE2E on the weights of Resemblyzer.

Generalised end-to-end loss for speaker verification (Wan et al., 2018, arXiv:1710.10467). The
features and the loudness are those that these weights were trained with (resemble-ai/Resemblyzer,
`audio.py` and `hparams.py`).
"""

import pickle
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from wlk_host.backends.whisper.mel import N_FFT, mel_filters, power_spectrum
from wlk_host.core.errors import WlkError
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, Pcm

WEIGHTS: Final = "pretrained.pt"

_N_MELS: Final = 40
_WIDTH: Final = 256
_LAYERS: Final = 3

_SHORTEST: Final = 2 * SAMPLE_RATE // 5
"""In less than 0.4 s there is hardly a syllable."""

_LOUDNESS: Final = 10 ** (-30 / 20)
"""Root mean square (-30 dBFS) to which quieter sound is raised."""


class GE2EEncoder:
    """`core.ports.VoiceEncoder`. It keeps nothing between calls: sessions and threads share it.

    Args:
        network: with its weights.
        thread: on which it computes, with one core (`backends.threads.single_core_thread`): its
            steps, three for each frame, are too small to be divided.
    """

    def __init__(self, network: "_Network", thread: Executor) -> None:
        self._network = network
        self._thread = thread

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        """The voice in that sound, shape (256,), length 1, no number negative.

        Digital silence gives a vector as well, the same every time; it is nobody's voice.

        Raises:
            ValueError: less than 0.4 s of sound.
        """
        if len(pcm) < _SHORTEST:
            raise ValueError(f"expected at least {_SHORTEST} samples of a voice, got {len(pcm)}")
        return self._thread.submit(self._embed, pcm).result()

    @torch.inference_mode()
    def _embed(self, pcm: Pcm) -> NDArray[np.float32]:
        # Frames are centred on each MEL_FRAME, with silence around the sound.
        power = power_spectrum(np.pad(_raised(pcm), N_FFT // 2), len(pcm) // MEL_FRAME)
        unit: NDArray[np.float32] = self._network(torch.from_numpy(power)[None])[0].numpy()
        return unit


def load_voice_encoder(folder: Path, thread: Executor) -> GE2EEncoder:
    """The encoder with the weights in that folder (`models.catalog.SPEAKERS`).

    Args:
        folder: as it is installed.
        thread: see `GE2EEncoder`.

    Raises:
        WlkError: `model_corrupt`.
    """
    path = folder / WEIGHTS
    network = _Network()
    try:
        checkpoint: Any = torch.load(path, map_location="cpu", weights_only=True)
        weights = checkpoint["model_state"]
        # Beside them lie the scale and the offset that only training needs.
        network.load_state_dict({name: weights[name] for name in network.state_dict()})
    except _UNREADABLE as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise WlkError(
            code="model_corrupt",
            message=f"{path} does not hold the weights that tell speakers apart: {reason}",
            hint="run: wlk-host models download speakers",
        ) from error
    return GE2EEncoder(network, thread)


class _Network(torch.nn.Module):
    """Frames of power, shape (batch, frames, 201), to unit vectors, shape (batch, 256)."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(_N_MELS, _WIDTH, _LAYERS, batch_first=True)
        # Not in NumPy: that divides this product too, and its threads then spin for 20 ms.
        self._filters = torch.from_numpy(mel_filters(_N_MELS).T.copy())
        self.linear = torch.nn.Linear(_WIDTH, _WIDTH)

    def forward(self, power: torch.Tensor) -> torch.Tensor:
        _, (hidden, _) = self.lstm(power @ self._filters)
        return torch.nn.functional.normalize(torch.relu(self.linear(hidden[-1])))


_UNREADABLE: Final = (
    AssertionError,
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    pickle.UnpicklingError,
)
"""What PyTorch raises for files that are damaged, or of something else."""


def _raised(pcm: Pcm) -> Pcm:
    """The sound at no less than the loudness of the training; silence stays what it is."""
    loudness = float(np.sqrt(np.mean(np.square(pcm))))
    if loudness == 0 or loudness >= _LOUDNESS:
        return pcm
    return pcm * np.float32(_LOUDNESS / loudness)
