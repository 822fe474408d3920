"""The engine `diart`: online diarization by overlap-aware local segmentation (Coria et al. 2021).

A segmentation model tells up to three voices apart in each window of 5 s, also at the same time
(arXiv:2109.06483). An embedding model makes a vector of each, and diart's clustering says which
voice of the session it is. These are diart's own blocks; what it would do around them, with sound
from devices and threads of its own, the host does (`core.speakers.sliding`, and the comparison in
`tests/bench/diart_engine.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from diart.blocks import OnlineSpeakerClustering, OverlapAwareSpeakerEmbedding, SpeakerSegmentation
from diart.models import EmbeddingModel, SegmentationModel
from numpy.typing import NDArray
from pyannote.core import SlidingWindow, SlidingWindowFeature

from wlk_host.backends.threads import single_core_thread
from wlk_host.core.speakers.sliding import CELL, DelayedMean, Sliding, SlidingWindows
from wlk_host.core.speakers.streamed import StreamedDiarizer
from wlk_host.core.speakers.turns import Turn, turns_in
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample

_MOST: Final = 12
"""Voices that are told apart; no more can be asked for."""


_SLIDING: Final = Sliding(5 * SAMPLE_RATE, SAMPLE_RATE // 2, 3 * SAMPLE_RATE // 2)
"""diart's windows, and three times its least delay, which halves the errors of a telephone call."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How surely a voice has to be heard; diart's parameters by diart's names.

    Attributes:
        tau_active: probability from which a voice speaks, in [0, 1].
        rho_update: mean probability over a window from which its vector teaches, in [0, 1].
        delta_new: cosine distance from all known voices from which it is a new one, in [0, 2].
        sliding: how windows follow each other.
    """

    tau_active: float
    rho_update: float
    delta_new: float
    sliding: Sliding = _SLIDING


PUBLISHED: Final = Tuning(0.6, 0.3, 1.0)
"""diart's own, for pyannote's embedding."""

OF_HOST: Final = Tuning(0.5, 0.3, 0.35)
"""For the host's encoder (tests/bench/RESULTS.md)."""


class Diart:
    """`DiarizerModel`, shared by sessions and their threads.

    Args:
        name: as it is chosen.
        segmentation: diart's.
        embedding: diart's.
        tuning: for these two.
        device: of PyTorch's.
    """

    prints_by: None = None

    def __init__(
        self,
        name: str,
        segmentation: SegmentationModel,
        embedding: EmbeddingModel,
        tuning: Tuning,
        device: torch.device,
    ) -> None:
        self.name = name
        self.tuning = tuning
        self._segmentation = SpeakerSegmentation(segmentation, device)
        self._embedding = OverlapAwareSpeakerEmbedding(embedding, device=device)
        self._thread = single_core_thread(name)

    def open(self) -> StreamedDiarizer:
        """A session's own."""
        return StreamedDiarizer(DiartStream(self))

    def hear(self, window: Pcm) -> tuple[NDArray[np.float32], torch.Tensor] | None:
        """The voices of one window, shape (frames, 3), and their vectors, shape (3, dimension).

        None: nobody speaks in it.
        """
        return self._thread.submit(self._hear, window).result()

    def _hear(self, window: Pcm) -> tuple[NDArray[np.float32], torch.Tensor] | None:
        sound = torch.from_numpy(window)[None, :, None]
        voices = self._segmentation(sound)
        if float(voices.max()) < self.tuning.tau_active:
            return None
        return voices[0].numpy(), self._embedding(sound, voices)[0]


class DiartStream:
    """`core.speakers.streamed.TurnStream` of one session.

    Args:
        model: shared.
    """

    def __init__(self, model: Diart) -> None:
        self._model = model
        tuning = model.tuning
        self._windows = SlidingWindows(tuning.sliding)
        self._mean = DelayedMean(tuning.sliding)
        self._clustering = OnlineSpeakerClustering(
            tuning.tau_active, tuning.rho_update, tuning.delta_new, "cosine", _MOST
        )
        self._most = _MOST
        self._heard_until: Sample = 0

    @property
    def latency(self) -> Sample:
        """Sound that it wants behind what it tells of."""
        return self._model.tuning.sliding.latency

    def limit(self, most: int | None) -> None:
        """Tell no more voices apart than that from now on; None: as many as it can."""
        self._most = min(_MOST, most or _MOST)
        self._block()

    def hear(self, pcm: Pcm) -> Sequence[Turn]:
        """What turns out of sound that follows what was heard before; see `TurnStream.hear`."""
        found, sliding = list[Turn](), self._model.tuning.sliding
        for window in self._windows.add(pcm):
            self._heard_until += sliding.step
            scores = self._mean.add(self._voices(window))
            start = self._heard_until - sliding.latency
            found += turns_in(scores > self._model.tuning.tau_active, start, CELL)
        return found

    def _voices(self, window: Pcm) -> NDArray[Any]:
        """How surely each voice of the session speaks in the frames of a window."""
        heard = self._model.hear(window)
        if heard is None:
            return np.zeros((1, _MOST))
        local, vectors = heard
        if self._clustering.centers is None:
            # Left to itself it would take the first window's voices for known, however short.
            self._clustering.init_centers(vectors.shape[1])
            self._block()
        frame = self._model.tuning.sliding.window / SAMPLE_RATE / len(local)
        frames = SlidingWindow(start=0, duration=frame, step=frame)
        told: NDArray[Any] = self._clustering(SlidingWindowFeature(local, frames), vectors).data
        return told

    def _block(self) -> None:
        self._clustering.blocked_centers = {
            voice
            for voice in range(self._most, _MOST)
            if voice not in self._clustering.active_centers
        }
