"""The engine `sortformer`: NVIDIA's Streaming Sortformer, run by NeMo.

It hears up to four voices, also at the same time (Medennikov et al. 2025, arXiv:2507.18446). What
it remembers of them is of fixed size. NeMo's own streaming takes the features of all sound at once;
here they are made as sound comes, and are the same (`tests/bench/sortformer.py`).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from nemo.collections.asr.models import SortformerEncLabelModel
from numpy.typing import NDArray

from wlk_host.core.speakers.streamed import StreamedDiarizer
from wlk_host.core.speakers.turns import Turn, turns_in
from wlk_host.core.types import MEL_FRAME, Pcm, Sample

_MELS_A_FRAME: Final = 8
_FRAME: Final = _MELS_A_FRAME * MEL_FRAME
"""What the model tells of at once: 80 ms."""

_EDGE: Final = 2
"""Mel frames beside those that are wanted: theirs reach half a window, 256 samples, beyond them."""

_SPEAKS: Final = 0.5
"""Probability from which a voice is heard."""


@dataclass(frozen=True, slots=True)
class Latency:
    """One of NVIDIA's settings of the model (model card of diar_streaming_sortformer_4spk-v2).

    All in frames of 80 ms. It tells of a chunk once its right context is there.

    Attributes:
        chunk: told of in one step.
        right_context: heard behind a chunk.
        fifo: recent frames that each step sees.
        update_period: frames that leave these at once, for what is remembered of voices.
        cache: frames that are remembered.
    """

    chunk: int
    right_context: int
    fifo: int
    update_period: int
    cache: int = 188


LOW: Final = Latency(6, 7, 188, 144)
"""1.04 s."""

ULTRA_LOW: Final = Latency(3, 1, 188, 144)
"""0.32 s."""

_LEFT_CONTEXT: Final = 1
"""Frames heard again before a chunk; that of the model card."""


class Sortformer:
    """`DiarizerModel`, shared by sessions and their threads.

    Args:
        name: as it is chosen.
        model: NeMo's model in evaluation mode, on its device.
        latency: how soon it tells.
    """

    prints_by: None = None

    def __init__(self, name: str, model: Any, latency: Latency) -> None:
        self.name = name
        self.latency = latency
        self._model = model
        self._lock = threading.Lock()
        modules = model.sortformer_modules
        modules.chunk_len = latency.chunk
        modules.chunk_left_context = _LEFT_CONTEXT
        modules.chunk_right_context = latency.right_context
        modules.fifo_len = latency.fifo
        modules.spkcache_update_period = latency.update_period
        modules.spkcache_len = latency.cache

    def open(self) -> StreamedDiarizer:
        """A session's own."""
        return StreamedDiarizer(SortformerStream(self))

    @property
    def n_voices(self) -> int:
        """How many it can tell apart."""
        return int(self._model.sortformer_modules.n_spk)

    def new_state(self) -> Any:
        """What the model remembers of one session."""
        model = self._model
        return model.sortformer_modules.init_streaming_state(batch_size=1, device=model.device)

    def step(self, state: Any, pcm: Pcm, n_before: int, n_left: int) -> tuple[Any, NDArray[Any]]:
        """The next chunk: the new state, and how probably each voice speaks, shape (chunk, voices).

        Args:
            state: after the chunk before it.
            pcm: left context, chunk and right context, with an edge before and behind them.
            n_before: mel frames of the edge before; 0 at the beginning of the sound.
            n_left: frames of the left context; 0 there.
        """
        latency, model = self.latency, self._model
        n_frames = n_left + latency.chunk + latency.right_context
        with self._lock, torch.inference_mode():
            sound = torch.from_numpy(pcm)[None].to(model.device)
            mels, _ = model.preprocessor(
                input_signal=sound, length=torch.tensor([len(pcm)], device=model.device)
            )
            wanted = mels[:, :, n_before : n_before + n_frames * _MELS_A_FRAME].transpose(1, 2)
            state, told = model.forward_streaming_step(
                processed_signal=wanted,
                processed_signal_length=torch.tensor([wanted.shape[1]], device=model.device),
                streaming_state=state,
                total_preds=torch.zeros((1, 0, self.n_voices), device=model.device),
                left_offset=n_left * _MELS_A_FRAME,
                right_offset=latency.right_context * _MELS_A_FRAME,
            )
            return state, told[0].float().cpu().numpy()


class SortformerStream:
    """`core.speakers.streamed.TurnStream` of one session.

    Args:
        model: shared.
    """

    def __init__(self, model: Sortformer) -> None:
        self._model = model
        self._state = model.new_state()
        self._sound = np.empty(0, np.float32)
        self._sound_from: Sample = 0
        self._n_told = 0

    @property
    def latency(self) -> Sample:
        """Sound that it wants behind what it tells of."""
        of_model = self._model.latency
        return (of_model.chunk + of_model.right_context) * _FRAME + _EDGE * MEL_FRAME

    def limit(self, most: int | None) -> None:
        """Nothing: the model takes no number."""

    def hear(self, pcm: Pcm) -> Sequence[Turn]:
        """What turns out of sound that follows what was heard before; see `TurnStream.hear`."""
        self._sound = np.concatenate([self._sound, pcm])
        found = list[Turn]()
        for first, probabilities in iter(self._next_chunk, None):
            found += turns_in(probabilities > _SPEAKS, first * _FRAME, _FRAME)
        return found

    def probabilities(self, pcm: Pcm) -> NDArray[Any]:
        """The same as the model tells it, shape (frames, voices)."""
        self._sound = np.concatenate([self._sound, pcm])
        nothing = np.empty((0, self._model.n_voices), np.float32)
        return np.concatenate([nothing, *(told for _, told in iter(self._next_chunk, None))])

    def _next_chunk(self) -> tuple[int, NDArray[Any]] | None:
        """The number of its first frame, and what is told of it; None until enough is there."""
        first, latency = self._n_told, self._model.latency
        end = first * _FRAME + self.latency
        if end > self._sound_from + len(self._sound):
            return None
        n_left = min(_LEFT_CONTEXT, first)
        n_before = _EDGE if first > n_left else 0
        start = (first - n_left) * _FRAME - n_before * MEL_FRAME
        pcm = self._sound[start - self._sound_from : end - self._sound_from]
        self._state, told = self._model.step(self._state, pcm, n_before, n_left)
        self._n_told += latency.chunk
        keep_from = max(0, (self._n_told - _LEFT_CONTEXT) * _FRAME - _EDGE * MEL_FRAME)
        self._sound = self._sound[keep_from - self._sound_from :]
        self._sound_from = keep_from
        return first, told


def load_sortformer(name: str, path: Path, latency: Latency, device: str) -> Sortformer:
    """The engine with the weights of that `.nemo` file."""
    model = SortformerEncLabelModel.restore_from(str(path), map_location=torch.device(device))
    return Sortformer(name, model.eval(), latency)
