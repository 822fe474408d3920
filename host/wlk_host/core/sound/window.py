"""The sound a session still needs."""

import numpy as np

from wlk_host.core.types import AudioChunk, Pcm, Sample


class AudioBuffer:
    """Recent sound by absolute position. Grows by doubling, forgets in place."""

    def __init__(self, start: Sample = 0) -> None:
        self._pcm = np.empty(2**16, np.float32)
        self._n = 0
        self.start = start

    @property
    def end(self) -> Sample:
        """The sample after the last one."""
        return self.start + self._n

    def append(self, chunk: AudioChunk) -> None:
        """Add sound; a hole before it is silence.

        Raises:
            ValueError: it overlaps what is there.
        """
        if chunk.start < self.end:
            raise ValueError(f"sound at {chunk.start} overlaps what ends at {self.end}")
        n = chunk.end - self.start
        if n > len(self._pcm):
            grown = np.empty(max(n, 2 * len(self._pcm)), np.float32)
            grown[: self._n] = self._pcm[: self._n]
            self._pcm = grown
        at = chunk.start - self.start
        self._pcm[self._n : at] = 0
        self._pcm[at:n] = chunk.pcm
        self._n = n

    def slice(self, start: Sample, end: Sample) -> Pcm:
        """A copy of [start, end).

        Raises:
            ValueError: it is not all there.
        """
        if not self.start <= start <= end <= self.end:
            raise ValueError(f"[{start}, {end}) is not within [{self.start}, {self.end})")
        return self._pcm[start - self.start : end - self.start].copy()

    def forget(self, before: Sample) -> None:
        """Drop what lies before that sample."""
        n_dropped = min(max(0, before - self.start), self._n)
        # Moving is cheap but not free: wait until a good part can go.
        if n_dropped * 2 < self._n and n_dropped < 2**18:
            return
        self._pcm[: self._n - n_dropped] = self._pcm[n_dropped : self._n].copy()
        self._n -= n_dropped
        self.start += n_dropped
