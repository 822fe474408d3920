"""Windows that slide over sound as it comes, and what they agree on where they overlap.

Each window tells, for frames of its own, how surely each voice speaks. A later window knows more of
what lies in both, and a window knows least at its edges. So a stretch is told once it is `latency`
behind the newest sound, as the mean of all windows that hold it, weighted by how near it is to the
middle of each (Coria et al. 2021, arXiv:2109.06483, section 2.3).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample

CELL: Final = SAMPLE_RATE // 50
"""What is told of at once: 20 ms, as fine as the frames of segmentation models."""


@dataclass(frozen=True, slots=True)
class Sliding:
    """How windows follow each other.

    Attributes:
        window: samples of each.
        step: from one to the next; whole cells.
        latency: how far behind the newest sound they tell; whole steps, no more than a window.
    """

    window: Sample
    step: Sample
    latency: Sample

    def __post_init__(self) -> None:
        """Check that they fit.

        Raises:
            ValueError: they do not.
        """
        if self.step % CELL or self.step <= 0 or self.latency % self.step:
            raise ValueError(f"expected whole cells and whole steps, got {self}")
        if not self.step <= self.latency <= self.window:
            raise ValueError(f"expected step <= latency <= window, got {self}")


class SlidingWindows:
    """Cuts sound into windows. The first ones begin before it, with silence."""

    def __init__(self, sliding: Sliding) -> None:
        self._sliding = sliding
        self._sound = np.zeros(sliding.window - sliding.step, np.float32)

    def add(self, pcm: Pcm) -> Iterator[Pcm]:
        """The windows that are full now, each `step` after the one before."""
        self._sound = np.concatenate([self._sound, pcm])
        while len(self._sound) >= self._sliding.window:
            yield self._sound[: self._sliding.window]
            self._sound = self._sound[self._sliding.step :]


class DelayedMean:
    """What the windows agree on.

    Args:
        sliding: how they follow each other.
    """

    def __init__(self, sliding: Sliding) -> None:
        self._sliding = sliding
        self._recent = deque[NDArray[np.floating[Any]]](maxlen=sliding.latency // sliding.step)

    def add(self, scores: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """The mean for the step that is `latency` behind the end of this window.

        Args:
            scores: of the next window, shape (frames, voices), in frames of equal length. The
                number of voices is always the same.

        Returns:
            Shape (cells, voices). The first ones are of silence before the sound.
        """
        self._recent.append(scores)
        sliding = self._sliding
        middles = np.arange(sliding.step // CELL) * CELL + CELL // 2
        total = np.zeros((len(middles), scores.shape[1]))
        weights = np.zeros((len(middles), 1))
        for age, window in enumerate(reversed(self._recent)):
            inside = middles + sliding.window - sliding.latency + age * sliding.step
            weight = 0.54 - 0.46 * np.cos(2 * np.pi * inside[:, None] / sliding.window)  # Hamming.
            total += window[inside * len(window) // sliding.window] * weight
            weights += weight
        mean: NDArray[np.floating[Any]] = total / weights
        return mean
