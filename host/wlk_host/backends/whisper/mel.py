"""Whisper's log-mel features, computed once per frame however often they are encoded."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, MelFrames, Pcm, Sample

N_FFT: Final = 400
"""Samples in a frame (25 ms)."""

_HALF: Final = N_FFT // 2
_WINDOW: Final = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
_BATCH: Final = SAMPLE_RATE // 2
"""Sound whose frames are computed at once: one call costs as much as some 20 frames."""

_FLOOR: Final = 1e-10
_DYNAMIC_RANGE: Final = 8.0
"""Log10 units below the loudest bin that are kept (openai/whisper, `audio.py`)."""


@cache
def mel_filters(n_mels: int) -> NDArray[np.float32]:
    """The Slaney mel filter bank, shape (n_mels, 201), as librosa computes it."""

    def to_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        linear = hertz * 3 / 200
        return np.where(
            hertz < 1000, linear, 15 + np.log(np.maximum(hertz, 1) / 1000) * 27 / np.log(6.4)
        )

    def to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    bins = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE)
    low, high = to_mel(np.array([0.0, SAMPLE_RATE / 2]))
    edges = to_hertz(np.linspace(low, high, n_mels + 2))
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


class LogMelStream:
    """The log-mel frames of one session's sound; frame i is centred on sample i * MEL_FRAME."""

    def __init__(self, n_mels: int, start: Sample = 0) -> None:
        self._filters = mel_filters(n_mels)
        self._first = -(-start // MEL_FRAME)
        self._frames = np.empty((n_mels, 0), np.float32)
        self._tail = np.zeros(_HALF, np.float32)
        self._fresh: list[Pcm] = []
        self._n_fresh = 0
        self._skip = self._first * MEL_FRAME - start

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        if self._skip:
            dropped = min(self._skip, len(pcm))
            self._skip -= dropped
            pcm = pcm[dropped:]
        self._fresh.append(pcm)
        self._n_fresh += len(pcm)
        if self._n_fresh >= _BATCH:
            self._absorb()

    def _absorb(self) -> None:
        """Compute the frames of what was fed since."""
        self._tail = np.concatenate([self._tail, *self._fresh])
        self._fresh, self._n_fresh = [], 0
        n_whole = max(0, (len(self._tail) - N_FFT) // MEL_FRAME + 1)
        if n_whole:
            self._frames = np.concatenate(
                [self._frames, self._log_mel(self._tail, n_whole)], axis=1
            )
            self._tail = self._tail[n_whole * MEL_FRAME :]

    def forget(self, before: Sample) -> None:
        """Drop the frames centred before that sample."""
        self._absorb()
        n_dropped = min(max(0, before // MEL_FRAME - self._first), self._frames.shape[1])
        self._frames = self._frames[:, n_dropped:]
        self._first += n_dropped

    def window(self, start: Sample, end: Sample, n_frames: MelFrames) -> NDArray[np.float32]:
        """Normalised features of [start, end), silence behind it, shape (n_mels, n_frames).

        `start` is a multiple of MEL_FRAME and was not forgotten.
        """
        self._absorb()
        first, last = (
            start // MEL_FRAME - self._first,
            min(end // MEL_FRAME - self._first, self._frames.shape[1]),
        )
        if first < 0:
            raise ValueError(
                f"sound before sample {self._first * MEL_FRAME} is forgotten, got {start}"
            )
        n_ends = -(-(N_FFT - MEL_FRAME) // MEL_FRAME)
        edge = self._log_mel(np.concatenate([self._tail, np.zeros(N_FFT, np.float32)]), n_ends)
        frames = self._frames[:, first:last]
        features = np.full((frames.shape[0], n_frames), np.log10(_FLOOR), np.float32)
        heard = (
            np.concatenate([frames, edge], axis=1)[:, :n_frames]
            if last == self._frames.shape[1]
            else frames
        )
        features[:, : heard.shape[1]] = heard[:, :n_frames]
        kept: NDArray[np.float32] = np.maximum(features, features.max() - _DYNAMIC_RANGE)
        kept += 4
        kept /= 4
        return kept

    def _log_mel(self, pcm: Pcm, n_frames: MelFrames) -> NDArray[np.float32]:
        power = self._filters @ power_spectrum(pcm, n_frames).T
        log_mel: NDArray[np.float32] = np.log10(np.maximum(power, _FLOOR))
        return log_mel


def log_mel(pcm: Pcm, n_mels: int, n_frames: MelFrames) -> NDArray[np.float32]:
    """The normalised features of one stretch of sound, shape (n_mels, n_frames)."""
    stream = LogMelStream(n_mels)
    stream.feed(pcm)
    return stream.window(0, len(pcm), n_frames)


def power_spectrum(pcm: Pcm, n_frames: MelFrames) -> NDArray[np.float32]:
    """The power at each frequency in frames that begin at each MEL_FRAME, shape (n_frames, 201)."""
    frames = np.lib.stride_tricks.sliding_window_view(pcm, N_FFT)[
        : n_frames * MEL_FRAME : MEL_FRAME
    ]
    power: NDArray[np.float32] = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)).astype(np.float32)
    power **= 2
    return power
