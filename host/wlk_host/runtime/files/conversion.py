"""Frames of decoded sound as 16 kHz mono chunks."""

from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample
from wlk_host.runtime.files.mono import MonoMixer

CHUNK: Final = SAMPLE_RATE // 10
"""The samples of a chunk, as many as the extension sends at a time (100 ms)."""


class Channels:
    """Frames of any rate, layout and sample format as 16 kHz mono."""

    def __init__(self) -> None:
        self._form: tuple[object, ...] | None = None
        self._resampler: av.AudioResampler | None = None
        self._mixer = MonoMixer(["FC"])

    def differ_from(self, frame: av.AudioFrame) -> bool:
        """Whether the frame has another form than those before."""
        return self._form is not None and _form_of(frame) != self._form

    def mono(self, frame: av.AudioFrame) -> Pcm:
        """The frame, as far as the filter has heard enough for it."""
        if self._resampler is None or self.differ_from(frame):
            self._form = _form_of(frame)
            self._resampler = av.AudioResampler(format="flt", rate=SAMPLE_RATE)
            self._mixer = MonoMixer([channel.name for channel in frame.layout.channels])
        frame.pts = None  # Positions are counted here; the filter would rather invent silence.
        return self._mixed(self._resampler.resample(frame))

    def end(self) -> Pcm:
        """What is left in the filter. The next frame can have any form."""
        if self._resampler is None:
            return np.empty(0, np.float32)
        rest = self._mixed(self._resampler.resample(None))
        self._resampler = self._form = None
        return rest

    def _mixed(self, frames: list[av.AudioFrame]) -> Pcm:
        mixed = [self._mixer.mix(_channels_of(frame)) for frame in frames]
        return np.concatenate(mixed) if mixed else np.empty(0, np.float32)


def _form_of(frame: av.AudioFrame) -> tuple[object, ...]:
    return (frame.sample_rate, frame.layout.name, frame.layout.nb_channels, frame.format.name)


def _channels_of(frame: av.AudioFrame) -> NDArray[np.float32]:
    """Shape (number of channels, n), without what files of floats can hold besides sound."""
    # Interleaved, because PyAV has no place for more than eight planes.
    pcm = frame.to_ndarray().reshape(-1, frame.layout.nb_channels).T
    return np.nan_to_num(pcm, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)


class Cutter:
    """Cuts sound into chunks.

    Attributes:
        end: the sample after the last one added.
    """

    def __init__(self) -> None:
        self.end: Sample = 0
        self._pending = np.empty(0, np.float32)

    def add(self, pcm: Pcm) -> Iterator[AudioChunk]:
        """Go on with this sound; yields the chunks that are full."""
        start = self.end - len(self._pending)
        self.end += len(pcm)
        self._pending = np.concatenate([self._pending, pcm])
        while len(self._pending) >= CHUNK:
            yield AudioChunk(start, self._pending[:CHUNK])
            start, self._pending = start + CHUNK, self._pending[CHUNK:]

    def jump(self, at: Sample) -> Iterator[AudioChunk]:
        """Go on there; yields what is left of the sound before."""
        yield from self.rest()
        self.end = at

    def rest(self) -> Iterator[AudioChunk]:
        """Yields what is left."""
        if len(self._pending):
            start = self.end - len(self._pending)
            pending, self._pending = self._pending, np.empty(0, np.float32)
            yield AudioChunk(start, pending)
