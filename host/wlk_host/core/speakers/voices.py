"""How a voice sounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Voice: TypeAlias = NDArray[np.float32]
"""How a voice sounds, shape (d,), length 1."""


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """What was heard of a voice: the mean of its windows.

    Attributes:
        vector: how it sounds, shape (d,), length 1.
        n_windows: that it is the mean of.
        n_narrow: of these, the windows in which voices are alike (`narrow.is_narrow`).
    """

    vector: Voice
    n_windows: int
    n_narrow: int = 0

    @property
    def is_narrow(self) -> bool:
        """Whether most of it was heard through a line on which voices are alike."""
        return 2 * self.n_narrow > self.n_windows


def joint(prints: Sequence[VoicePrint]) -> VoicePrint:
    """That of the voice whose parts these are.

    Raises:
        ValueError: there are none.
    """
    if not prints:
        raise ValueError("expected a print at least, got none")
    total = np.sum([one.vector * one.n_windows for one in prints], axis=0)
    vector = np.asarray(total / np.linalg.norm(total), np.float32)
    n_narrow = sum(one.n_narrow for one in prints)
    return VoicePrint(vector, sum(one.n_windows for one in prints), n_narrow)
