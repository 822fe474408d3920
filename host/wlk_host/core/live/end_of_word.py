"""Whether sound ends with a whole word: said by its encoding, before any word is decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import EncoderFrames

EndOfWord: TypeAlias = Callable[[NDArray[np.float32]], bool]
"""Whether the last word can be settled, given the encoder's output for the sound up to now,
shape (frames, width). Otherwise it waits for the next step."""

_FIRES_AT: Final = 0.999
"""Sum of weights that makes a word."""

_LAST_FRAMES: Final[EncoderFrames] = 2
"""Sound (40 ms) at the end in which a word has to end to be taken for whole."""

_SMOOTHINGS: Final = 10


def by_next_token(_: NDArray[np.float32]) -> bool:
    """Leave it to the decoder: a word is whole when the next token begins another."""
    return True


def never(_: NDArray[np.float32]) -> bool:
    """Always have the last word wait until more follows it."""
    return False


@dataclass(frozen=True, slots=True)
class IntegrateAndFire:
    """A trained model of where words end (Simul-Whisper, Wang et al., 2024).

    Each frame adds its weight, a logistic function of its features, to a sum; a word ends
    where that reaches a whole number.

    Attributes:
        weight: of the encoder's features, shape (width,).
        bias: added to their sum.
    """

    weight: NDArray[np.float32]
    bias: float

    @property
    def width(self) -> int:
        """Features of an encoder frame it reads."""
        return len(self.weight)

    def __call__(self, encoded: NDArray[np.float32]) -> bool:
        """Whether a word ends in the last frames of the sound."""
        return fires_at_end(0.5 + 0.5 * np.tanh((encoded @ self.weight + self.bias) / 2))


def fires_at_end(weights: NDArray[np.floating]) -> bool:
    """Whether the last firing of an integrate-and-fire falls on the last two frames.

    The last frame's weight does not count: an abrupt end makes it large.

    Args:
        weights: of each frame, between 0 and 1.
    """
    before_last = np.cumsum(to_whole_sum(weights)[:-1])
    n_fired = before_last[-1] // _FIRES_AT if len(before_last) else 0
    since = np.flatnonzero(before_last >= n_fired * _FIRES_AT)
    return bool(n_fired and len(since) and since[0] >= len(weights) - _LAST_FRAMES)


def to_whole_sum(weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """The weights scaled so that they sum to a whole number of words.

    Where one would make a word by itself, all are drawn halfway to their mean until none does;
    their sum stays.
    """
    total = float(weights.sum())
    scaled = weights.astype(np.float64) * (round(total) / total if total else 0.0)
    weighty = scaled > 0
    for _ in range(_SMOOTHINGS):
        if not weighty.any() or scaled.max() <= _FIRES_AT:
            break
        scaled = scaled / 2 + weighty * scaled[weighty].mean() / 2
    return scaled
